"""The governing side: what is watched, recorded, patched, copied and paid, and what people may do."""
