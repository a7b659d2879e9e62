"""The Pulumi program: what gets built. Decides nothing; the design does."""
