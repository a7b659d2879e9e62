"""Parquet goes the same way as the other forms: kept columns whole, dropped ones gone, mistakes leave nothing."""

import datetime as dt
import json
import tempfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.anonymise import Form, Settings, anonymise, form_of, parse_map
from rackwright.anonymise.key import PseudonymKey
from rackwright.cli.app import main
from rackwright.diagnostics import InputError

KEY = PseudonymKey(b"k" * 32)
MAP = "columns: {kept: keep, hidden: drop, who: hmac}"
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def carried(table: pa.Table, text: str = MAP, **how) -> tuple[pa.Table, object]:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "in.parquet"), Path(name, "out.parquet")
        pq.write_table(table, source)
        report = anonymise(source, target, parse_map(text, "map.yaml", KEY), Settings(form_of(source)), **how)
        return pq.read_table(target), report


def through_jsonl(rows: list[dict], text: str = MAP) -> list[dict]:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "in.jsonl"), Path(name, "out.jsonl")
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
        anonymise(source, target, parse_map(text, "map.yaml", KEY), Settings(Form.JSONL))
        return [json.loads(line) for line in target.read_text().splitlines()]


@given(st.lists(st.fixed_dictionaries({"kept": texts, "hidden": texts, "who": texts | st.just("ann")}), max_size=6))
def test_it_publishes_what_json_lines_publish(rows: list[dict]) -> None:
    schema = pa.schema([(name, pa.string()) for name in ("kept", "hidden", "who")])
    table, report = carried(pa.Table.from_pylist(rows, schema=schema))
    assert table.to_pylist() == through_jsonl(rows)
    assert report.rows == len(rows)


def test_kept_columns_keep_type_and_value_and_what_is_made_is_text() -> None:
    table = pa.table(
        {
            "kept": pa.array([dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
            "amount": pa.array([Decimal("1.50"), Decimal("2.00")], pa.decimal128(9, 2)),
            "born": pa.array([dt.date(1990, 5, 4), None], pa.date32()),
            "age": pa.array([31, 47], pa.int16()),
            "hidden": ["a", "b"],
        }
    )
    text = """columns:
      {kept: keep, amount: keep, hidden: drop,
       born: {action: generalise, date: year}, age: {action: generalise, width: 10}}
    """
    found, _ = carried(table, text)
    assert found.schema.types == [pa.timestamp("us", "UTC"), pa.decimal128(9, 2), pa.string(), pa.string()]
    assert found.column("amount").to_pylist() == table.column("amount").to_pylist()
    assert found.column("kept").to_pylist() == table.column("kept").to_pylist()
    assert found.column("born").to_pylist() == ["1990", None]
    assert found.column("age").to_pylist() == ["[30,40)", "[40,50)"]


def test_notes_of_the_source_are_not_carried_over() -> None:
    table = pa.table({"kept": ["x"], "hidden": ["y"], "who": ["z"]}).replace_schema_metadata({"note": "SECRET"})
    found, _ = carried(table)
    assert b"note" not in (found.schema.metadata or {})


def test_anonymity_is_counted_over_all_batches() -> None:
    table = pa.table({"age": [31] * 5000 + [77], "city": ["A"] * 5001})
    text = "columns: {age: keep, city: keep}\nk_anonymity: {k: 2, columns: [age, city]}"
    found, report = carried(table, text, keep=True)
    assert found.num_rows == report.rows == 5001
    assert (report.anonymity.smallest, report.anonymity.rows_below, report.holds) == (1, 1, False)


@pytest.mark.parametrize(("content", "message"), [(b"PAR1 and then nothing PAR1", "not Parquet"), (b"", "not Parquet")])
def test_a_damaged_file_leaves_nothing_behind(tmp_path: Path, content: bytes, message: str) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    source.write_bytes(content)
    with pytest.raises(InputError, match=message):
        anonymise(source, target, parse_map(MAP, "map.yaml", KEY), Settings(Form.PARQUET))
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_columns_that_the_map_misses_are_all_named() -> None:
    with pytest.raises(InputError) as refused:
        carried(pa.table({"kept": ["a"], "hidden": ["b"], "who": ["c"], "more": ["d"], "still": ["e"]}))
    assert len(refused.value.problems) == 2


def test_the_command_reads_the_form_from_the_file(tmp_path: Path) -> None:
    source, target = tmp_path / "people.dat", tmp_path / "out.parquet"
    pq.write_table(pa.table({"kept": ["a"], "hidden": ["b"], "who": ["c"]}), source)
    (tmp_path / "map.yaml").write_text(MAP)
    options = ["--map", str(tmp_path / "map.yaml"), "--key", str(tmp_path / "key")]
    assert main(["anonymise", str(source), str(target), *options]) == 0
    assert pq.read_table(target).column_names == ["kept", "who"]
