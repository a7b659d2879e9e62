"""Acceptance: checks that prove a configured cluster, with honest floors. Main type: `rackwright.outcome.Check`."""
