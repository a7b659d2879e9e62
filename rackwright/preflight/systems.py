"""What the nodes' operating system can play of the stack."""

from __future__ import annotations

from collections.abc import Iterator

from rackwright.catalog.operating_systems import system_of
from rackwright.design.role_systems import refusals, wants_nfs_over_tls
from rackwright.preflight.rule import Fault, rule
from rackwright.preflight.view import View


@rule("RW-SW-048")
def system_plays_the_roles(view: View) -> Iterator[Fault]:
    """The operating system has what the roles of the nodes install.

    Debian 12 has no sackd for login nodes and no NFS over TLS; the playbooks install with apt only.

    Source: https://packages.debian.org/bookworm/ (slurm-wlm 22.05); https://www.kernel.org/doc/html/latest/filesystems/nfs/
    (RFC 9289 since 6.5); docs/reference/role-systems.md
    """
    spec = view.spec
    if view.design is None or spec.software.os in (None, "al2023"):
        return
    roles = {role for pool in view.design.pools for role in pool.ansible_roles}
    tls = wants_nfs_over_tls(view.design.storage)
    for sentence in refusals(roles, spec.software.os, nfs_over_tls=tls):
        yield Fault(("software", "os"), sentence, "use ubuntu-24.04 or debian-13")


@rule("RW-SW-049")
def machines_of_a_rehearsal_are_debian(view: View) -> Iterator[Fault]:
    """A local stack names a system that the local cloud can boot.

    Its machines are built from Debian's archive; packages of another system would be locked and could not be installed.

    Source: rackwright.cloud.roots (the local cloud boots what mmdebstrap can build)
    """
    system = system_of(view.spec.software.os, view.spec.target.kind)
    if view.spec.target.kind == "local" and system.distribution != "debian":
        summary = f"the machines of the local cloud are Debian's, not {system.name}"
        yield Fault(("software", "os"), summary, "use debian-12 or debian-13")
