"""Jinja tests about addresses. They run wherever the playbooks run, so they need Ansible and Python only."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network


def contains_address(network: str, address: str) -> bool:
    """Whether `address` is in `network` (``10.40.0.0/16``). ValueError for a text that is neither."""
    return ip_address(address) in ip_network(network)


class TestModule:
    """What Ansible asks a plug-in for."""

    def tests(self) -> dict[str, Callable[[str, str], bool]]:
        """Tests by the name that templates use."""
        return {"contains_address": contains_address}
