"""Embedded Pulumi-protocol engine for the local cloud, used where there is no pulumi CLI. Knows nothing of clusters."""
