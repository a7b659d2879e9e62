"""VPN tunnels speak strong cryptography only.

Requirement: tunnels accept IKEv2 only, with AES-256, SHA-2 and Diffie-Hellman groups from 14 on.
Why it matters: AWS accepts SHA-1 and group 2 unless it is told not to; a recorded tunnel is opened later.
What it looks at: IKE versions, algorithms and groups of both tunnels.
Known limits: the peer must offer the same: ask its owner first.
Fix: set the lists of both tunnels.
Sources: AWS Site-to-Site VPN User Guide, "Tunnel options"; NIST SP 800-77 r1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import items, number
from policies.rule import Enforcement, Resource, Rule, Severity

STRONG = {
    "IkeVersions": ("ikev2",),
    "Phase1EncryptionAlgorithms": ("AES256", "AES256-GCM-16", "AES128-GCM-16"),
    "Phase2EncryptionAlgorithms": ("AES256", "AES256-GCM-16", "AES128-GCM-16"),
    "Phase1IntegrityAlgorithms": ("SHA2-256", "SHA2-384", "SHA2-512"),
    "Phase2IntegrityAlgorithms": ("SHA2-256", "SHA2-384", "SHA2-512"),
}
GROUPS = ("Phase1DhGroupNumbers", "Phase2DhGroupNumbers")
LEAST_GROUP = 14


def _find(connection: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for tunnel in ("tunnel1", "tunnel2"):
        for kind in (*STRONG, *GROUPS):
            given = items(connection.value(f"{tunnel}{kind}"))
            weak = [str(value) for value in given if not _is_strong(kind, value)]
            if not given:
                yield f"{tunnel}{kind} is not set: weak ones are accepted too"
            elif weak:
                yield f"{tunnel}{kind} accepts {', '.join(weak)}"


def _is_strong(kind: str, value: object) -> bool:
    return (number(value) or 0) >= LEAST_GROUP if kind in GROUPS else value in STRONG[kind]


RULE = Rule(
    id="RW-PVPN-001",
    title="VPN tunnels speak strong cryptography only",
    severity=Severity.HIGH,
    applies_to=frozenset({"aws:ec2/vpnConnection:VpnConnection"}),
    controls=cite("encryption-in-transit"),
    fix="set strong lists for both tunnels",
    code='tunnel1_ike_versions=["ikev2"], tunnel1_phase1_dh_group_numbers=[20]',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
