"""Every resource type of the provider lives a whole life on the local AWS."""

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from rackwright.engine.providers.aws.types import TYPES
from tests.integration.aws.cases import CASES
from tests.integration.aws.world import Case, World

pytestmark = pytest.mark.cloud

NONE = pb.DiffResponse.DIFF_NONE


def test_every_type_has_a_case() -> None:
    assert {case.token for case in CASES} == set(TYPES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_type_lives_a_whole_life(engine, world: World, case: Case) -> None:
    wanted = case.inputs(world)
    id_, inputs, outputs = engine.create(case.token, wanted)
    assert {key: outputs.get(key) for key in case.expect} == case.expect

    found, live, outputs = engine.read(case.token, id_, inputs, outputs)
    assert found == id_
    assert live == inputs, "a read right after a creation shows no drift"
    assert engine.diff(case.token, id_, live, outputs, engine.check(case.token, wanted, olds=inputs)).changes == NONE

    if case.edit:
        edited = engine.check(case.token, {**wanted, **case.edit}, olds=inputs)
        diff = engine.diff(case.token, id_, inputs, outputs, edited)
        assert set(diff.diffs) == set(case.edit)
        assert not diff.replaces
        outputs = engine.update(case.token, id_, inputs, outputs, edited)
        found, live, outputs = engine.read(case.token, id_, edited, outputs)
        assert live == edited, "the edit reached the cloud"
        inputs = edited

    if case.replaces:
        diff = engine.diff(case.token, id_, inputs, outputs, {**inputs, **case.replaces})
        assert set(diff.replaces) == set(case.replaces)

    engine.delete(case.token, id_, inputs, outputs)
    if not case.stays:
        assert engine.read(case.token, id_, inputs, outputs)[0] == "", "deleted things are gone"
        engine.delete(case.token, id_, inputs, outputs)
