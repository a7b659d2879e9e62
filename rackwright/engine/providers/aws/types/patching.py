"""Systems Manager: patch baselines, who they are for, and maintenance windows."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed, from_api, to_api
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging


class Managed(Declared):
    """A thing of Systems Manager, which names what is tagged by kind and id."""

    service = "ssm"
    kind: str
    tagging = Tagging(
        *("Tags", False, "ResourceId", "Tags", "TagKeys", "ListTagsForResource", "TagList"),
        *("AddTagsToResource", "RemoveTagsFromResource"),
    )

    def tagged(self, arn: str) -> dict[str, Any]:
        """By kind and id."""
        return {"ResourceType": self.kind, "ResourceId": arn}

    def arn_of(self, cloud: Cloud, id_: str, known: Props) -> str:
        """The id serves."""
        del cloud, known
        return id_

    def live_tags(self, cloud: Cloud, arn: str, item: dict[str, Any]) -> dict[str, str]:
        """By id, whatever the ARN."""
        return super().live_tags(cloud, str(item[self.keys[0]]), item)


class PatchBaseline(Managed):
    """Which fixes are approved when."""

    type_ = "aws:ssm/patchBaseline:PatchBaseline"
    kind = "PatchBaseline"
    autoname = "name"
    replaces = frozenset({"operatingSystem"})
    defaults = fixed({"operatingSystem": "WINDOWS", "approvedPatchesComplianceLevel": "UNSPECIFIED"})
    computed = ("arn", "json", "rejectedPatchesAction", "tagsAll")
    calls = Calls("CreatePatchBaseline", "GetPatchBaseline", "DeletePatchBaseline", "UpdatePatchBaseline")
    keys = ("BaselineId",)
    created = "BaselineId"
    listing = ("DescribePatchBaselines", "BaselineIdentities[?BaselineName=='$name'].BaselineId | [0]")
    names = fixed({"PatchFilters": "patchFilters", "PatchFilterGroup": "patchFilters"})

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Rules and filters lie one level deeper in the API."""
        flat = {key: value for key, value in wanted.props.items() if key not in {"approvalRules", "globalFilters"}}
        params = super().params(cloud, operation, Wanted(wanted.urn, flat))
        shape = cloud.client("ssm").meta.service_model.operation_model(operation).input_shape
        if filters := wanted.get("globalFilters"):
            params["GlobalFilters"] = to_api(shape.members["GlobalFilters"], {"patchFilters": filters})
        if rules := wanted.get("approvalRules"):
            deeper = [{**rule, "patchFilterGroup": {"patchFilters": rule["patchFilters"]}} for rule in rules]
            params["ApprovalRules"] = to_api(shape.members["ApprovalRules"], {"patchRules": deeper})
        return params

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        rules = (item.get("ApprovalRules") or {}).get("PatchRules", [])
        filters = (item.get("GlobalFilters") or {}).get("PatchFilters", [])
        return {
            "arn": cloud.arn("ssm", f"patchbaseline/{id_}"),
            "approvalRules": [_flat(rule) for rule in rules],
            "globalFilters": from_api(filters),
        }


def _flat(rule: dict[str, Any]) -> Props:
    found: Props = from_api({key: value for key, value in rule.items() if key != "PatchFilterGroup"})
    return {**found, "patchFilters": from_api(rule["PatchFilterGroup"]["PatchFilters"])}


