"""Nodes that Slurm started: who they are, by what the account says, and that an upgrade keeps them running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure import ConfigureResult
from rackwright.design.hosts import elastic_hosts
from rackwright.diagnostics import StepFailed
from rackwright.inventory import Host
from rackwright.outcome import Check
from rackwright.pipeline.nodes.started_nodes import found_in, read_started
from rackwright.pipeline.upgrading.upgrade_elastic import kept_running
from rackwright.pipeline.upgrading.upgrade_steps import Said
from tests.unit.configure.test_elastic_nodes import design, recorded

DESIGN = design(1, 6)


def instance(host: Host, pool: str = "burst", number: int = 1) -> dict[str, Any]:
    tags = {"rackwright:pool": pool, "rackwright:node": host.name}
    return {
        "InstanceId": f"i-{number}",
        "PrivateIpAddress": str(host.address),
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }


@given(st.lists(st.sampled_from(elastic_hosts(DESIGN)), unique_by=lambda host: host.name))
def test_every_running_node_is_found_under_the_name_that_slurm_has_for_it(running: list[Host]) -> None:
    found = found_in(DESIGN, [instance(host, number=number) for number, host in enumerate(running)])
    assert [host.name for host in found] == sorted(host.name for host in running)
    assert {host.name: (host.address, host.pool, host.roles) for host in found} == {
        host.name: (host.address, "burst", frozenset(DESIGN.pool("burst").ansible_roles)) for host in running
    }
    assert {host.instance_id for host in found} == {f"i-{number}" for number in range(len(running))}


def test_what_is_at_no_address_of_an_elastic_pool_is_none_of_them() -> None:
    always = next(host for host in recorded(DESIGN).hosts if host.pool == "burst")
    stranger = instance(elastic_hosts(DESIGN)[0], pool="another")
    going = {key: value for key, value in instance(elastic_hosts(DESIGN)[0]).items() if key != "PrivateIpAddress"}
    assert found_in(DESIGN, [instance(always), stranger, going]) == ()


def test_nobody_is_asked_where_no_pool_is_elastic() -> None:
    assert read_started(design(2, 2), "http://127.0.0.1:1") == ()


def test_an_account_that_does_not_answer_is_no_account_without_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StepFailed, match="could not ask which nodes Slurm runs"):
        read_started(DESIGN, "http://127.0.0.1:1")


@dataclass
class Controller:
    """Says yes, or why not; remembers what it was told."""

    refusal: str = ""
    told: list[str] = field(default_factory=list)

    def on(self, host: str, command: str) -> Said:
        self.told.append(f"{host}: {command}")
        return Said(1, self.refusal) if self.refusal else Said(0, "")

    def apply(self, hosts: Sequence[str]) -> ConfigureResult:
        raise NotImplementedError

    def prove(self, hosts: Sequence[str]) -> tuple[Check, ...]:
        raise NotImplementedError


def test_slurm_stops_none_of_its_nodes_during_an_upgrade_and_may_again_afterwards() -> None:
    controller = Controller()
    with pytest.raises(KeyboardInterrupt), kept_running(controller, recorded(DESIGN), DESIGN):
        raise KeyboardInterrupt
    first, last = controller.told
    assert first.startswith("head-10: scontrol update SuspendExcNodes+='burst-[")
    assert last == first.replace("+=", "-=")


def test_a_controller_that_does_not_keep_them_running_stops_the_upgrade_before_anything_is_drained() -> None:
    with (
        pytest.raises(StepFailed, match=r"does not keep burst-\[.*: slurm_update error"),
        kept_running(Controller("slurm_update error: Access denied"), recorded(DESIGN), DESIGN),
    ):
        pytest.fail("it went on")


def test_a_cluster_of_fixed_size_asks_its_controller_for_nothing() -> None:
    controller, fixed = Controller(), design(2, 2)
    with kept_running(controller, recorded(fixed), fixed):
        pass
    assert controller.told == []
