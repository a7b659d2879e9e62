"""What the host, fabric and storage roles must show. Pure: questions from the design, judged from text.

On the local cloud the machines are containers: what belongs to the kernel or to hardware is told as not evaluated.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from rackwright.accept.question import Question, equals, not_evaluated
from rackwright.design.model import Design
from rackwright.inventory import Host
from rackwright.outcome import Check

ALWAYS: Mapping[str, tuple[str, str, str]] = {
    "firewall": (
        "firewall.rules",
        "Connections that no rule admits are refused",
        "nft list table inet rackwright | grep -q 'policy drop' && systemctl is-enabled --quiet nftables",
    ),
    "fail2ban": (
        "fail2ban.runs",
        "Addresses that fail to log in are shut out",
        "fail2ban-client status sshd > /dev/null",
    ),
    "users": (
        "users.sudo",
        "Who may become root is well written",
        "visudo -c -q && test -e /etc/sudoers.d/50-rackwright",
    ),
    "mfa": (
        "mfa.asked",
        "Administrators are asked for a one-time code",
        'grep -q pam_oath.so /etc/pam.d/sshd && test "$(stat -c %a:%U /etc/security/users.oath)" = 600:root',
    ),
    "patching": (
        "patching.kept",
        "Unattended patches leave the driver alone",
        "apt-config dump Unattended-Upgrade::Package-Blacklist | grep -q '\\^nvidia-'",
    ),
    "hardening": (
        "hardening.redirects",
        "ICMP redirects are refused",
        "test $(sysctl -n net.ipv4.conf.all.accept_redirects) = 0",
    ),
    "integrity": (
        "integrity.baseline",
        "Files are compared with a baseline every day",
        "test -s /var/lib/aide/rackwright.db && systemctl is-active --quiet rackwright-integrity.timer",
    ),
    "slurm_login": ("service.sackd", "Slurm's commands have their configuration", "systemctl is-active --quiet sackd"),
}
"""Role -> id, title and a command that succeeds when all is well."""

ON_REAL_HOSTS: Mapping[str, tuple[str, str, str]] = {
    "auditd": (
        "auditd.rules",
        "The audit records",
        "auditctl -s | grep -Eq '^enabled [12]' && auditctl -l | grep -q identity",
    ),
    "fabric_efa": ("fabric.efa", "libfabric sees EFA", "/opt/amazon/efa/bin/fi_info -p efa > /dev/null"),
    "fabric_infiniband": ("fabric.ports", "InfiniBand ports are active", "ibstat | grep -q 'State: Active'"),
    "subnet_manager": ("fabric.manager", "The subnet manager runs", "pgrep --exact opensm > /dev/null"),
    "roce": ("fabric.lossless", "The lossless class is set", "systemctl is-active --quiet rackwright-roce"),
    "storage_scratch": (
        "storage.local_drives",
        "The scratch volume is there",
        "systemctl is-active --quiet rackwright-scratch",
    ),
    "nfs_server": ("storage.exports", "The server exports", "exportfs | grep -q ."),
    "object_store": ("storage.objects", "The object store runs", "systemctl is-active --quiet rackwright-object-store"),
    "tuning": ("tuning.maps", "Kernel parameters are set", "test $(sysctl -n vm.max_map_count) -ge 1048576"),
}
"""The same for what a container cannot show."""

MOUNTS: Mapping[str, frozenset[str]] = {
    "storage_nfs": frozenset({"nfs", "nfs-server", "efs"}),
    "storage_lustre": frozenset({"lustre", "fsx-lustre"}),
}
"""Role -> kinds of storage that it mounts."""

_NO_KERNEL = "the machine is a container: it has neither a kernel of its own nor this hardware"


def role_questions(host: Host, design: Design) -> tuple[Question, ...]:
    """Questions to one host about the roles that it runs."""
    asked = ALWAYS if design.target == "local" else {**ALWAYS, **ON_REAL_HOSTS}
    found = [_question(role, *asked[role]) for role in sorted(host.roles & asked.keys())]
    mounts = [] if design.target == "local" else [_mounted(*one) for one in _mounts(host, design)]
    return (*found, *mounts)


def role_not_evaluated(host: Host, design: Design) -> tuple[Check, ...]:
    """Checks of one host that cannot be made on a container."""
    if design.target != "local":
        return ()
    titles = [ON_REAL_HOSTS[role][:2] for role in sorted(host.roles & ON_REAL_HOSTS.keys())]
    titles += [(f"storage.{name}", f"{place} is mounted") for name, place in _mounts(host, design)]
    return tuple(not_evaluated(id_, title, _NO_KERNEL, host.name, "yes") for id_, title in titles)


def _mounts(host: Host, design: Design) -> Iterator[tuple[str, str]]:
    """Name and place of every storage that the host mounts; a server does not mount its own."""
    kinds = {kind for role, mounted in MOUNTS.items() if role in host.roles for kind in mounted}
    for storage in design.storage:
        if storage.kind in kinds and storage.mount and storage.server != str(host.address):
            yield storage.name, storage.mount


def _mounted(name: str, place: str) -> Question:
    return _question(
        "storage", f"storage.{name}", f"{place} is mounted", f"findmnt --mountpoint {shlex.quote(place)} > /dev/null"
    )


def _question(role: str, id_: str, title: str, command: str) -> Question:
    return Question(
        id_, title, f"{{ {command}; }} && echo yes", equals("yes", f"run the playbooks again (role {role})")
    )
