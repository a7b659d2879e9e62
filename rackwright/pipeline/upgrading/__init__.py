"""Changing a running cluster: batches, their steps, elastic nodes, locks to go back to."""
