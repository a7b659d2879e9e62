"""What the host roles are told: each module decides one subject from the design. Pure."""
