"""States are worked out from the clock, and without a scale everything is there at once."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from rackwright.cloud.aws import lifecycle
from rackwright.cloud.aws.lifecycle import EKS_CLUSTER, NAT_GATEWAY, begin, change, end, over, state_of


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Iterator[Clock]:
    """Time is in the test's hands, one second here for each on AWS."""
    hand = Clock()
    monkeypatch.setattr(lifecycle.pace, "clock", hand)
    monkeypatch.setattr(lifecycle.pace, "scale", 1.0)
    return hand


def test_a_thing_comes_changes_and_goes_in_the_times_of_its_kind(clock: Clock) -> None:
    cluster = SimpleNamespace()
    begin(cluster, EKS_CLUSTER)
    assert state_of(cluster, EKS_CLUSTER) == "CREATING"
    clock.now += EKS_CLUSTER.create_s
    assert state_of(cluster, EKS_CLUSTER) == "ACTIVE"
    change(cluster, EKS_CLUSTER)
    assert (state_of(cluster, EKS_CLUSTER), lifecycle.is_busy(cluster)) == ("UPDATING", True)
    clock.now += EKS_CLUSTER.change_s
    assert (state_of(cluster, EKS_CLUSTER), lifecycle.is_busy(cluster)) == ("ACTIVE", False)
    assert not end(cluster, EKS_CLUSTER)
    assert (state_of(cluster, EKS_CLUSTER), over({"it": cluster})) == ("DELETING", [])
    clock.now += EKS_CLUSTER.delete_s
    assert over({"it": cluster}) == ["it"]


def test_without_a_scale_everything_is_there_at_once() -> None:
    gateway = SimpleNamespace()
    begin(gateway, NAT_GATEWAY)
    assert state_of(gateway, NAT_GATEWAY) == "available"
    assert end(gateway, NAT_GATEWAY), "gone at once"


def test_a_replay_does_not_wait(clock: Clock) -> None:
    gateway = SimpleNamespace()
    with lifecycle.at_once():
        begin(gateway, NAT_GATEWAY)
        assert state_of(gateway, NAT_GATEWAY) == "available"
    assert state_of(gateway, NAT_GATEWAY) == "available", "nor does it begin to wait afterwards"


def test_a_thing_whose_life_nobody_began_is_ready(clock: Clock) -> None:
    assert state_of(SimpleNamespace(), NAT_GATEWAY) == "available"
    assert not lifecycle.has_gone(SimpleNamespace())
