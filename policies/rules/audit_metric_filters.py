"""Calls that an administrator must hear of are counted.

Requirement: the stack has metric filters for refused calls, log-ins without a second factor, use of root, and changes
of policies, keys, buckets, the trail, AWS Config and the network.
Why it matters: nobody reads a trail; an alarm reads every line.
What it looks at: patterns of the metric filters in the stack, by the call that each must name.
Known limits: a filter counts for what it names; whether an alarm follows RW-PAUD-007 judges. Changes of the
organisation are the management account's.
Fix: set `monitoring.alerts`: the program makes filters and alarms.
Sources: CIS AWS Foundations 3.0.0, 4.1 to 4.14
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import of_type
from policies.rule import Enforcement, Resource, Rule, Severity

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
WANTED = {
    "refused calls": "UnauthorizedOperation",
    "log-ins without a second factor": "MFAUsed",
    "use of root": '"Root"',
    "changes of IAM policies": "PutRolePolicy",
    "changes of the trail": "StopLogging",
    "failed log-ins": "Failed authentication",
    "disabled keys": "ScheduleKeyDeletion",
    "changes of bucket policies": "PutBucketPolicy",
    "changes of AWS Config": "StopConfigurationRecorder",
    "changes of security groups": "AuthorizeSecurityGroupIngress",
    "changes of access lists": "CreateNetworkAcl",
    "changes of gateways": "AttachInternetGateway",
    "changes of routes": "CreateRoute",
    "changes of networks": "CreateVpc",
}
"""What is counted -> what its pattern names."""


def _find(_: Resource, resources: Sequence[Resource]) -> Iterator[str]:
    patterns = "\n".join(str(each.value("pattern", "")) for each in of_type(resources, FILTER))
    missing = [what for what, part in WANTED.items() if part not in patterns]
    if missing:
        yield f"not counted: {', '.join(missing)}"


RULE = Rule(
    id="RW-PAUD-009",
    title="Calls that an administrator must hear of are counted",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:cloudtrail/trail:Trail"}),
    controls=cite(
        "log-review",
        "CIS-AWS-7.0:5.1",
        "CIS-AWS-7.0:5.2",
        "CIS-AWS-7.0:5.3",
        "CIS-AWS-7.0:5.4",
        "CIS-AWS-7.0:5.5",
        "CIS-AWS-7.0:5.6",
        "CIS-AWS-7.0:5.7",
        "CIS-AWS-7.0:5.9",
        "CIS-AWS-7.0:5.10",
        "CIS-AWS-7.0:5.13",
    ),
    fix="add the metric filters",
    code="monitoring: {alerts: [ops@example.org]}",
    find=_find,
    enforcement=Enforcement.ADVISORY,
    needs_stack=True,
)
