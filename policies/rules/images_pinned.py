"""Container images are pinned by digest.

Requirement: every image of the lock has a sha256 digest.
Why it matters: a tag can be moved to other content after it was reviewed; a digest cannot.
What it looks at: the images of the stack's lock, and container images of Kubernetes workloads where given.
Known limits: a digest says that the content is the same, not that it is good.
Fix: run ``./rw lock <stack>``, which resolves every tag to its digest.
Sources: NIST SP 800-53 r5 SI-7; OCI Image Format Specification, "Content Descriptors".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.rule import Resource, Rule, Severity

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _find(image: Resource, _: Sequence[Resource]) -> Iterator[str]:
    digest = image.value("digest", "")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        yield f"image {image.name} has digest {digest!r}, expected sha256 and 64 hex digits"


RULE = Rule(
    id="RW-PIMG-001",
    title="Container images are pinned by digest",
    severity=Severity.HIGH,
    applies_to=frozenset({"lock:image"}),
    controls=(
        "HIPAA:164.308(a)(5)(ii)(B)",
        "GDPR:Art.32(1)",
        "CCPA-REGS:7123(c)(14)",
        "SOX-ITGC:ITGC-PC",
        "NIST-800-53r5:SI-7",
        "NIST-800-53r5:SR-4",
        "CIS-K8S-2.0.1:5.5.1",
        "ISO-27001:A.8.19",
        "SOC2:CC8.1",
        "PCI-DSS-4.0.1:6.3.2",
    ),
    fix="run ./rw lock",
    code="image@sha256:...   # ./rw lock <stack>",
    find=_find,
)
