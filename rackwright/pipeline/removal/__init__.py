"""The way down: what keeps a stack is told, what may go is emptied, everything goes."""
