"""The price of a design against what the last apply recorded."""

from hypothesis import given
from hypothesis import strategies as st

from rackwright.design.cost_change import STORAGE, cost_change
from rackwright.design.model import Cost

PRICES = st.dictionaries(
    st.sampled_from(["head", "train", "infer", "login"]), st.floats(0.01, 5000).map(lambda p: round(p, 2))
)


def cost(pools: dict[str, float], storage: float = 0.0) -> Cost:
    return Cost(
        usd_per_hour=round(sum(pools.values()) + storage, 4),
        by_pool=pools,
        storage_usd_per_hour=storage,
        not_priced=(),
        priced_on="2026-11-01",
    )


@given(PRICES, PRICES, st.floats(0, 100).map(lambda p: round(p, 2)))
def test_the_lines_add_up_to_the_difference(before, after, storage) -> None:
    change = cost_change(cost(before).model_dump(), cost(after, storage))
    assert abs(sum(line.after - line.before for line in change.lines) - change.usd_per_hour) < 0.01
    assert all(line.before != line.after for line in change.lines)


@given(PRICES)
def test_the_same_design_costs_no_more_and_no_less(pools) -> None:
    change = cost_change(cost(pools).model_dump(mode="json"), cost(pools))
    assert change.usd_per_hour == 0
    assert change.sentence() == "none"


def test_without_a_record_all_of_it_is_new() -> None:
    change = cost_change(None, cost({"train": 55.04}))
    assert change.before is None
    assert change.usd_per_hour == 55.04
    assert "nothing is recorded yet" in change.sentence()


def test_a_record_that_nobody_understands_counts_as_none() -> None:
    assert cost_change({"usd": 5}, cost({"train": 1.0})).before is None


def test_people_read_what_changed_dearest_first() -> None:
    change = cost_change(cost({"head": 1.0, "train": 110.0}, 5).model_dump(), cost({"head": 2.0, "train": 55.0}, 5))
    assert change.sentence() == "-$54.00 per hour (-$39,420.00 per month): train -$55.00, head +$1.00"
    assert STORAGE not in {line.name for line in change.lines}
