"""Kubernetes on AWS: control plane, nodes, add-ons, people."""
