from __future__ import annotations

from policies.parity import PAGE, PEERS, read_answers, render_parity
from policies.registry import RULES

ANSWERS = read_answers()


def test_parity_page_is_current() -> None:
    assert PAGE.read_text() == render_parity(ANSWERS), "run: python -m policies.parity"


def test_every_check_of_a_peer_is_answered_once_by_a_rule_that_exists_or_a_reason() -> None:
    known = {rule.id for rule in RULES}
    assert len({(each.peer, each.check) for each in ANSWERS}) == len(ANSWERS) == 641
    assert {each.peer for each in ANSWERS} == PEERS.keys()
    for each in ANSWERS:
        assert each.answer
        assert each.rule is None or each.rule in known, each
