"""Systems Manager: patch baselines and groups, and changes of maintenance windows.

Source: AWS Systems Manager API Reference, "GetPatchBaseline", "UpdatePatchBaseline", "DescribePatchGroups",
"UpdateMaintenanceWindow", "UpdateMaintenanceWindowTarget" and "GetMaintenanceWindowTask"
(docs.aws.amazon.com/systems-manager/latest/APIReference, 2026-11).
"""

from __future__ import annotations

from typing import Any

from botocore import xform_name

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map


def _missing(what: str) -> ApiError:
    return ApiError("DoesNotExistException", f"{what} does not exist")


def _assign(thing: Any, call: Call, but: frozenset[str]) -> None:
    """Parameters of the call as attributes of moto's thing."""
    for name, value in call.params.items():
        if name not in but:
            setattr(thing, xform_name(name), value)


def create_baseline(call: Call) -> Reply:
    """Tags are kept here: moto takes them for something else."""
    asked = call.params
    wanted = {name: asked.get(name) for name in _BASELINE}
    id_ = call.state().create_patch_baseline(**{xform_name(name): value for name, value in wanted.items()}, tags=None)
    shelf(call, "baseline_tags")[id_] = tag_map(asked.get("Tags"))
    return call.answer({"BaselineId": id_})


_BASELINE = (
    *("Name", "OperatingSystem", "GlobalFilters", "ApprovalRules", "ApprovedPatches", "RejectedPatches"),
    *("ApprovedPatchesComplianceLevel", "ApprovedPatchesEnableNonSecurity", "RejectedPatchesAction", "Description"),
    "Sources",
)


def _baseline(call: Call) -> Any:
    id_ = call.params["BaselineId"]
    if id_ not in call.state().baselines:
        raise _missing(f"Patch baseline {id_}")
    return call.state().baselines[id_]


def _groups(call: Call) -> dict[str, str]:
    """Patch group and operating system -> baseline."""
    found: dict[str, str] = shelf(call, "patch_groups")
    return found


def get_baseline(call: Call) -> Reply:
    """As it is."""
    baseline = _baseline(call)
    shown = {name: getattr(baseline, xform_name(name)) for name in _BASELINE}
    groups = [key.split("\n")[0] for key, id_ in _groups(call).items() if id_ == baseline.id]
    known = {name: value for name, value in shown.items() if value is not None}
    return call.answer({**known, "BaselineId": baseline.id, "PatchGroups": groups})


def update_baseline(call: Call) -> Reply:
    """What is named changes."""
    _assign(_baseline(call), call, frozenset({"BaselineId", "Replace"}))
    return get_baseline(call)


def delete_baseline(call: Call) -> Reply:
    """A baseline that a group uses stays."""
    id_ = call.params["BaselineId"]
    if id_ in _groups(call).values():
        raise ApiError("ResourceInUseException", f"Patch baseline {id_} is registered with a patch group")
    if id_ not in call.state().baselines:
        return call.answer({"BaselineId": id_})
    return call.forward()


def register_group(call: Call) -> Reply:
    """One baseline for each operating system of a group."""
    baseline, group = _baseline(call), call.params["PatchGroup"]
    key = f"{group}\n{baseline.operating_system}"
    if _groups(call).get(key, baseline.id) != baseline.id:
        raise ApiError("AlreadyExistsException", f"Patch group {group} has a baseline for {baseline.operating_system}")
    _groups(call)[key] = baseline.id
    return call.answer({"BaselineId": baseline.id, "PatchGroup": group})


def deregister_group(call: Call) -> Reply:
    """The group falls back to AWS's baseline."""
    baseline, group = _baseline(call), call.params["PatchGroup"]
    if _groups(call).pop(f"{group}\n{baseline.operating_system}", None) is None:
        raise _missing(f"Patch group {group}")
    return call.answer({"BaselineId": baseline.id, "PatchGroup": group})


