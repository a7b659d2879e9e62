"""Entry point of ``python -m rackwright.cli``."""
