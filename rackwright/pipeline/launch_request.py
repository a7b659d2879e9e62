"""RunInstances as a pool's launch template will ask it: the template's planned content, translated, nothing retyped.

The content comes from the plan of the program in `infra/` and goes through the translation that creates templates, so
what is rehearsed cannot differ from what is launched. What only the apply makes (groups, key, profile) is left out by
name. Pure.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ServiceModel

from rackwright.engine import Plan
from rackwright.engine.properties import SECRET, UNKNOWN
from rackwright.engine.providers.aws.shapes import to_api
from rackwright.engine.providers.aws.types.templates import OWN, LaunchTemplate


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """Parameters of RunInstances for one pool."""

    pool: str
    params: Mapping[str, Any]
    left_out: tuple[str, ...]
    """Properties of the template that are not known before the apply: ``iamInstanceProfile.arn``."""


def launch_requests(plan: Plan, ec2: ServiceModel) -> tuple[LaunchRequest, ...]:
    """One request for each launch template of the plan. `ec2` is botocore's model of the API."""
    templates = [step for step in plan.steps if step.type == LaunchTemplate.type_]
    return tuple(_request(step.inputs, ec2) for step in templates if step.op != "delete")


def _request(inputs: Mapping[str, Any], ec2: ServiceModel) -> LaunchRequest:
    content = {key: value for key, value in inputs.items() if key not in OWN}
    shape = ec2.operation_model("RunInstances").input_shape
    params: dict[str, Any] = to_api(shape, _known(content), LaunchTemplate.names)
    if "UserData" in params:
        params["UserData"] = base64.b64decode(params["UserData"]).decode()  # the client encodes it again
    left_out = tuple(dict.fromkeys(_unknown(content)))
    return LaunchRequest(str(inputs["tags"]["rackwright:pool"]), params, left_out)


def in_place(params: Mapping[str, Any], *, image: str | None, subnet: str | None, count: int) -> dict[str, Any]:
    """`params` for `count` nodes, with image and subnet where the plan could not know them yet."""
    found = {**params, "MinCount": count, "MaxCount": count, "DryRun": True}
    if image and "ImageId" not in found:
        found["ImageId"] = image
    if subnet and "NetworkInterfaces" in found:
        found["NetworkInterfaces"] = [{"SubnetId": subnet, **nic} for nic in found["NetworkInterfaces"]]
    elif subnet:
        found["SubnetId"] = subnet
    return found


def _hidden(value: object) -> bool:
    return value is UNKNOWN or value is SECRET


def _known(value: Any) -> Any:
    """`value` without what is unknown; what is empty then is dropped too."""
    if isinstance(value, Mapping):
        kept = {key: _known(item) for key, item in value.items() if not _hidden(item)}
        return {key: item for key, item in kept.items() if item not in ({}, [])}
    if isinstance(value, list | tuple):
        return [_known(item) for item in value if not _hidden(item)]
    return value


def _unknown(value: Any, path: str = "") -> Iterator[str]:
    if _hidden(value):
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unknown(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _unknown(item, path)
