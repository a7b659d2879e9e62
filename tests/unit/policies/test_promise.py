from __future__ import annotations

import json

from policies.profile import STRICTEST
from policies.promise import ROOT, promise_of

HIPAA = {"rackwright:spec": "stacks/h100-train.yaml"}


def test_the_spec_of_the_stack_chooses_the_profile() -> None:
    assert {"HIPAA", "SOX", "NIST-800-53r5"} <= promise_of(HIPAA).profile.frameworks


def test_the_engine_may_name_the_spec_in_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(HIPAA))
    assert promise_of({}) == promise_of(HIPAA)


def test_a_pack_that_knows_nothing_is_strict(monkeypatch, tmp_path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [")
    for config in ({}, {"rackwright:spec": "stacks/none.yaml"}, {"rackwright:spec": str(broken)}):
        assert promise_of(config).profile == STRICTEST
    for text in ("{", "[]", '{"rackwright:spec": 3}'):
        monkeypatch.setenv("PULUMI_CONFIG", text)
        assert promise_of({}).profile == STRICTEST


def test_waivers_of_the_spec_reach_the_pack(tmp_path) -> None:
    spec = tmp_path / "waived.yaml"
    text = "waivers: [{rule: RW-PCMP-003, reason: no money for metrics, owner: ops@example.org, expires: 2099-01-01}]\n"
    spec.write_text((ROOT / "stacks" / "local.yaml").read_text() + text)
    (waiver,) = promise_of({"rackwright:spec": str(spec)}).waivers
    assert (waiver.rule, waiver.scope, waiver.owner) == ("RW-PCMP-003", "*", "ops@example.org")
