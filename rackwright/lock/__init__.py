"""The resolved software set of a stack; pure. Main type: `Lock`."""
