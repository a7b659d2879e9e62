"""Programs run from their folder as the language host runs them, again and again in one process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pulumi
import pytest

from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine import require_local_endpoint
from tests.unit.engine.conftest import Rig, Thing

MAIN = """
import os, sys
from pathlib import Path
import pulumi
from shop.parts import COUNT, Thing

assert __name__ == "__main__"
assert Path.cwd() == Path(__file__).parent
for index in range(COUNT):
    Thing(f"t{index}")
pulumi.export("root", pulumi.get_root_directory())
pulumi.export("where", os.environ.get("WHERE", "none"))
"""
PARTS = """
from tests.unit.engine.conftest import Thing

COUNT = 2
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: proj\nruntime: python\nmain: shop/\n")
    (root / "shop" / "__init__.py").write_text("")
    (root / "shop" / "__main__.py").write_text(MAIN)
    (root / "shop" / "parts.py").write_text(PARTS)
    return root


@pytest.mark.parametrize("which", ["shop", "shop/__main__.py"])
def test_a_program_runs_in_its_folder_with_its_project_importable(rig: Rig, shop: Path, which: str) -> None:
    here, path = Path.cwd(), list(sys.path)
    rig.program = shop / which
    assert rig.up().outputs == {"root": str(shop), "where": "none"}
    assert len(rig.cloud.things) == 2
    assert (Path.cwd(), sys.path) == (here, path)
    assert "shop" not in sys.modules
    assert "shop.parts" not in sys.modules


def test_an_edited_module_counts_in_the_next_run_of_the_same_process(rig: Rig, shop: Path) -> None:
    rig.program = shop / "shop"
    rig.up()
    parts = shop / "shop" / "parts.py"
    parts.write_text(PARTS.replace("2", "3"))
    os.utime(parts, (1, 1))
    assert len(rig.preview().steps) == 4
    rig.up()
    assert len(rig.cloud.things) == 3


def test_a_missing_program_is_named(rig: Rig, tmp_path: Path) -> None:
    rig.program = tmp_path / "nowhere"
    for run in (rig.preview, rig.up):
        with pytest.raises(InputError, match="there is no Pulumi program at"):
            run()


def test_an_error_in_a_module_shows_where_in_the_program(rig: Rig, shop: Path) -> None:
    (shop / "shop" / "parts.py").write_text("COUNT = 1 // 0\n")
    rig.program = shop / "shop"
    with pytest.raises(StepFailed, match="ZeroDivisionError") as failure:
        rig.preview()
    assert "parts.py:1" in failure.value.summary
    assert "runpy" not in failure.value.summary


def test_an_error_inside_an_apply_ends_the_run(rig: Rig) -> None:
    def broken(value: str) -> str:
        raise LookupError(f"no entry for {value}")

    rig.program = lambda: pulumi.export("x", Thing("one", {"size": 1}).computed.apply(broken))
    with pytest.raises(StepFailed, match="LookupError: no entry for of-thing-1"):
        rig.up()
    rig.check_truth()


def test_an_asynchronous_program_is_awaited(rig: Rig) -> None:
    async def program() -> None:
        Thing("one")

    rig.program = program
    rig.up()
    assert len(rig.cloud.things) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://localhost:1", "http://[::1]:2", "http://10.9.0.1:3"])
def test_an_endpoint_on_this_machine_is_taken(url: str) -> None:
    assert require_local_endpoint(url, ["10.9.0.0/24"]) == url


@pytest.mark.parametrize(
    "url",
    ["https://ec2.us-east-1.amazonaws.com", "http://10.8.0.1", "http://localhost.evil.com", "", "http://0.0.0.0:1"],
)
def test_any_other_endpoint_is_refused_with_the_way_to_a_real_cloud(url: str) -> None:
    with pytest.raises(InputError, match="is not on this machine") as refusal:
        require_local_endpoint(url, ["10.9.0.0/24"])
    assert "./rw tools install" in (refusal.value.hint or "")


def test_recorded_outputs_of_a_component_do_not_come_back_into_the_program(rig: Rig) -> None:
    """The official engine leaves them out too; typed outputs of a component would otherwise be checked twice."""

    class Typed(pulumi.ComponentResource):
        found: pulumi.Output[dict[str, object]]

        def __init__(self) -> None:
            super().__init__("test:index:Typed", "typed")
            self.found = pulumi.Output.from_input({"nested": {"a": 1}})
            self.register_outputs({"found": self.found})

    rig.program = lambda: pulumi.export("found", Typed().found)
    rig.up()
    assert rig.up().unchanged
    assert rig.up().outputs["found"] == {"nested": {"a": 1}}
