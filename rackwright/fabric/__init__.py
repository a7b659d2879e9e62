"""GPU fabrics: EFA layouts and InfiniBand trees, cabling and partitions; pure."""
