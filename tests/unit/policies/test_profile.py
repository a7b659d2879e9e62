from __future__ import annotations

import pytest

from policies.profile import STRICTEST, profile_of
from policies.registry import RULES
from policies.rule import Enforcement, Severity


def mandatory(compliance: tuple[str, ...] = (), classification: str = "internal") -> set[str]:
    profile = profile_of(compliance, classification)
    return {rule.id for rule in RULES if profile.enforcement(rule) is Enforcement.MANDATORY}


ENCRYPTION = {"RW-PSTO-005", "RW-PAUD-006", "RW-PBKP-001", "RW-PEKS-002", "RW-PCTL-013", "RW-PHST-036"}
AUDIT = {"RW-PAUD-001", "RW-PAUD-004", "RW-PCTL-005", "RW-PHST-017"}
RESIDENCY = {"RW-PDAT-004"}
ERASURE = {"RW-PDAT-001", "RW-PDAT-003"}
CHANGE = {"RW-PCHG-001", "RW-PCHG-002", "RW-PCHG-003", "RW-PCHG-005"}
RETENTION = {"RW-PDAT-002", "RW-PDAT-001"}


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        (("hipaa",), ENCRYPTION | AUDIT),
        (("gdpr",), ENCRYPTION | RESIDENCY | ERASURE),
        (("sox",), AUDIT | CHANGE),
        (("ccpa",), ENCRYPTION | ERASURE | RETENTION | RESIDENCY),
    ],
)
def test_a_framework_makes_what_it_asks_for_mandatory(words, rules) -> None:
    assert rules <= mandatory(words)
    assert not rules & mandatory()


def test_residency_is_asked_by_those_who_ask_for_it_and_change_control_by_sox() -> None:
    assert not RESIDENCY & mandatory(("hipaa",))
    assert not RESIDENCY & mandatory(("sox",))
    assert mandatory(("sox",)) >= CHANGE


def test_the_class_of_the_data_brings_its_frameworks_where_the_spec_forgets_them() -> None:
    assert mandatory((), "phi") == mandatory(("hipaa",), "phi") == mandatory(("hipaa",))
    assert mandatory((), "pii") == mandatory(("gdpr", "ccpa"))
    assert mandatory((), "financial") == mandatory(("sox",))


def test_what_a_rule_is_not_sure_of_stops_nothing_under_any_profile() -> None:
    unsure = [rule for rule in RULES if rule.confidence is Severity.LOW and rule.enforcement is Enforcement.ADVISORY]
    assert unsure
    assert {STRICTEST.enforcement(rule) for rule in unsure} == {Enforcement.ADVISORY}


def test_there_are_as_many_rules_as_promised() -> None:
    assert len(RULES) >= 180
