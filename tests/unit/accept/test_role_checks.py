from typing import Any

import pytest

from rackwright.accept.question import Answer
from rackwright.accept.role_checks import role_not_evaluated, role_questions
from rackwright.outcome import Verdict
from tests.unit.configure.sample import design, whole_inventory

HEAD, *_, OTHER = whole_inventory().hosts
SYSTEMS = {
    "storage.scratch",
    "storage.local_drives",
    "storage.home",
    "storage.site",
    "fabric.efa",
    "fabric.ports",
    "fabric.manager",
}


def ids(found: Any) -> set[str]:
    return {one.id for one in found}


def test_a_rehearsal_tells_what_it_could_not_evaluate_and_asks_for_none_of_it() -> None:
    told = role_not_evaluated(OTHER, design("local"))
    assert ids(told) >= SYSTEMS
    assert {check.verdict for check in told} == {Verdict.NOT_EVALUATED}
    assert not ids(role_questions(OTHER, design("local"))) & ids(told)


def test_a_real_host_is_asked_for_everything() -> None:
    assert role_not_evaluated(OTHER, design("aws")) == ()
    assert ids(role_questions(OTHER, design("aws"))) >= SYSTEMS


def test_every_host_is_asked_about_its_firewall_and_its_codes() -> None:
    assert ids(role_questions(HEAD, design("local"))) >= {"firewall.rules", "mfa.asked", "integrity.baseline"}


@pytest.mark.parametrize(("answer", "wanted"), [("yes", Verdict.PASSED), ("", Verdict.FAILED), ("no", Verdict.FAILED)])
def test_only_a_yes_passes(answer: str, wanted: Verdict) -> None:
    for question in role_questions(HEAD, design("local")):
        assert question.judge(Answer(0 if answer == "yes" else 1, answer)).verdict is wanted