class PatchGroup(Declared):
    """Nodes with this tag get their fixes by this baseline."""

    type_ = "aws:ssm/patchGroup:PatchGroup"
    service = "ssm"
    replaces = frozenset({"baselineId", "patchGroup"})
    calls = Calls(
        *("RegisterPatchBaselineForPatchGroup", "DescribePatchGroups", "DeregisterPatchBaselineForPatchGroup"),
    )
    keys = ("PatchGroup", "BaselineId")
    listed = ""
    found = "Mappings[?PatchGroup=='$PatchGroup' && BaselineIdentity.BaselineId=='$BaselineId'] | [0]"

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Its baseline."""
        del cloud, id_
        return {"baselineId": item["BaselineIdentity"]["BaselineId"]}


class MaintenanceWindow(Managed):
    """When things may be changed."""

    type_ = "aws:ssm/maintenanceWindow:MaintenanceWindow"
    kind = "MaintenanceWindow"
    autoname = "name"
    defaults = fixed({"enabled": True, "allowUnassociatedTargets": False})
    computed = ("tagsAll",)
    calls = Calls(
        *("CreateMaintenanceWindow", "GetMaintenanceWindow", "DeleteMaintenanceWindow", "UpdateMaintenanceWindow"),
    )
    keys = ("WindowId",)
    created = "WindowId"
    listing = ("DescribeMaintenanceWindows", "WindowIdentities[?Name=='$name'].WindowId | [0]")


class InWindow(Declared):
    """A part of a maintenance window; its id does not name the window."""

    service = "ssm"
    id_key: str

    def where(self, id_: str, known: Props) -> dict[str, Any]:
        """The window, then the part."""
        return {"WindowId": known.get("windowId"), self.id_key: id_}

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """All parts of the window."""
        del id_
        return {"WindowId": known.get("windowId")}

    def listed_by(self, wanted: Wanted) -> dict[str, Any]:
        """All parts of the window."""
        return {"WindowId": wanted.get("windowId")}


class MaintenanceWindowTarget(InWindow):
    """What a window is for."""

    type_ = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
    replaces = frozenset({"windowId", "resourceType"})
    calls = Calls(
        *("RegisterTargetWithMaintenanceWindow", "DescribeMaintenanceWindowTargets"),
        *("DeregisterTargetFromMaintenanceWindow", "UpdateMaintenanceWindowTarget"),
    )
    id_key = "WindowTargetId"
    created = "WindowTargetId"
    found = "Targets[?WindowTargetId=='$WindowTargetId'] | [0]"
    listing = ("DescribeMaintenanceWindowTargets", "Targets[?Name=='$name'].WindowTargetId | [0]")


class MaintenanceWindowTask(InWindow):
    """What a window does."""

    type_ = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"
    replaces = frozenset({"windowId", "taskType"})
    defaults = fixed({"priority": 1})
    computed = ("arn", "windowTaskId")
    calls = Calls(
        *("RegisterTaskWithMaintenanceWindow", "GetMaintenanceWindowTask"),
        *("DeregisterTaskFromMaintenanceWindow", "UpdateMaintenanceWindowTask"),
    )
    id_key = "WindowTaskId"
    created = "WindowTaskId"
    listing = ("DescribeMaintenanceWindowTasks", "Tasks[?Name=='$name'].WindowTaskId | [0]")

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """The task itself: the list leaves out what it runs."""
        return self.where(id_, known)

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """Parameters of a command are a map of lists in the API."""
        params = super().params(cloud, operation, wanted)
        command = (wanted.get("taskInvocationParameters") or {}).get("runCommandParameters")
        if command:
            shape = cloud.client("ssm").meta.service_model.operation_model(operation).input_shape
            inner = shape.members["TaskInvocationParameters"].members["RunCommand"]
            plain = {key: value for key, value in command.items() if key != "parameters"}
            listed = {one["name"]: one["values"] for one in command.get("parameters", [])}
            params["TaskInvocationParameters"] = {"RunCommand": {**to_api(inner, plain), "Parameters": listed}}
        return params

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        command = dict((item.get("TaskInvocationParameters") or {}).get("RunCommand") or {})
        given = command.pop("Parameters", {})
        parameters = [{"name": name, "values": values} for name, values in sorted(given.items())]
        shown = {"runCommandParameters": {**from_api(command), "parameters": parameters}} if command or given else {}
        return {"windowTaskId": id_, "taskInvocationParameters": shown}
