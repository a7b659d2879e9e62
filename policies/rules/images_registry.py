"""Registries scan what they get and keep tags where they are.

Requirement: ECR repositories scan on push, have immutable tags and are encrypted with KMS.
Why it matters: a moved tag runs other code than was reviewed; an unscanned image brings known holes into every job.
What it looks at: `imageScanningConfiguration`, `imageTagMutability` and `encryptionConfigurations` of repositories.
Known limits: enhanced scanning of the whole registry is set elsewhere; waive the rule then.
Fix: set all three.
Sources: Amazon ECR User Guide, "Scan images for software vulnerabilities" and "Preventing image tags from being
overwritten".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.checks import set_to
from policies.controls import cite
from policies.reading import is_true, maps
from policies.rule import Enforcement, Resource, Rule, Severity


def _find(repository: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not is_true(repository.value("imageScanningConfiguration.scanOnPush")):
        yield "scanOnPush is not on"
    if repository.value("imageTagMutability", "MUTABLE") != "IMMUTABLE":
        yield "tags can be moved"
    if not any(each.value("encryptionType") == "KMS" for each in maps(repository, "encryptionConfigurations")):
        yield "images are not encrypted with KMS"


RULE = Rule(
    id="RW-PIMG-002",
    title="Registries scan what they get and keep tags where they are",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ecr/repository:Repository"}),
    controls=cite("secure-configuration", "NIST-800-53r5:SI-7"),
    fix="scan on push, freeze tags, encrypt with KMS",
    code='image_scanning_configuration={"scan_on_push": True}, image_tag_mutability="IMMUTABLE"',
    find=_find,
    remedy=set_to({"imageScanningConfiguration.scanOnPush": True, "imageTagMutability": "IMMUTABLE"}),
    enforcement=Enforcement.ADVISORY,
)
