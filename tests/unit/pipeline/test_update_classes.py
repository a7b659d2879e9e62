"""Every field of the spec has an update class, and the table says what plans say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.pipeline.knowledge.update_classes import Bench, recorded_rows, render_update_classes
from rackwright.pipeline.knowledge.update_samples import FIRST, NOT_ALONE, SAMPLES, VALUES, Sample
from rackwright.pipeline.program.consequences import UpdateClass
from rackwright.spec import parse_spec
from rackwright.spec.edit import with_values
from rackwright.spec.fields_of_schema import Field, all_fields, candidates

ROOT = Path(__file__).resolve().parents[3]
LOOKED_AT = ("access.munge_secret", "budget.cost_centre", "budget.usd_per_month", "patching.drain")
"""Fields whose class is measured again here; all of them together take minutes: `./rw docs --update-classes`."""


def test_every_field_of_the_schema_has_a_class_and_no_other_thing_has() -> None:
    fields, rows = {field.name for field in all_fields()}, recorded_rows()
    assert fields - rows.keys() == set(), "new fields: measure them with ./rw docs --update-classes"
    assert rows.keys() - fields == set(), "fields that are gone: ./rw docs --update-classes forgets them"
    assert len(fields) > 200


def test_what_would_replace_a_whole_cluster_is_never_an_edit() -> None:
    rows = recorded_rows()
    assert {rows[path].grade for path in ("name", "target.kind", "target.region")} == {UpdateClass.NEVER}


def test_the_page_says_of_every_field_what_was_measured_and_what_was_not() -> None:
    page = render_update_classes()
    for path, row in recorded_rows().items():
        assert f"| `{path}` | {row.grade if row.measured else 'none'} |" in page


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(ROOT, SAMPLES[0], tmp_path_factory.mktemp("bench"))


@pytest.mark.slow
@pytest.mark.parametrize("path", LOOKED_AT)
def test_the_table_agrees_with_a_plan_made_now(bench: Bench, path: str) -> None:
    field = next(field for field in all_fields() if field.name == path)
    row = bench.row(field)
    assert row is not None
    assert (path, row.grade) == (path, recorded_rows()[path].grade)


def test_a_field_is_edited_wherever_it_stands_pools_of_gpus_first_and_never_to_what_it_is() -> None:
    field = Field(("pools", "*", "nodes"), ('{"type": "integer"}',))
    spec = {"pools": {"head": {"role": "control", "nodes": 2}, "train": {"role": "gpu", "nodes": 4}}}
    tried = list(candidates(field, spec))
    assert tried[0] == (("pools", "train", "nodes"), 5)
    assert {path[1] for path, _ in tried} == {"head", "train"}
    assert (("pools", "head", "nodes"), 2) not in tried


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_is_a_stack_that_can_be_designed(sample: Sample) -> None:
    text = with_values((ROOT / "stacks" / f"{sample.stack}.yaml").read_text(), sample.edits)
    assert design_cluster(parse_spec(text, sample.name), load_catalog()).pools


def test_values_and_preferences_are_of_fields_that_exist() -> None:
    names = {field.name for field in all_fields()}
    assert {*VALUES, *FIRST, *NOT_ALONE} <= names
    assert set(FIRST.values()) <= {sample.name for sample in SAMPLES}


def test_what_was_not_measured_says_why() -> None:
    reasons = [row.because for row in recorded_rows().values() if not row.measured]
    assert all(reasons)
    assert len(reasons) < 5, "nearly every field can be edited in one sample or another"
