"""The program under the embedded engine with nothing to ask: no cloud, no credentials, every computed value unknown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pulumi.runtime.proto import analyzer_pb2 as pb

from infra.settings import PROJECT_ROOT
from policies.crossguard import PolicyAnalyzer
from policies.profile import profile_of
from policies.registry import RULES
from rackwright import engine
from rackwright.engine import FileBackend, Options, Plan, StackRef
from rackwright.engine.providers.offline import OfflineProvider

DATA_TYPES = {
    "aws:kms/key:Key",
    "aws:fsx/lustreFileSystem:LustreFileSystem",
    "aws:efs/fileSystem:FileSystem",
    "aws:s3/bucket:Bucket",
    "aws:ec2/instance:Instance",
}


def protection_into(found: dict[str, set[bool]]) -> SimpleNamespace:
    """An analyzer that only notes in `found` what is protected."""

    def note(request: pb.AnalyzeRequest, _: object) -> pb.AnalyzeResponse:
        found.setdefault(request.type, set()).add(request.options.protect)
        return pb.AnalyzeResponse()

    quiet = dict.fromkeys(("ConfigureStack", "Configure", "AnalyzeStack", "Cancel"), lambda *_: pb.AnalyzeResponse())
    return SimpleNamespace(Analyze=note, **quiet)


@pytest.fixture
def preview(tmp_path):
    """``preview(spec, analyzers)`` plans the stack of the file `spec` from nothing."""

    def run(spec: str, *analyzers: object) -> Plan:
        return engine.preview(
            Options(
                stack=StackRef("rackwright", "test"),
                program=PROJECT_ROOT / "infra" / "__main__.py",
                backend=FileBackend(tmp_path / "state", "passphrase"),
                providers={"aws": OfflineProvider},
                config={"rackwright:spec": spec},
                analyzers=analyzers,
            )
        )

    return run


STACKS = sorted(
    path.stem
    for path in (PROJECT_ROOT / "stacks").glob("*.yaml")
    if not path.name.startswith("Pulumi.") and not path.name.endswith(".lock.yaml")
)


@pytest.mark.parametrize("stack", STACKS)
def test_stack_plans_offline_and_violates_nothing(preview, stack) -> None:
    pack = PolicyAnalyzer(RULES, profile_of(("hipaa", "sox", "cis"), "phi"))
    plan = preview(f"stacks/{stack}.yaml", pack)
    assert not [each for each in plan.diagnostics if each.mandatory]
    assert all("not evaluated" in each.message for each in plan.diagnostics)


def test_number_of_steps_does_not_depend_on_the_number_of_nodes(preview, tmp_path) -> None:
    text = (PROJECT_ROOT / "stacks" / "h100-train.yaml").read_text()
    small = tmp_path / "small.yaml"
    small.write_text(text.replace("nodes: 64", "nodes: 2").replace("instances: 64", "instances: 2"))
    assert len(preview(str(small)).steps) == len(preview("stacks/h100-train.yaml").steps)


@pytest.mark.parametrize(("stack", "wanted"), [("h100-train", True), ("local", False)])
def test_what_holds_data_is_protected_on_aws_and_not_in_a_rehearsal(preview, stack, wanted) -> None:
    found: dict[str, set[bool]] = {}
    preview(f"stacks/{stack}.yaml", protection_into(found))
    assert {kind: found[kind] == {wanted} for kind in DATA_TYPES} == dict.fromkeys(DATA_TYPES, True)
