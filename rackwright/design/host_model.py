"""What every host is given beside software: accounts, ways in, time, limits, patches. Values only.

`host_settings` decides them; the variables of the host roles only read them.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Part):
    """An account that a person logs in with, the same on every host."""

    name: str
    uid: int
    groups: tuple[str, ...] = ()
    """Names of `PosixGroup`, sorted."""
    keys: tuple[str, ...] = ()
    """Public ssh keys; empty where the person comes with a certificate."""


class PosixGroup(_Part):
    """A group of people, the same on every host."""

    name: str
    gid: int
    sudo: tuple[str, ...] = ()
    """Commands that members may run as root; ``ALL`` for everything."""


class HostSettings(_Part):
    """Everything that the host roles decide by and that is not software."""

    people: tuple[Person, ...] = ()
    groups: tuple[PosixGroup, ...] = ()
    ssh_authorities: tuple[str, ...] = ()
    """Public keys whose certificates let people in (their principal is the account's name)."""
    automation_keys: tuple[str, ...] = ()
    """Public keys that may log in as the administrator of the image."""
    second_factor: bool = False
    """Whether members of a group that may become root are asked for a one-time code."""
    passwords: bool = False
    """Whether ssh takes passwords."""
    idle_minutes: int = 15
    """An idle session ends after this long."""
    strict: bool = False
    """Controls of compliance frameworks beyond the ordinary: audit, integrity, tighter sessions."""
    frameworks: tuple[str, ...] = ()
    time_servers: tuple[str, ...] = ()
    admin_networks: tuple[str, ...] = ()
    """Networks that may reach ssh from outside the cluster."""
    mtu: int = 1500
    patch_window: str = "Sun 02:00 UTC"
    security_patches: bool = False
    """Whether the distribution's security fixes are installed unattended in the window."""
    reboot_for_patches: bool = True
    huge_pages_mib: int = 0
    """Memory that is set aside in pages of 2 MiB, on every host, in MiB."""
    air_gapped: bool = False
    mirror: str | None = None
    """Address of the mirror that packages, images and files come from."""


class FabricSubnet(_Part):
    """The InfiniBand subnet of a site as its hosts need it."""

    manager: bool = False
    """Whether hosts of the cluster run the subnet manager (else a UFM appliance does)."""
    opensm: str = ""
    """Text of opensm.conf."""
    partitions: str = ""
    """Text of partitions.conf; empty while tenants are wanted and the real ports are not known."""
    ipoib: str | None = None
    """Network of IP over InfiniBand."""
    sharp: bool = False
    doca: bool = False
    """Whether adapters run DOCA-OFED in place of the distribution's drivers."""
