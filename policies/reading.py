"""How rules read properties: whatever a property bag holds, these answer without raising anything but `Unknown`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.rule import UNKNOWN, Resource, Unknown
from policies.stack import indexed

KEY = "aws:kms/key:Key"
REGULATED = frozenset({"pii", "phi", "financial"})
"""Classes of data whose encryption keys must be the customer's own."""


def is_true(value: Any) -> bool:
    """Whether a property is true; some providers write booleans as text."""
    return value is True or value == "true"


def items(value: Any) -> list[Any]:
    """The elements of a list property; a single value counts as a list of one, absence as none."""
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return list(value)
    return [value]


def maps(resource: Resource, path: str) -> list[Resource]:
    """The objects in the list (or the one object) at `path`, each readable like a resource."""
    found = []
    for index, item in enumerate(items(resource.value(path))):
        if item is UNKNOWN:
            raise Unknown(f"{path}[{index}]")
        if isinstance(item, Mapping):
            found.append(Resource(resource.urn, resource.type, f"{path}[{index}]", item))
    return found


def statements(resource: Resource, path: str = "policy") -> list[Resource]:
    """Statements of the IAM policy document at `path`, text or object; none when it is absent or no policy."""
    document = resource.value(path)
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return []
    if not isinstance(document, Mapping):
        return []
    return maps(Resource(resource.urn, resource.type, path, document), "Statement")


def texts(value: Any) -> list[str]:
    """The strings of a string or list property."""
    return [item for item in items(value) if isinstance(item, str)]


def number(value: Any) -> float | None:
    """A number, also when written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def is_set(resource: Resource, path: str, *, source: str) -> bool:
    """Whether the property at `path` has a value; an unknown one counts when it comes from a resource of type `source`.

    Raises `Unknown` for an unknown value of any other origin.
    """
    try:
        return bool(resource.value(path))
    except Unknown:
        if resource.comes_from(path.partition(".")[0], source):
            return True
        raise


def of_type(resources: Sequence[Resource], *types: str) -> Iterator[Resource]:
    """Resources of the given types."""
    for kind in types:
        yield from indexed(resources).by_type.get(kind, ())


def refers_to(child: Resource, name: str, parent: Resource, *keys: str) -> bool:
    """Whether property `name` of `child` points to `parent`: by dependency, or by one of the parent's `keys`.

    Raises `Unknown` when the value is unknown and nothing says where it comes from.
    """
    linked = child.property_dependencies.get(name, ())
    if parent.urn in linked:
        return True
    value = child.props.get(name)
    if value is UNKNOWN:
        if linked:
            return False
        raise Unknown(name)
    return value is not None and any(value == parent.props.get(key) for key in (*keys, "id"))


def pointing_to(resources: Sequence[Resource], kind: str, name: str, parent: Resource, *keys: str) -> list[Resource]:
    """Resources of type `kind` whose property `name` points to `parent`, as `refers_to` tells it.

    Raises `Unknown` when one of that type points nobody knows where: it may be this parent's.
    """
    pointers = indexed(resources).pointers(kind, name)
    if pointers.lost:
        raise Unknown(name)
    values = {value for key in (*keys, "id") if isinstance(value := parent.props.get(key), str)}
    found = [child for target in (parent.urn, *sorted(values)) for child in pointers.by_target.get(target, ())]
    return list({id(child): child for child in found}.values())


LOGGING = "aws:s3/bucketLogging:BucketLogging"


def takes_access_logs(bucket: Resource, resources: Sequence[Resource]) -> bool:
    """Whether S3 itself writes its access logs into `bucket`; such a bucket can be encrypted with S3's own key only.

    Source: Amazon S3 User Guide, "Enabling Amazon S3 server access logging" (read 2026-11-21).
    """
    return bool(pointing_to(resources, LOGGING, "targetBucket", bucket, "bucket"))


def is_of_access_logs(setting: Resource, resources: Sequence[Resource]) -> bool:
    """Whether `setting` (its property `bucket`) is one of a bucket that takes access logs."""
    value = setting.props.get("bucket")
    targets = {*setting.property_dependencies.get("bucket", ()), *((value,) if isinstance(value, str) else ())}
    return not targets.isdisjoint(indexed(resources).pointers(LOGGING, "targetBucket").by_target)


def is_regulated(resources: Sequence[Resource]) -> bool:
    """Whether any resource is tagged as holding data that the law protects."""
    return bool(indexed(resources).classifications & REGULATED)


def denies_without_tls(policy: Resource, action: str) -> bool:
    """Whether the policy document of `policy` denies `action` to everybody over connections without TLS."""
    return any(
        statement.value("Effect") == "Deny"
        and is_everybody(statement.value("Principal"))
        and bool({action, "*"} & set(texts(statement.value("Action"))))
        and _false_text(statement.value("Condition.Bool.aws:SecureTransport"))
        for statement in statements(policy)
    )


def is_everybody(principal: Any) -> bool:
    """Whether a statement's principal is everybody, signed in or not."""
    return principal == "*" or (isinstance(principal, Mapping) and "*" in texts(principal.get("AWS")))


def _false_text(value: Any) -> bool:
    return value is False or "false" in texts(value)


def open_statements(resource: Resource, path: str) -> list[Resource]:
    """Statements of the policy at `path` that allow everybody something, without any condition."""
    return [
        statement
        for statement in statements(resource, path)
        if statement.value("Effect") == "Allow"
        and is_everybody(statement.value("Principal"))
        and not statement.value("Condition")
    ]


def known(resource: Resource, *parts: str) -> Any:
    """The value at `parts`, keys taken as they are (they may hold dots). Raises `Unknown` where it is absent too.

    For facts that a collector always gives: what is missing there was not collected, and has no default.
    """
    here: Any = resource.props
    for part in parts:
        here = here.get(part, UNKNOWN) if isinstance(here, Mapping) else UNKNOWN
        if here is UNKNOWN:
            raise Unknown(".".join(parts))
    return here


def entries(resource: Resource, path: str) -> list[tuple[str, Any]]:
    """Keys and values of the object at `path`; none where it is no object. Raises `Unknown` for an unknown value."""
    found = resource.value(path)
    if not isinstance(found, Mapping):
        return []
    if lost := [key for key, value in found.items() if value is UNKNOWN]:
        raise Unknown(f"{path}.{lost[0]}")
    return [(str(key), value) for key, value in found.items()]
