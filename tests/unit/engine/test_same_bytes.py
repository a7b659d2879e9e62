"""The same input gives the same plan, byte for byte: whatever the hash seed, the order of declaration, the threads."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.conftest import Rig, quick
from tests.unit.engine.test_nothing_is_lost import Spec, as_program, programs

ROOT = Path(__file__).resolve().parents[3]

PLAN = """
import sys; from pathlib import Path
from rackwright.engine import FileBackend, Options, StackRef, preview
from rackwright.engine.providers.offline import OfflineProvider
root, folder, parallel = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
config = {"rackwright:spec": "stacks/h100-train.yaml"}
main = root / "infra" / "__main__.py"
stack = StackRef("rackwright", "h100-train")
options = Options(stack, main, FileBackend(folder, "x"), {"aws": OfflineProvider}, config, parallel=parallel)
sys.stdout.write(preview(options).as_json())
"""


def planned(folder: Path, seed: str, parallel: int) -> bytes:
    command = [sys.executable, "-c", PLAN, str(ROOT), str(folder), str(parallel)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout


@pytest.mark.slow
def test_the_plan_of_a_whole_cluster_does_not_depend_on_hash_seed_process_or_threads(tmp_path: Path) -> None:
    first = planned(tmp_path, "0", 8)
    assert len(first) > 10_000
    assert planned(tmp_path, "1", 1) == first
    assert planned(tmp_path, "4242", 16) == first


@settings(max_examples=25)
@given(programs(), programs(), st.randoms(use_true_random=False), st.sampled_from([1, 2, 16]))
def test_the_plan_does_not_depend_on_the_order_in_which_independent_things_are_declared(
    before: Spec, after: Spec, random: object, parallel: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        quick(patch)
        rig = Rig(Path(folder))
        rig.program = as_program(before)
        rig.up()
        rig.program = as_program(after)
        plan = rig.preview().as_json()
        rig.program = as_program(reordered(after, random))
        assert rig.preview(parallel=parallel).as_json() == plan


def reordered(spec: Spec, random: object) -> Spec:
    """`spec` in another order in which each resource still follows what it needs."""
    left, done, names = list(spec), [], set()
    while left:
        free = [node for node in left if {node.loose, node.firm, node.parent, node.after} - {None} <= names]
        node = random.choice(free)
        left.remove(node)
        done.append(node)
        names.add(node.name)
    return tuple(done)
