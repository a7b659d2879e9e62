"""Groups launch from a template of a fixed version.

Requirement: auto-scaling groups use a launch template (or a mixed policy of templates), never a launch configuration,
at a version that is a number.
Why it matters: launch configurations know neither IMDSv2 defaults nor several network cards; with ``$Latest`` a
template change reaches nodes without anybody having approved it.
What it looks at: `launchConfiguration`, `launchTemplate` and `mixedInstancesPolicy` of groups.
Known limits: versions inside a mixed policy are not read.
Fix: use a launch template and pass its `latest_version`.
Sources: AWS EC2 Auto Scaling User Guide, "Launch templates" (launch configurations are no longer updated).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.controls import cite
from policies.reading import number
from policies.rule import Resource, Rule, Severity, Unknown


def _find(group: Resource, _: Sequence[Resource]) -> Iterator[str]:
    if group.value("launchConfiguration"):
        yield "the group uses a launch configuration"
    elif not group.value("launchTemplate") and not group.value("mixedInstancesPolicy"):
        yield "the group names no launch template"
    elif group.value("launchTemplate") and number(_version(group)) is None:
        yield f"the version of the launch template is {_version(group)!r}, expected a number"


def _version(group: Resource) -> object:
    try:
        return group.value("launchTemplate.version", "$Default")
    except Unknown:
        if group.comes_from("launchTemplate", "aws:ec2/launchTemplate:LaunchTemplate"):
            return 1
        raise


RULE = Rule(
    id="RW-PCMP-006",
    title="Groups launch from a template of a fixed version",
    severity=Severity.MEDIUM,
    applies_to=frozenset({"aws:autoscaling/group:Group"}),
    controls=cite("secure-configuration"),
    fix="use a launch template of a fixed version",
    code='launch_template={"id": template.id, "version": template.latest_version}',
    find=_find,
)
