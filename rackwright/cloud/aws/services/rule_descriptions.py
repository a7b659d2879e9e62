"""Descriptions of security group rules whose other side is a group or prefix list; moto keeps those of addresses.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule


def _description(rule: Any) -> str | None:
    sides = (rule.ip_range, rule.source_group, getattr(rule, "prefix_list_id", None))
    return next((text for side in sides if isinstance(side, dict) and (text := side.get("Description"))), None)


def install() -> None:
    """A rule tells what it is for, whatever its other side is."""
    type.__setattr__(SecurityGroupRule, "description", property(_description))
