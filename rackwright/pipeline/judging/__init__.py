"""Audit and policy gate: what the chosen places show is gathered and judged by every rule."""
