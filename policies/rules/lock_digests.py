"""What is installed can be checked.

Requirement: packages from upstream vendors are locked with the digest of their file.
Why it matters: a version is a name: the file behind it can be another one tomorrow.
What it looks at: `digest` of packages whose source is `upstream` or `pypi`.
Known limits: packages of a distribution are signed by its index; those that we build carry the digests of their
sources. Not every vendor publishes a digest: advice only.
Fix: lock again: `./rw lock`.
Sources: SLSA 1.0, "Consuming artifacts"; NIST SP 800-53 r5 SI-7
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.rule import Enforcement, Resource, Rule, Severity

FOREIGN = ("upstream", "pypi")


def _find(package: Resource, _: Sequence[Resource]) -> Iterator[str]:
    source = package.value("source", "distribution")
    if source in FOREIGN and not package.value("digest"):
        yield f"{package.name} from {source} has no digest"


RULE = Rule(
    id="RW-PLCK-002",
    title="What is installed can be checked",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"lock:package"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-11",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
    ),
    fix="lock the digest",
    code="./rw lock <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
)
