"""What a terminal shows of a run."""

from __future__ import annotations

from rackwright.cli.run_views import failure_line
from rackwright.outcome import Check, Verdict


def test_a_failed_check_says_what_was_found_in_place_of_what() -> None:
    check = Check(
        id="base.units",
        title="No unit has failed",
        host="train-4",
        verdict=Verdict.FAILED,
        expected="none",
        actual="run-rpc_pipefs.mount",
        reason="see systemctl status of the units named",
    )
    assert failure_line(check) == (
        "train-4: No unit has failed: run-rpc_pipefs.mount, expected none: see systemctl status of the units named"
    )


def test_a_failed_check_of_the_cluster_without_a_value_gives_its_reason() -> None:
    check = Check(id="slurm.job", title="A job runs", verdict=Verdict.FAILED, reason="sbatch: no nodes")
    assert failure_line(check) == "cluster: A job runs: sbatch: no nodes"
