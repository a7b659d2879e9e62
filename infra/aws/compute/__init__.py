"""The compute side: nodes of every pool, how they start, and what lets a scheduler start and stop them."""
