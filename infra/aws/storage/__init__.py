"""The storage side: buckets and file systems, who reaches them, who read them."""
