"""Kill -9 at every provider call that changes something, of a whole `up` and a whole `destroy` of the p5 stack.

`benchmarks.kills` does it, with real processes against the real emulator; here its verdict is taken. The calls that
only a resumed run makes (updates that finish what was begun) are killed too by ``python -m benchmarks.kills
--recovery``, which takes longer than a test may.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.cloud, pytest.mark.slow, pytest.mark.timeout(900)]


def test_no_kill_at_any_call_leaves_an_orphan_a_double_or_anything_open() -> None:
    command = [sys.executable, "-m", "benchmarks.kills", "stacks/h100-train.yaml", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr[-3000:]
    rise, fall = json.loads(done.stdout)
    for tally in (rise, fall):
        assert (tally["orphans"], tally["unsettled"], tally["changed"]) == ({}, 0, 0), tally
        assert tally["passed_by"] == [], "a call was passed by without a kill"
        assert tally["calls"] > 100
        assert len(tally["adopted"]) < tally["calls"] // 20, "only what every account has is found instead of created"
