"""Renders one run's report as HTML and JSON; pure."""
