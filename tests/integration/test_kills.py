"""Kill -9 before and after a provider call of every kind, in a whole `up` and a whole `destroy` of the p5 stack.

`benchmarks.kills` does it, with real processes against the real emulator; here its verdict is taken. The suite kills at
one call of each method and type of resource: which ones is enumerated, not drawn. Every single call, those included
that only a resumed run makes, is killed by ``python -m benchmarks.kills --recovery``: too long for a suite.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.cloud, pytest.mark.slow, pytest.mark.timeout(900)]


def test_no_kill_at_a_call_of_any_kind_leaves_an_orphan_a_double_or_anything_open() -> None:
    command = [sys.executable, "-m", "benchmarks.kills", "stacks/h100-train.yaml", "--kinds", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr[-3000:]
    rise, fall = json.loads(done.stdout)
    for tally in (rise, fall):
        assert (tally["orphans"], tally["unsettled"], tally["changed"]) == ({}, 0, 0), tally
        assert tally["passed_by"] == [], "a call was passed by without a kill"
        assert tally["calls"] > 60
        assert len(tally["adopted"]) < tally["calls"] // 10, "only what every account has is found instead of created"
