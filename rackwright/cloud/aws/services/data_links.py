"""FSx for Lustre: data repository associations, the directories that mirror S3.

Sources: Amazon FSx API Reference, "CreateDataRepositoryAssociation" and "DataRepositoryAssociation"; Lustre User Guide,
"Linking your file system to an Amazon S3 bucket" (docs.aws.amazon.com/fsx/latest, 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.lifecycle import FILE_SYSTEM, begin, change, end, over, state_of
from rackwright.cloud.aws.shelf import shelf, tag_list, tag_map

MOST = 8
"""Links of one file system."""


@dataclass
class Link:
    """One directory and one prefix."""

    id: str
    data: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)


def _links(call: Call) -> dict[str, Link]:
    links: dict[str, Link] = shelf(call, "data_links")
    for gone in over(links):
        del links[gone]
    return links


def _described(call: Call, link: Link) -> dict[str, Any]:
    arn = f"arn:aws:fsx:{call.region}:{call.account}:association/{link.data['FileSystemId']}/{link.id}"
    state = state_of(link, FILE_SYSTEM)
    return {**link.data, "AssociationId": link.id, "ResourceARN": arn, "Lifecycle": state, "Tags": tag_list(link.tags)}


def create(call: Call) -> Reply:
    """Once per token; on a file system that can have links, for a path that no other has."""
    asked, links = call.params, _links(call)
    token = asked.get("ClientRequestToken")
    for link in links.values():
        if token and link.data.get("token") == token:
            return call.answer({"Association": _described(call, link)})
    _check(call, links)
    kept = ("FileSystemId", "FileSystemPath", "DataRepositoryPath", "BatchImportMetaDataOnCreate", "S3")
    data = {name: asked[name] for name in kept if name in asked}
    data["ImportedFileChunkSize"] = asked.get("ImportedFileChunkSize", 1024)
    link = Link(f"dra-{mock_random.get_random_hex(17)}", {**data, "token": token}, tag_map(asked.get("Tags")))
    begin(link, FILE_SYSTEM)
    links[link.id] = link
    return call.answer({"Association": _described(call, link)})


def _check(call: Call, links: dict[str, Link]) -> None:
    asked, systems = call.params, call.state().file_systems
    system = systems.get(asked["FileSystemId"])
    if system is None:
        raise ApiError("FileSystemNotFound", f"File system '{asked['FileSystemId']}' does not exist.")
    kind = (system.lustre_configuration or {}).get("DeploymentType", "SCRATCH_1")
    if kind == "SCRATCH_1":
        raise ApiError("UnsupportedOperation", "Data repository associations are not supported on SCRATCH_1.")
    mine = [link.data for link in links.values() if link.data["FileSystemId"] == system.file_system_id]
    if len(mine) >= MOST:
        raise ApiError("ServiceLimitExceeded", f"A file system has at most {MOST} data repository associations.")
    path = asked["FileSystemPath"].rstrip("/") + "/"
    if any(f"{one['FileSystemPath'].rstrip('/')}/".startswith(path) for one in mine):
        raise ApiError("BadRequest", f"{asked['FileSystemPath']} overlaps with another association.")


def _named(call: Call, ids: list[str]) -> list[Link]:
    links = _links(call)
    if unknown := [id_ for id_ in ids if id_ not in links]:
        raise ApiError("DataRepositoryAssociationNotFound", f"Association '{unknown[0]}' does not exist.")
    return [links[id_] for id_ in ids]


def describe(call: Call) -> Reply:
    """All or some."""
    chosen = _named(call, call.params.get("AssociationIds") or list(_links(call)))
    return call.answer({"Associations": [_described(call, link) for link in chosen]})


def update(call: Call) -> Reply:
    """What is imported and exported by itself."""
    (link,) = _named(call, [call.params["AssociationId"]])
    link.data.update({name: call.params[name] for name in ("S3", "ImportedFileChunkSize") if name in call.params})
    change(link, FILE_SYSTEM)
    return call.answer({"Association": _described(call, link)})


def delete(call: Call) -> Reply:
    """It goes after a while."""
    (link,) = _named(call, [call.params["AssociationId"]])
    end(link, FILE_SYSTEM)
    return call.answer({"AssociationId": link.id, "Lifecycle": "DELETING"})


def _tagged(call: Call) -> Link | None:
    id_ = call.params["ResourceARN"].rpartition("/")[2]
    return _links(call).get(id_)


def tag(call: Call) -> Reply:
    """Ours for links, moto's for file systems."""
    if (link := _tagged(call)) is None:
        return call.forward()
    link.tags.update(tag_map(call.params["Tags"]))
    return call.answer({})


def untag(call: Call) -> Reply:
    """Ours for links, moto's for file systems."""
    if (link := _tagged(call)) is None:
        return call.forward()
    for key in call.params["TagKeys"]:
        link.tags.pop(key, None)
    return call.answer({})


BEHAVIOURS: Behaviours = {
    ("fsx", "CreateDataRepositoryAssociation"): create,
    ("fsx", "DescribeDataRepositoryAssociations"): describe,
    ("fsx", "UpdateDataRepositoryAssociation"): update,
    ("fsx", "DeleteDataRepositoryAssociation"): delete,
    ("fsx", "TagResource"): tag,
    ("fsx", "UntagResource"): untag,
}
