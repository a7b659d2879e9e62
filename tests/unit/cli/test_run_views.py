"""What a terminal shows of a run."""

from __future__ import annotations

from dataclasses import replace

from policies.audit import AuditResult
from policies.profile import Profile
from policies.rule import Enforcement, Finding, Severity, Status
from rackwright.cli.run_views import failure_line, failures_that_stop_nothing
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


FINDING = Finding(
    rule="RW-PLCK-002",
    title="What is installed can be checked",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    status=Status.FAILED,
    urn="lock::package::a",
    resource_type="lock",
    message="a has no digest",
    fix="",
    controls=(),
)


def test_advice_is_one_line_for_each_rule_and_says_how_much_it_leaves_out() -> None:
    failed = tuple(replace(FINDING, message=f"{name} has no digest") for name in "abcde")
    silent = replace(FINDING, status=Status.PASSED), replace(FINDING, enforcement=Enforcement.MANDATORY)
    result = AuditResult(Profile("phi", frozenset()), (*failed, *silent), ())
    (line,) = failures_that_stop_nothing(result)
    assert line.startswith("  advisory RW-PLCK-002 What is installed can be checked: a has no digest; b has")
    assert line.endswith("c has no digest; and 2 more")
