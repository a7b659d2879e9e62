"""What must hold: rules, where they look, and how findings are shown."""
