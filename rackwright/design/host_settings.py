"""From the spec to what every host is given: accounts with stable ids, ways in, time, patches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from rackwright.design.host_model import HostSettings, Person, PosixGroup
from rackwright.diagnostics import InputError, Problem
from rackwright.spec.cluster import ClusterSpec

FIRST_ID = 20_000
"""Below are the system's own and the first ordinary accounts of images (useradd(8): 1000 and up)."""
IDS = 40_000
"""Ids that names are spread over; all stay below 65534, the id of nobody."""
ROOT_GROUP = "admins"
"""Members of this group may become root, unless `access.sudo` says otherwise."""
SENSITIVE = frozenset({"pii", "phi", "financial"})
ETHERNET_MTU = 1500
_MIB_PER_GIB = 1024


def host_settings(spec: ClusterSpec) -> HostSettings:
    """Settings of every host. Raises `InputError` where two accounts would share a name or an id."""
    people, groups = _accounts(spec)
    access, software = spec.access, spec.software
    vpn = spec.network.vpn
    behind_vpn = (*vpn.remote_cidrs, *filter(None, [vpn.client_cidr])) if vpn else ()
    rooted = any(group.sudo for group in groups)
    return HostSettings(
        people=people,
        groups=groups,
        ssh_authorities=access.ssh_authorities,
        automation_keys=access.ssh_keys,
        second_factor=access.mfa == "required" and rooted,
        passwords=access.ssh_passwords,
        idle_minutes=access.idle_logout,
        strict=bool(spec.compliance) or spec.data.classification in SENSITIVE,
        frameworks=spec.compliance,
        time_servers=spec.network.ntp_servers,
        admin_networks=tuple(sorted({*spec.network.allowed_admin_cidrs, *behind_vpn})),
        mtu=spec.network.mtu if spec.target.kind != "local" else ETHERNET_MTU,
        patch_window=spec.patching.window,
        security_patches=software.unattended_upgrades == "security",
        reboot_for_patches=spec.patching.reboot == "when-needed",
        huge_pages_mib=(software.huge_pages or 0) * _MIB_PER_GIB,
        air_gapped=software.air_gapped,
        mirror=software.mirror,
    )


def stable_id(name: str) -> int:
    """The id of an account or group, from its name alone: the same on every host and whoever joins later."""
    return FIRST_ID + int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % IDS


def account_name(member: str) -> str:
    """Account of a member of a group: the part before the ``@``, in the form that useradd(8) takes."""
    return re.sub(r"[^a-z0-9_-]", "-", member.partition("@")[0].lower())[:32]


def _accounts(spec: ClusterSpec) -> tuple[tuple[Person, ...], tuple[PosixGroup, ...]]:
    """People and groups that live on the nodes; none where a directory has them."""
    access = spec.access
    if access.users.kind != "local" or access.sso:
        return (), ()
    sudo = {ROOT_GROUP: ("ALL",), **access.sudo}
    groups = tuple(
        PosixGroup(name=name, gid=stable_id(f"group {name}"), sudo=sudo.get(name, ())) for name in sorted(access.groups)
    )
    members = {member for listed in access.groups.values() for member in listed} | set(access.people)
    people = tuple(_person(spec, name, listed) for name, listed in sorted(_by_account(members).items()))
    _refuse_equal_ids(spec, people, groups)
    return people, groups


def _by_account(members: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for member in sorted(members):
        found.setdefault(account_name(member), []).append(member)
    return found


def _person(spec: ClusterSpec, account: str, listed: list[str]) -> Person:
    written = [spec.access.people[member] for member in listed if member in spec.access.people]
    keys = tuple(key for person in written for key in person.keys)
    groups = tuple(sorted(name for name, members in spec.access.groups.items() if set(listed) & set(members)))
    uid = next((person.uid for person in written if person.uid is not None), stable_id(account))
    return Person(name=account, uid=uid, groups=groups, keys=keys)


def _refuse_equal_ids(spec: ClusterSpec, people: Iterable[Person], groups: Iterable[PosixGroup]) -> None:
    where = spec.where(("access",))
    uids = [(person.uid, person.name) for person in people]
    gids = [(group.gid, group.name) for group in groups]
    names = [(person.name, "account") for person in people] + [(group.name, "group") for group in groups]
    problems = [*_repeated(uids, "the id"), *_repeated(gids, "the group id"), *_repeated(names, "the name")]
    if problems:
        hint = "give one of them an id of its own: access.people.<name>.uid"
        found = [Problem(where, text, hint) for text in problems]
        raise InputError("accounts get in each other's way", where=where, problems=found)


def _repeated(pairs: Iterable[tuple[object, str]], what: str) -> Iterator[str]:
    seen: dict[object, str] = {}
    for key, name in pairs:
        if key in seen:
            yield f"{what} {key} belongs to {seen[key]} and {name}"
        seen[key] = name
