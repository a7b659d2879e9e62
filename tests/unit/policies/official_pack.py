"""The same rules as a pack of the official policy SDK, one policy per rule: the yardstick for our own server."""

from __future__ import annotations

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)

from policies.profile import STRICTEST
from policies.registry import RULES
from policies.rule import Resource, Rule


def as_policy(rule: Rule) -> ResourceValidationPolicy | StackValidationPolicy:
    def one(args, report) -> None:
        if args.resource_type in rule.applies_to:
            resource = Resource(args.urn, args.resource_type, args.name, args.props)
            for message in rule.find(resource, [resource]):
                report(f"{message}. Fix: {rule.fix}.", args.urn)

    def stack(args, report) -> None:
        resources = [
            Resource(
                each.urn,
                each.resource_type,
                each.name,
                each.props,
                {key: [link.urn for link in links] for key, links in each.property_dependencies.items()},
            )
            for each in args.resources
        ]
        for resource in resources:
            if resource.type in rule.applies_to:
                for message in rule.find(resource, resources):
                    report(f"{message}. Fix: {rule.fix}.", resource.urn)

    about = {
        "name": rule.id,
        "description": rule.title,
        "display_name": rule.title,
        "enforcement_level": EnforcementLevel(STRICTEST.enforcement(rule).value),
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.fix,
        "tags": list(rule.controls),
    }
    if rule.needs_stack:
        return StackValidationPolicy(validate=stack, **about)
    return ResourceValidationPolicy(validate=one, **about)


if __name__ == "__main__":
    PolicyPack("rackwright", [as_policy(rule) for rule in RULES])
