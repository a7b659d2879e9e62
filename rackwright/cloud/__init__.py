"""The local cloud: AWS API emulator, machines, package cache and image registry on one Linux machine."""
