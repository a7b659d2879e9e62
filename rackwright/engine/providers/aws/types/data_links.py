"""Directories of a Lustre file system that mirror S3."""

from __future__ import annotations

import time
from typing import Any

from rackwright.diagnostics import StepFailed
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Tagging
from rackwright.engine.providers.aws.types.file_systems import POLL_S, READY_S


class DataRepositoryAssociation(Declared):
    """One directory and one prefix."""

    type_ = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"
    service = "fsx"
    replaces = frozenset({"fileSystemId", "fileSystemPath", "dataRepositoryPath", "batchImportMetaDataOnCreate"})
    defaults = fixed({"batchImportMetaDataOnCreate": False, "deleteDataInFilesystem": False})
    computed = ("arn", "associationId", "importedFileChunkSize", "tagsAll")
    calls = Calls(
        *("CreateDataRepositoryAssociation", "DescribeDataRepositoryAssociations", "DeleteDataRepositoryAssociation"),
        "UpdateDataRepositoryAssociation",
    )
    keys = ("AssociationId",)
    created = "Association.AssociationId"
    listed = "AssociationIds"
    found = "Associations[0]"
    listing = (
        "DescribeDataRepositoryAssociations",
        "Associations[?Tags[?Key=='rackwright:creation' && Value=='$mark']].AssociationId | [0]",
    )
    names = fixed({"ResourceARN": "arn", "Events": "events"})
    tagging = Tagging(where="ResourceARN")
    marked = True

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """The token makes a repeated request the same link."""
        return {**super().params(cloud, operation, wanted), "ClientRequestToken": wanted.mark}

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted) -> None:
        """Wait until it can be used."""
        deadline = time.monotonic() + READY_S
        while (state := (self.describe(cloud, id_, {}) or {}).get("Lifecycle")) in {"CREATING", "UPDATING"}:
            if time.monotonic() >= deadline:
                raise StepFailed(f"link {id_} is still {state} after {READY_S} s", where=id_)
            time.sleep(POLL_S)
        if state != "AVAILABLE":
            raise StepFailed(f"link {id_} became {state}", where=id_)

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """What is deleted with it is ours alone."""
        super().update(cloud, id_, old, wanted, changed - {"deleteDataInFilesystem"})

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """One that is going is gone."""
        found = super().read(cloud, id_, known)
        return None if found is None or found.get("lifecycle") == "DELETING" else found

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The files stay unless it is said otherwise; then wait until it is gone."""
        if self.read(cloud, id_, known) is not None:
            erase = bool(known.get("deleteDataInFilesystem"))
            cloud.call("fsx", self.calls.delete, AssociationId=id_, DeleteDataInFileSystem=erase)
        deadline = time.monotonic() + READY_S
        while self.describe(cloud, id_, {}) is not None and time.monotonic() < deadline:
            time.sleep(POLL_S)
