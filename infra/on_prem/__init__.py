"""A site of one's own: the machines exist, so nothing is built; the same outputs as in a cloud."""
