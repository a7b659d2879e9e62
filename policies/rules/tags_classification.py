"""What holds data says whose and of which kind.

Requirement: stores of data, backups, logs, keys, clusters and nodes carry the tags ``rackwright:stack`` and
``rackwright:classification``.
Why it matters: every duty that depends on the kind of data (keys, retention, residency, breach notice) starts from
knowing where it is.
What it looks at: tags of buckets, file systems, vaults, repositories, keys, log groups, trails, topics, volumes,
instances, templates, clusters, node groups, parameters and secrets.
Known limits: whether the class is the right one only people know.
Fix: build it with the program, which tags everything; tag foreign resources by hand.
Sources: ISO/IEC 27001:2022 A.5.12 and A.5.13; NIST SP 800-53 r5 RA-2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Enforcement, Resource, Rule, Severity

TAGS = ("rackwright:stack", "rackwright:classification")
TYPES = frozenset(
    {
        "aws:backup/vault:Vault",
        "aws:cloudtrail/trail:Trail",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ebs/volume:Volume",
        "aws:ec2/instance:Instance",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:ecr/repository:Repository",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:ssm/parameter:Parameter",
    }
)


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for tag in TAGS:
        if not resource.value("tags", {}) or not resource.value(f"tags.{tag}"):
            yield f"tag {tag} is missing"


RULE = Rule(
    id="RW-PTAG-001",
    title="What holds data says whose and of which kind",
    severity=Severity.MEDIUM,
    applies_to=TYPES,
    controls=cite("data-classification", "SOX-ITGC:APO14.02", "NIST-800-53r5:AC-16", "ISO-27001:A.5.13"),
    fix="add the tags",
    code='tags={"rackwright:stack": "h100-train", "rackwright:classification": "phi"}',
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
