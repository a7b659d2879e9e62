"""The stages of a run in order: check, plan, policy gate, apply, configure, accept, report; resumable."""
