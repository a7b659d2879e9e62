"""What is installed can be checked.

Requirement: packages from upstream vendors are locked with the digest of their file.
Why it matters: a version is a name: the file behind it can be another one tomorrow.
What it looks at: `digest` of packages whose source is `upstream`, `pypi` or `nvidia-pypi`.
Known limits: packages of a distribution are signed by its index; those that we build carry the digests of their
sources. Not every vendor publishes a digest: advice only.
Fix: lock again: `./rw lock`.
Sources: SLSA 1.0, "Consuming artifacts"; NIST SP 800-53 r5 SI-7
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity

FOREIGN = ("upstream", "pypi", "nvidia-pypi")


def _find(package: Resource, _: Sequence[Resource]) -> Iterator[str]:
    source = package.value("source", "distribution")
    if source in FOREIGN and not package.value("digest"):
        yield f"{package.name} from {source} has no digest"


RULE = Rule(
    id="RW-PLCK-002",
    title="What is installed can be checked",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"lock:package"}),
    controls=cite("supply-chain"),
    fix="lock the digest",
    code="./rw lock <stack>",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    confidence=Severity.LOW,
)
