"""What GPU nodes are configured with, decided from design and lock. Pure."""
