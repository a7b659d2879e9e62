"""Spec x catalog -> `Design`, the complete intended cluster. Pure: no network, no credentials, no clock.

Must not know pulumi, boto3, ansible, rich or typer. Entry point: `design_cluster`.
"""
