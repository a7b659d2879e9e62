"""User data holds no secrets.

Requirement: the first-boot script holds no access key, NGC key, private key, token or password.
Why it matters: every process on the node reads user data from the metadata service, and everybody who may describe
instances reads it in the console.
What it looks at: user data of instances, launch templates and launch configurations, plain or in base64.
Known limits: knows forms of well-known secrets and assignments to names that sound secret; the finding never quotes
the text.
Fix: put the secret into Secrets Manager and let the node fetch it with its role.
Sources: AWS EC2 User Guide, "Run commands when you launch an EC2 instance with user data input"; NIST SP 800-53 r5
IA-5(7).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.rule import Resource, Rule, Severity
from policies.secrecy import kinds_of_secret


def _find(resource: Resource, _: Sequence[Resource]) -> Iterator[str]:
    for name in ("userData", "userDataBase64"):
        text = resource.value(name)
        if isinstance(text, str):
            yield from (f"{name} holds what looks like {what}" for what in _secrets_in(text))


def _secrets_in(text: str) -> Iterator[str]:
    both = f"{text}\n{_decoded(text)}"
    return kinds_of_secret(both)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode(errors="replace")
    except ValueError:
        return ""


RULE = Rule(
    id="RW-PCMP-002",
    title="User data holds no secrets",
    severity=Severity.CRITICAL,
    applies_to=frozenset(
        {
            "aws:ec2/instance:Instance",
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:ec2/launchConfiguration:LaunchConfiguration",
        }
    ),
    controls=cite("secrets-at-rest"),
    fix="move the secret to Secrets Manager",
    code='aws.secretsmanager.Secret("token")  # and let the node fetch it with its role',
    find=_find,
)
