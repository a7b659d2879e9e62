"""Calls to the API server are on record.

Requirement: the API server writes an audit log by a policy, keeps it for 30 days, in 10 files of 100 MB.
Why it matters: without it nobody can tell who read a secret, or which token started a pod.
What it looks at: audit flags of the API server, and its audit policy where it could be read.
Known limits: a webhook (`--audit-webhook-config-file`) counts in place of files.
Fix: set the audit flags.
Sources: Kubernetes documentation, "kube-apiserver"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.flags import flag
from policies.reading import number
from policies.rule import Enforcement, Resource, Rule, Severity

LEAST = {"audit-log-maxage": 30, "audit-log-maxbackup": 10, "audit-log-maxsize": 100}
"""Days, files and megabytes: CIS Kubernetes 2.0.1 1.2.17 to 1.2.19."""


def _find(server: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if not flag(server, "audit-policy-file"):
        yield "--audit-policy-file is not set"
    if flag(server, "audit-webhook-config-file"):
        return
    if not flag(server, "audit-log-path"):
        yield "--audit-log-path is not set"
    for name, least in LEAST.items():
        value = number(flag(server, name))
        if value is None or value < least:
            yield f"--{name} is {flag(server, name) or 'unset'!r}, expected at least {least}"


RULE = Rule(
    id="RW-PCTL-005",
    title="Calls to the API server are on record",
    severity=Severity.HIGH,
    applies_to=frozenset({"kubernetes:component:ApiServer"}),
    controls=cite(
        "audit-logging",
        "local-log-retention",
        "CIS-K8S-2.0.1:1.2.16",
        "CIS-K8S-2.0.1:1.2.17",
        "CIS-K8S-2.0.1:1.2.18",
        "CIS-K8S-2.0.1:1.2.19",
        "CIS-K8S-2.0.1:3.2.1",
    ),
    fix="write an audit log and keep it 30 days",
    code=(
        "--audit-log-path=/var/log/kubernetes/audit.log --audit-policy-"
        "file=/etc/kubernetes/audit.yaml --audit-log-maxage=30 --audit-log-maxbackup=10 --audit-"
        "log-maxsize=100"
    ),
    find=_find,
    enforcement=Enforcement.ADVISORY,
)
