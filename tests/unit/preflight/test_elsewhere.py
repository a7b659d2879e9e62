"""Where else a pool would fit: only what is offered there, and only what does the same work."""

import pytest

from rackwright.catalog import load_catalog
from rackwright.catalog.offerings import offerings, zones_with
from rackwright.catalog.regions import REGION_PREFIX
from rackwright.diagnostics import CapacityError, StepFailed
from rackwright.pipeline.capacity import advised
from rackwright.pipeline.clock import today
from rackwright.pipeline.prepare import prepare
from rackwright.pipeline.workspace import project_root
from rackwright.preflight.elsewhere import elsewhere, fits
from rackwright.spec.load import load_spec

CATALOG = load_catalog()
STACKS = sorted(path.stem for path in (project_root() / "stacks").glob("*.yaml") if "." not in path.stem)


def spec(stack: str):
    return load_spec(project_root() / "stacks" / f"{stack}.yaml")


def test_every_offering_is_of_a_machine_of_the_catalog_in_zones_of_the_region() -> None:
    for machine, offering in offerings().items():
        assert machine in CATALOG.machines
        for region, zones in offering.zones.items():
            assert all(zone.startswith(REGION_PREFIX.get(region, zone)) for zone in zones)


@pytest.mark.parametrize("stack", [stack for stack in STACKS if spec(stack).target.kind != "on-prem"])
def test_what_is_told_is_offered_there_and_fits(stack: str) -> None:
    wanted = spec(stack)
    for pool in wanted.pools:
        found = elsewhere(wanted, CATALOG, pool)
        assert found.zone not in {*found.zones, *found.new_zones}
        assert set(found.zones) <= set(wanted.target.zone_ids)
        assert {*found.zones, *found.new_zones} <= set(zones_with(found.machine, wanted.target.region))
        for name, _ in found.machines:
            assert found.zone in zones_with(name, wanted.target.region)
            assert fits(wanted, CATALOG, pool, CATALOG.machine(name))


def test_a_zone_of_the_stack_comes_first_then_machines_with_the_same_gpu() -> None:
    found = elsewhere(spec("g6e-dev"), CATALOG, "dev")
    sentences = list(found.sentences())
    assert sentences[0] == "g6e.4xlarge is offered in usw2-az2 too: pools.dev.zone_id"
    assert all(name.startswith("g6e.") for name, _ in found.machines)
    assert "capacity block" in sentences[-1]


def test_a_reservation_holds_for_one_zone_so_none_other_is_told() -> None:
    sentences = list(elsewhere(spec("h100-train"), CATALOG, "train").sentences())
    assert len(sentences) == 1
    assert "cr-0123456789abcdef0" in sentences[0]


def test_a_site_of_ones_own_has_nowhere_else() -> None:
    assert elsewhere(spec("dgx-h100-4su"), CATALOG, next(iter(spec("dgx-h100-4su").pools))) is None


def test_only_a_lack_of_capacity_gets_the_advice_and_it_keeps_what_was_said() -> None:
    prepared = prepare(project_root(), "mixed", today())
    starved = CapacityError("could not create 'mixed-infer': InsufficientInstanceCapacity: none", where="urn", hint="x")
    told = advised(starved, prepared)
    assert (told.exit_code, told.summary, told.where) == (3, starved.summary, "urn")
    assert "pools.infer.zone_id" in told.hint
    group = CapacityError("auto-scaling group 'mixed-train' has 0 of 1: We do not have sufficient p5.48xlarge capacity")
    assert "pools.train.zone_id" in advised(group, prepared).hint
    quota = CapacityError("could not create 'mixed-infer': VcpuLimitExceeded: too many", hint="ask for more")
    assert advised(quota, prepared) is quota
    other = StepFailed("could not create 'mixed-infer': InsufficientInstanceCapacity")
    assert advised(other, prepared) is other