def groups(call: Call) -> Reply:
    """All groups with their baselines."""
    baselines = call.state().baselines
    found = [
        {"PatchGroup": key.split("\n")[0], "BaselineIdentity": {"BaselineId": id_, "BaselineName": baselines[id_].name}}
        for key, id_ in _groups(call).items()
    ]
    return call.answer({"Mappings": found})


def _baseline_tags(call: Call) -> dict[str, str] | None:
    if call.params.get("ResourceType") != "PatchBaseline":
        return None
    found: dict[str, str] | None = shelf(call, "baseline_tags").get(call.params["ResourceId"])
    if found is None:
        raise ApiError("InvalidResourceId", "The resource ID isn't valid.")
    return found


def list_tags(call: Call) -> Reply:
    """Ours for baselines, moto's for the rest."""
    tags = _baseline_tags(call)
    return call.forward() if tags is None else call.answer({"TagList": tag_list(tags)})


def add_tags(call: Call) -> Reply:
    """Ours for baselines, moto's for the rest."""
    if (tags := _baseline_tags(call)) is None:
        return call.forward()
    tags.update(tag_map(call.params["Tags"]))
    return call.answer({})


def remove_tags(call: Call) -> Reply:
    """Ours for baselines, moto's for the rest."""
    if (tags := _baseline_tags(call)) is None:
        return call.forward()
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return call.answer({})


def _window(call: Call) -> Any:
    id_ = call.params["WindowId"]
    if id_ not in call.state().windows:
        raise _missing(f"Maintenance window {id_}")
    return call.state().windows[id_]


def update_window(call: Call) -> Reply:
    """What is named changes."""
    window = _window(call)
    _assign(window, call, frozenset({"WindowId", "Replace", "Enabled"}))
    return call.answer(_plain(window.to_json()))


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


def _part(call: Call, parts: str, key: str) -> Any:
    found = getattr(_window(call), parts).get(call.params[key])
    if found is None:
        raise _missing(f"{key} {call.params[key]}")
    return found


def update_target(call: Call) -> Reply:
    """What is named changes."""
    target = _part(call, "targets", "WindowTargetId")
    _assign(target, call, frozenset({"WindowId", "WindowTargetId", "Replace"}))
    return call.answer(_plain(target.to_json()))


def task(call: Call) -> Reply:
    """With what it runs."""
    return call.answer(_plain(_part(call, "tasks", "WindowTaskId").to_json()))


def update_task(call: Call) -> Reply:
    """What is named changes."""
    _assign(_part(call, "tasks", "WindowTaskId"), call, frozenset({"WindowId", "WindowTaskId", "Replace"}))
    return task(call)


def deregister(call: Call) -> Reply:
    """A part that is gone is told."""
    is_task = "WindowTaskId" in call.params
    _part(call, *(("tasks", "WindowTaskId") if is_task else ("targets", "WindowTargetId")))
    return call.forward()


BEHAVIOURS: Behaviours = {
    ("ssm", "CreatePatchBaseline"): create_baseline,
    ("ssm", "GetPatchBaseline"): get_baseline,
    ("ssm", "UpdatePatchBaseline"): update_baseline,
    ("ssm", "DeletePatchBaseline"): delete_baseline,
    ("ssm", "RegisterPatchBaselineForPatchGroup"): register_group,
    ("ssm", "DeregisterPatchBaselineForPatchGroup"): deregister_group,
    ("ssm", "DescribePatchGroups"): groups,
    ("ssm", "ListTagsForResource"): list_tags,
    ("ssm", "AddTagsToResource"): add_tags,
    ("ssm", "RemoveTagsFromResource"): remove_tags,
    ("ssm", "UpdateMaintenanceWindow"): update_window,
    ("ssm", "UpdateMaintenanceWindowTarget"): update_target,
    ("ssm", "GetMaintenanceWindowTask"): task,
    ("ssm", "UpdateMaintenanceWindowTask"): update_task,
    ("ssm", "DeregisterTargetFromMaintenanceWindow"): deregister,
    ("ssm", "DeregisterTaskFromMaintenanceWindow"): deregister,
}
