"""AWS components, each small enough to read at once."""
