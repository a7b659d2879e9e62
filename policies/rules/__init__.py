"""One rule per file; the file's docstring is its reference page."""
