"""Reading specs: places, stacks by name, and the small texts with units."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError
from rackwright.spec import ClusterSpec, find_stack, load_spec, parse_spec, stack_names
from rackwright.spec.places import Places, dotted, read_document
from tests.strategies import specs

ROOT = Path(__file__).parents[3]
SMALL = """\
name: small
target: {kind: local}
data: {classification: internal}
network:
  cidr: 10.40.0.0/16
pools:
  head: {role: control, machine: m7i.4xlarge, nodes: 1}
"""


def test_a_part_knows_its_line_and_column():
    spec = parse_spec(SMALL, "stacks/small.yaml")
    assert spec.where(("network", "cidr")) == "stacks/small.yaml:5:3 (network.cidr)"


def test_a_part_that_was_not_written_is_placed_at_the_nearest_part_above():
    spec = parse_spec(SMALL, "stacks/small.yaml")
    assert spec.where(("pools", "head", "capacity")) == "stacks/small.yaml:7:3 (pools.head.capacity)"


def test_a_fixed_number_of_nodes_is_a_range_of_one():
    nodes = parse_spec(SMALL, "x").pools["head"].nodes
    assert (nodes.min, nodes.max) == (1, 1)


@pytest.mark.parametrize(
    ("written", "kind", "reservation"),
    [
        ("spot", "spot", None),
        ("{block: cr-0123456789abcdef0}", "block", "cr-0123456789abcdef0"),
        ("{reservation: cr-0123456789abcdef0}", "reservation", "cr-0123456789abcdef0"),
    ],
)
def test_capacity_has_short_forms(written: str, kind: str, reservation: str | None):
    spec = parse_spec(SMALL.replace("nodes: 1}", f"nodes: 1, capacity: {written}}}"), "x")
    capacity = spec.pools["head"].capacity
    assert (capacity.kind, capacity.reservation) == (kind, reservation)


@given(specs())
def test_a_dumped_spec_reads_back_as_itself(spec: ClusterSpec):
    assert ClusterSpec.model_validate(spec.model_dump(mode="json")) == spec


def test_stack_is_found_by_name_and_by_path():
    by_name = find_stack("local", ROOT)
    assert by_name.resolve() == find_stack("stacks/local.yaml", ROOT).resolve() == ROOT / "stacks" / "local.yaml"
    assert load_spec(by_name).name == "local"


def test_unknown_stack_is_refused_with_the_nearest_name():
    with pytest.raises(InputError) as refused:
        find_stack("locall", ROOT)
    assert "did you mean 'local'?" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("none.yaml", "no such file"),
        ("folder.yaml", "it is a folder"),
        ("notes.txt", "its name ends in '.txt'"),
        ("stacks/local.lock.yaml", "it is a lock"),
        ("x" * 300 + ".yaml", "file name too long"),
        ("a\0b.yaml", "no file can have that name"),
    ],
)
def test_a_path_that_is_no_stack_file_is_refused_with_the_reason(given: str, why: str, tmp_path: Path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "notes.txt").touch()
    path = str(ROOT / given if given.startswith("stacks") else tmp_path / given)
    with pytest.raises(InputError) as refused:
        find_stack(path, ROOT)
    assert why in refused.value.summary
    assert "local" in (refused.value.hint or "")


def test_settings_of_pulumi_and_locks_are_not_stacks():
    names = stack_names(ROOT)
    assert "local" in names
    assert not [name for name in names if name.startswith("Pulumi") or "." in name]


def test_missing_file_is_refused_by_name(tmp_path: Path):
    with pytest.raises(InputError, match="there is no file"):
        load_spec(tmp_path / "none.yaml")


def test_unreadable_bytes_are_refused(tmp_path: Path):
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(InputError, match="it is not text"):
        load_spec(path)


@given(st.text(max_size=200))
def test_any_text_is_refused_with_a_place(text: str):
    with pytest.raises(InputError) as refused:
        parse_spec(text, "stacks/any.yaml")
    assert refused.value.exit_code == 2
    assert all(problem.where.startswith("stacks/any.yaml") for problem in refused.value.problems)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda x: st.dictionaries(st.sampled_from(list(ClusterSpec.model_fields)), x),
    )
)
def test_any_document_is_refused_without_a_word_of_the_library(document: object):
    with pytest.raises(InputError) as refused:
        parse_spec(_as_yaml(document), "stacks/any.yaml")
    for problem in refused.value.problems:
        assert "Input should" not in problem.summary
        assert "validation error" not in problem.summary


def _as_yaml(document: object) -> str:
    return json.dumps(document)


def test_paths_are_written_with_dots_and_brackets():
    assert dotted(("pools", "train", "nics", 0, "card")) == "pools.train.nics[0].card"
    assert Places("x.yaml").where(()) == "x.yaml"


def test_anchors_and_merges_are_plain_values_after_reading():
    document, _ = read_document("a: &x {k: 1}\nb:\n  <<: *x\n  m: 2\n", "x")
    assert document["a"] == {"k": 1}
    assert document["b"] == {"k": 1, "m": 2}
