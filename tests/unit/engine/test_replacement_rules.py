"""What forces a replacement is what pulumi-aws says, for every type that the local provider carries out."""

from __future__ import annotations

import importlib
import re

from rackwright.engine.providers.aws.types import TYPES

FORCES = re.compile(
    r"[Ff]orces? (a )?(new|replacement)|[Cc]hanging this (value )?(forces|will|creates)|[Ff]orces the creation of a new"
)
CONDITIONAL = {
    ("aws:ec2/instance:Instance", "enablePrimaryIpv6"),  # only from true to false
    ("aws:ec2/subnet:Subnet", "ipv6CidrBlock"),  # only with assignIpv6AddressOnCreation
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "privateDnsEnabled"),  # only where the endpoint is none of type Interface
}
"""Sentences that speak of a case which the program does not make."""


def test_no_property_that_forces_a_replacement_on_aws_is_changed_in_place_here() -> None:
    missed = set()
    for token, kind in TYPES.items():
        module, name = token.split(":")[1].partition("/")[0], token.rsplit(":", 1)[-1]
        for attribute, value in vars(getattr(importlib.import_module(f"pulumi_aws.{module}"), name)).items():
            said = isinstance(value, property) and value.fget is not None and FORCES.search(value.fget.__doc__ or "")
            if said and _camel(attribute) not in kind.replaces:
                missed.add((token, _camel(attribute)))
    assert missed <= CONDITIONAL, sorted(missed - CONDITIONAL)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
