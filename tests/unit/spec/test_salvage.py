"""Mistakes of form do not hide the others: all of them come at once, and none that only a stand-in has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.diagnostics import InputError
from rackwright.preflight import problems_of_draft
from rackwright.spec import parse_draft
from rackwright.spec.places import read_document

TODAY = dt.date(2026, 11, 21)
LOCAL = (Path(__file__).parents[3] / "stacks" / "local.yaml").read_text()


def mistakes(*changes: tuple[str, str]) -> dict[str, str]:
    """Summaries by path, of the local stack with `changes`."""
    text = LOCAL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = problems_of_draft(parse_draft(text, "x.yaml"), load_catalog(), None, today=TODAY)
    assert all(problem.hint or "expected" in problem.summary for problem in found)
    return {problem.where.partition(" ")[2].strip("()"): problem.summary for problem in found}


def test_key_unit_type_machine_cidr_and_zone_come_in_one_go() -> None:
    found = mistakes(
        ("network:", "netwrk: 1\nnetwork:"),
        ("4800 GiB", "4800"),
        ("nodes: 2", "nodes: two"),
        ("p5.48xlarge", "p5.48xlarg"),
        ("10.40.0.0/16", "10.40.0.1/16"),
        ("use1-az4", "usw2-az1"),
    )
    assert set(found) == {
        "netwrk",
        "storage.scratch.capacity",
        "pools.train.nodes",
        "pools.train.machine",
        "network.cidr",
        "target.zone_ids[1]",
    }


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("nodes: 2", "nodes: two", "pools.train.nodes"),
        ("nodes: 2", "nodes: true", "pools.train.nodes"),
        ("nodes: 2", "nodes: {max: many}", "pools.train.nodes.max"),
        ("nodes: 2", "nodes:", "pools.train.nodes"),
        ("    machine: p5.48xlarge\n", "", "pools.train.machine"),
        ("role: gpu", "role: 7", "pools.train.role"),
        ("kind: local", "kind: gcp", "target.kind"),
        ("kind: efs", "kind: floppy", "storage.home.kind"),
        ("kind: s3,", "", "storage.data"),
        ("compliance: [cis,", "compliance: [csi,", "compliance[0]"),
        ("classification: internal", "classification: secret", "data.classification"),
        ("name: local", "name: Lo cal", "name"),
        ("  train:", "  Tr_ain:", "pools.Tr_ain"),
        ("retention: 365 days}", "retention: 365}", "storage.data.retention"),
        ("{kind: slurm}", "{kind: slrm}", "scheduler.kind"),
        ("{kind: slurm}", "7", "scheduler"),
        ("10.40.0.0/16", "10.40.0.0/33", "network.cidr"),
    ],
)
def test_one_mistake_of_form_brings_no_other_with_it(old: str, new: str, path: str) -> None:
    assert list(mistakes((old, new))) == [path]


def test_a_pool_with_a_wrong_name_is_judged_at_its_own_line() -> None:
    found = mistakes(("  train:", "  Tr_ain:"), ("p5.48xlarge", "p5.48xlarg"))
    assert "the catalog has no machine 'p5.48xlarg'" in found.values()


def test_an_unknown_target_hides_no_unknown_machine_and_blames_no_known_one() -> None:
    found = mistakes(("kind: local", "kind: gcp"), ("p5.48xlarge", "p5.48xlarg"), ("m7i.4xlarge", "dgx-h100"))
    assert set(found) == {"target.kind", "pools.train.machine"}


def test_messages_name_the_item_and_both_ways_to_write_nodes() -> None:
    text = LOCAL.replace("nodes: 2", "nodes: two").replace("[cis,", "[hippa,")
    by_summary = {problem.summary: problem.hint for problem in parse_draft(text, "x.yaml").problems}
    assert any(summary.startswith("'compliance[0]' is 'hippa'") for summary in by_summary)
    assert "'nodes': 'two' is no number of nodes" in by_summary
    assert "{min: 0, max: 16}" in (by_summary["'nodes': 'two' is no number of nodes"] or "")


def test_every_key_that_stands_twice_is_told_beside_the_other_mistakes() -> None:
    text = LOCAL.replace("nodes: 2", "nodes: two\n    nodes: 3") + "tags: {a: b, a: c}\n"
    problems = parse_draft(text, "x.yaml").problems
    assert [problem.summary.partition(";")[0] for problem in problems if "twice" in problem.summary] == [
        "key 'nodes' stands twice in one mapping",
        "key 'a' stands twice in one mapping",
    ]
    assert any("no number of nodes" in problem.summary for problem in problems)
    with pytest.raises(InputError, match=r"x\.yaml"):
        read_document("a: 1\na: 2\n", "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        'name: !!python/object/apply:os.system ["id"]\n',
        "a: " + "[" * 3000 + "]" * 3000,
        "name: x\n---\nname: y\n",
        "\x00",
    ],
)
def test_what_yaml_allows_and_a_spec_does_not_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_draft(text, "x.yaml")
    assert refused.value.problems
    assert all(problem.hint for problem in refused.value.problems)


PIECES = st.sampled_from([line for line in LOCAL.splitlines() if line.strip() and not line.startswith("#")])
VALUES = st.sampled_from(["7", "yes", "null", "[1]", "{a: b}", "''", "x y", "-1", "10.0.0.0/8", "3 GiB"])


@given(st.lists(st.tuples(PIECES, VALUES), min_size=1, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_is_written_in_a_value_is_judged_without_breaking(changes: list[tuple[str, str]]) -> None:
    text = LOCAL
    for line, value in changes:
        key = line.partition(":")[0]
        text = text.replace(line, f"{key}: {value}", 1)
    try:
        draft = parse_draft(text, "x.yaml")
    except InputError:
        return  # no YAML any more
    found = problems_of_draft(draft, load_catalog(), None, today=TODAY)
    assert bool(found) >= bool(draft.problems)
    assert not [one for one in found if "the rule broke" in one.summary]
