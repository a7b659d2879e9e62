"""What corpus stacks are made from: specs, plans and locks of this checkout, and right documents of other subjects."""

from __future__ import annotations

import copy
import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pulumi.runtime.proto import analyzer_pb2 as pb
from ruamel.yaml import YAML

from infra.settings import PROJECT_ROOT
from policies.rule import Resource
from policies.sources.fabric import resources_of_fabric
from policies.sources.lock import resources_of_lock
from policies.sources.preview import all_resources
from policies.subjects.document import Document, resource_of
from policies.subjects.host import MACHINE, resources_of_host
from policies.subjects.kubernetes import documents_of_objects, resource_of_component
from rackwright import engine
from rackwright.catalog import load_catalog
from rackwright.design.site_fabric import site_fabric
from rackwright.engine import FileBackend, Options, StackRef
from rackwright.engine.providers.offline import OfflineProvider
from rackwright.lock import load_lock, lock_path
from rackwright.lock.model import Lock
from rackwright.spec import load_spec
from rackwright.spec.cluster import ClusterSpec

HERE = Path(__file__).parent
STACKS = PROJECT_ROOT / "stacks"


def _listener(found: list[Resource]) -> SimpleNamespace:
    """An analyzer that only keeps in `found` what the engine shows of the whole stack."""

    def keep(request: pb.AnalyzeStackRequest, _: object) -> pb.AnalyzeResponse:
        found.extend(all_resources(request))
        return pb.AnalyzeResponse()

    names = ("ConfigureStack", "Configure", "Analyze", "Remediate", "Cancel")
    return SimpleNamespace(AnalyzeStack=keep, **dict.fromkeys(names, lambda *_: pb.AnalyzeResponse()))


@cache
def planned(stack: str) -> tuple[Resource, ...]:
    """Resources that the program plans for `stack` from nothing, without a cloud: computed values are unknown."""
    found: list[Resource] = []
    with tempfile.TemporaryDirectory() as folder:
        engine.preview(
            Options(
                stack=StackRef("rackwright", "corpus"),
                program=PROJECT_ROOT / "infra" / "__main__.py",
                backend=FileBackend(Path(folder) / "state", "corpus"),
                providers={"aws": OfflineProvider},
                config={"rackwright:spec": f"stacks/{stack}.yaml"},
                analyzers=(_listener(found),),
            )
        )
    return tuple(found)


@cache
def _written(stack: str) -> Any:
    return YAML(typ="safe").load(STACKS / f"{stack}.yaml")


def written(stack: str) -> Any:
    """The stack file as plain values."""
    return copy.deepcopy(_written(stack))


@cache
def spec(stack: str) -> ClusterSpec:
    """The stack's spec."""
    return load_spec(STACKS / f"{stack}.yaml")


@cache
def lock(stack: str) -> Lock | None:
    """The stack's lock."""
    path = lock_path(STACKS / f"{stack}.yaml")
    return load_lock(path) if path.exists() else None


@cache
def locked(stack: str) -> tuple[Resource, ...]:
    """What the stack's lock pins."""
    found = lock(stack)
    return tuple(resources_of_lock(found)) if found else ()


@cache
def fabric(stack: str) -> tuple[Resource, ...]:
    """The designed fabric of a site; what only the built one tells is unknown."""
    return tuple(resources_of_fabric(site_fabric(spec(stack), load_catalog()), management_key=True))


@cache
def _documents() -> Any:
    return YAML(typ="safe").load(HERE / "bases.yaml")


@cache
def observed(name: str) -> tuple[Resource, ...]:
    """Resources of a document of `bases.yaml`."""
    found: list[Resource] = []
    for document in copy.deepcopy(_documents()[name]):
        if "kind" in document:
            found += [resource_of(each) for each in documents_of_objects([document])]
        elif "arguments" in document:
            found.append(resource_of_component(document, "control-1"))
        elif document["type"] == MACHINE:
            found += resources_of_host(Document(**document))
        else:
            found.append(resource_of(Document(**document)))
    return tuple(found)
