"""Images: of machines, baked or for Packer, and of containers, mirrored and pushed."""
