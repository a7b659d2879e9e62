"""Every VPC reaches S3 without the internet.

Requirement: each VPC has a gateway endpoint for S3.
Why it matters: training data otherwise crosses NAT: slower, paid by the gigabyte, and without an endpoint policy that
could keep data from leaving to foreign buckets.
What it looks at: VPCs, and the gateway endpoints that name them.
Known limits: does not see whether each route table uses the endpoint.
Fix: list `s3` in `network.gateway_endpoints`.
Sources: AWS PrivateLink Guide, "Gateway endpoints for Amazon S3"; CIS AWS Foundations 7.0.0 6.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import pointing_to
from policies.rule import Enforcement, Resource, Rule, Severity

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def _find(vpc: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    mine = pointing_to(resources, ENDPOINT, "vpcId", vpc)
    if not any(str(each.value("serviceName")).endswith(".s3") for each in mine):
        yield "no endpoint for S3"


RULE = Rule(
    id="RW-PNET-010",
    title="Every VPC reaches S3 without the internet",
    severity=Severity.LOW,
    applies_to=frozenset({"aws:ec2/vpc:Vpc"}),
    controls=cite("egress-control", "CIS-AWS-7.0:6.8"),
    fix="add a gateway endpoint for S3",
    code='aws.ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name="com.amazonaws.us-east-1.s3")',
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
