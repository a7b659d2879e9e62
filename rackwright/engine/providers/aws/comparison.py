"""When two values of a property mean the same, and what of the live state to show as inputs. Pure.

Sameness is what keeps a second run quiet: policy documents compare as JSON, lists of plain values without order (nearly
all of them are sets to AWS), ``"true"`` equals ``true``, and nothing equals an empty value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Props = dict[str, Any]
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that is not known before the apply (Pulumi's wire format)."""


def same(old: Any, new: Any) -> bool:
    """Whether `old` and `new` mean the same to AWS."""
    if is_unknown(old) or is_unknown(new):
        return False
    return bool(_canonical(old) == _canonical(new))


def is_unknown(value: Any) -> bool:
    """Whether `value` holds anything that is not known yet."""
    if isinstance(value, dict):
        return any(is_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(is_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def _canonical(value: Any) -> Any:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, dict):
        return {key: inner for key, item in value.items() if (inner := _canonical(item)) is not None} or None
    if isinstance(value, list):
        return _canonical_list(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else str(value)
    return _document(value) if isinstance(value, str) and value.lstrip()[:1] in {"{", "["} else value


def _canonical_list(value: Sequence[Any]) -> Any:
    items = [_canonical(item) for item in value]
    return sorted(items, key=str) if all(not isinstance(item, dict | list) for item in items) else items


def _document(text: str) -> Any:
    """A policy document: IAM treats a list of one and its element alike, and the order of lists as nothing."""
    try:
        return _policy(json.loads(text))
    except ValueError:
        return text


def _policy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _policy(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        items = sorted((_policy(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return str(value).lower() if isinstance(value, bool) else value


def changed_paths(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, ``add`` | ``update`` | ``delete``) of what differs, descending into maps."""
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        for key in sorted({*old, *new}):
            yield from changed_paths(old.get(key), new.get(key), _join(path, key))
    elif _canonical(old) is None and not is_unknown(old):
        yield path, "add"
    else:
        yield path, "delete" if new is None else "update"


def _join(path: str, key: str) -> str:
    plain = key.isidentifier()
    return f"{path}.{key}" if path and plain else f'{path}["{key}"]' if not plain else key


def project(wanted: Any, live: Any) -> Any:
    """`live` in the shape of `wanted`: where they mean the same, `wanted` itself; of maps, only the keys that it has.

    What `wanted` does not mention is AWS's business, so it is no drift. Tags are different: see `project_inputs`.
    """
    if same(wanted, live):
        return wanted
    if isinstance(wanted, dict) and isinstance(live, dict):
        return {key: project(item, live[key]) for key, item in wanted.items() if key in live}
    if isinstance(wanted, list) and isinstance(live, list) and all(isinstance(item, dict) for item in [*wanted, *live]):
        return _project_items(wanted, live)
    return live


def _project_items(wanted: list[Any], live: list[Any]) -> list[Any]:
    """Items in the order of `wanted`; what matches no wanted item comes last."""
    left, placed = list(live), []
    for item in wanted:
        found = next((other for other in left if same(project(item, other), item)), None)
        if found is not None:
            left.remove(found)
            placed.append(item)
    missing = [item for item in wanted if item not in placed]
    return [*placed, *(project(missing[n], item) if n < len(missing) else item for n, item in enumerate(left))]


def project_inputs(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Props:
    """The inputs as they are in the cloud: `inputs` where nothing drifted, the live value where something did.

    Tags compare as a whole: one added by hand is drift. A property that the API does not give back stays as it was.
    """
    return {
        key: (
            value
            if key not in outputs
            else outputs[key]
            if _tags_differ(key, value, outputs)
            else project(value, outputs[key])
        )
        for key, value in inputs.items()
    }


def _tags_differ(key: str, value: Any, outputs: Mapping[str, Any]) -> bool:
    return key == "tags" and isinstance(outputs[key], dict) and not same(value, outputs[key])
