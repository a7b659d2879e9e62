"""Every VPC keeps flow logs of all its traffic.

Requirement: each VPC has a flow log that records accepted and rejected traffic.
Why it matters: without a record, nobody can say after an incident what left the cluster and where it went.
What it looks at: VPCs and the flow logs that name them.
Known limits: a flow log on each subnet instead of the VPC is not taken for one.
Fix: add `aws.ec2.FlowLog` with `vpc_id` and `traffic_type` ``ALL``.
Sources: CIS AWS Foundations 3.0.0 3.7; AWS VPC User Guide, "Logging IP traffic using VPC Flow Logs".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

FLOW_LOG = "aws:ec2/flowLog:FlowLog"


def _find(vpc: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    logs = pointing_to(resources, FLOW_LOG, "vpcId", vpc)
    if not logs:
        yield "no flow log records the traffic of this VPC"
    for log in logs:
        if (kind := log.value("trafficType", "ALL")) != "ALL":
            yield f"flow log {log.name} records {kind!r} only, expected 'ALL'"


RULE = Rule(
    id="RW-PNET-003",
    title="Every VPC keeps flow logs of all its traffic",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:ec2/vpc:Vpc"}),
    controls=(
        "HIPAA:164.312(b)",
        "GDPR:Art.32(1)(d)",
        "CCPA-REGS:7123(c)(8)",
        "SOX-ITGC:DSS05.07",
        "NIST-800-53r5:SI-4(4)",
        "NIST-800-53r5:AU-12",
        "CIS-AWS-3.0:3.7",
        "CIS-AWS-7.0:4.7",
        "ISO-27001:A.8.16",
        "SOC2:CC7.2",
        "PCI-DSS-4.0.1:10.2.1",
    ),
    fix="add a flow log on the VPC with traffic type ALL",
    code='aws.ec2.FlowLog("flow", vpc_id=vpc.id, traffic_type="ALL", log_destination=logs.arn)',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
