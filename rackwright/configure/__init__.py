"""Runs `playbooks/` over an inventory through ansible-runner; one typed result per host."""
