"""Spec x catalog -> `Design`, the complete intended cluster. Pure: no network, no credentials, no clock.

Must not know pulumi, boto3, ansible, rich or typer. Entry point: `design_cluster`.
"""

from rackwright.design.cluster import design_cluster
from rackwright.design.model import Design
from rackwright.design.names import node_name, node_range

__all__ = ["Design", "design_cluster", "node_name", "node_range"]
