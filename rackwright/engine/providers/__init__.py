"""Resource providers of the embedded engine, each an ordinary Pulumi `ResourceProvider` service."""
