"""When a refused pool is tried again, and what Slurm is told meanwhile."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rackwright.elastic.outcomes import (
    ADDRESS_CODES,
    BUSY_CODES,
    CALM,
    CAPACITY_CODES,
    FIRST_WAIT_S,
    LONGEST_WAIT_S,
    QUOTA_CODES,
    Kind,
    Outcome,
    after,
    held_back,
    is_ours,
    kind_of,
    reason_of,
)

CODES = st.sampled_from(sorted({*CAPACITY_CODES, *QUOTA_CODES, *BUSY_CODES, "UnauthorizedOperation"}))
CHANCES = st.floats(0, 1)
FAILED = st.builds(Outcome, st.just("train-20"), code=CODES, message=st.text(max_size=400))
STARTED = st.just(Outcome("train-21", "i-1"))


def test_capacity_errors_are_told_apart_from_what_a_person_must_mend() -> None:
    assert kind_of("InsufficientInstanceCapacity") is Kind.CAPACITY
    assert kind_of("VcpuLimitExceeded") is Kind.QUOTA
    assert kind_of("RequestLimitExceeded") is Kind.BUSY
    assert kind_of("InvalidIPAddress.InUse") is Kind.ADDRESS
    assert kind_of("UnauthorizedOperation") is Kind.MISTAKE


@given(st.lists(st.tuples(FAILED, CHANCES), min_size=1, max_size=40))
def test_the_wait_is_bounded_and_ends(failures: list[tuple[Outcome, float]]) -> None:
    backoff, now = CALM, 1_000_000.0
    for outcome, chance in failures:
        backoff = after(backoff, [outcome], now, chance)
        wait = backoff.not_before - now
        assert FIRST_WAIT_S[kind_of(outcome.code)] / 2 <= wait <= LONGEST_WAIT_S
        assert backoff.holds(now)
        assert not backoff.holds(now + LONGEST_WAIT_S)
        now = backoff.not_before


@given(CODES, CHANCES, st.integers(1, 6))
def test_the_wait_doubles_with_every_failure_in_a_row(code: str, chance: float, rounds: int) -> None:
    backoff, waits = CALM, []
    for _ in range(rounds):
        backoff = after(backoff, [Outcome("train-20", code=code)], 0.0, chance)
        waits.append(backoff.not_before)
    for shorter, longer in pairwise(waits):
        assert longer == min(2 * shorter, LONGEST_WAIT_S * (0.5 + 0.5 * chance))


@given(st.lists(FAILED, min_size=1), STARTED, CHANCES)
def test_one_success_among_failures_does_not_end_the_row_but_a_clean_round_does(
    failed: list[Outcome], started: Outcome, chance: float
) -> None:
    backoff = after(CALM, [*failed, started], 0.0, chance)
    assert backoff.failures == 1
    assert after(backoff, [started], 0.0, chance) == CALM
    assert after(backoff, [], 0.0, chance) == backoff


@given(st.lists(FAILED, min_size=1), CHANCES)
def test_the_failure_that_lasts_longest_decides_the_wait(failed: list[Outcome], chance: float) -> None:
    longest = max(FIRST_WAIT_S[kind_of(outcome.code)] for outcome in failed)
    assert after(CALM, failed, 0.0, chance).not_before == longest * (0.5 + 0.5 * chance)


@given(CODES, st.text(max_size=400))
def test_a_reason_begins_with_the_code_and_breaks_no_command(code: str, message: str) -> None:
    reason = reason_of(code, message)
    assert reason.startswith(f"(Code:{code})")
    assert is_ours(reason)
    assert len(reason) <= 200
    assert '"' not in reason
    assert len(reason.splitlines()) == 1


def test_somebody_elses_reason_is_left_alone() -> None:
    assert not is_ours("broken fan, ticket 4711")


@given(FAILED, CHANCES)
def test_nodes_that_wait_are_told_what_they_wait_for(failed: Outcome, chance: float) -> None:
    backoff = after(CALM, [failed], 0.0, chance)
    told = held_back(["train-1", "train-2"], {"train-2": "i-2"}, backoff)
    assert [(one.node, one.code, one.instance) for one in told] == [
        ("train-1", failed.code, ""),
        ("train-2", "", "i-2"),
    ]


@given(st.sampled_from(sorted(ADDRESS_CODES)), CHANCES)
def test_a_taken_address_makes_no_other_node_wait(code: str, chance: float) -> None:
    assert after(CALM, [Outcome("train-20", code=code)], 0.0, chance) == CALM
