"""Files in, files out: hostile data goes through whole, dropped data never appears, mistakes leave nothing behind."""

from __future__ import annotations

import csv
import io
import json
import stat
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.anonymise import Form, Settings, anonymise, load_or_make_key, parse_map
from rackwright.anonymise.key import PseudonymKey
from rackwright.anonymise.transform import Report
from rackwright.cli.app import main
from rackwright.diagnostics import InputError

KEY = PseudonymKey(b"k" * 32)
MAP = "columns: {kept: keep, hidden: drop, who: hmac}"

cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['"', '""', "a,b", "a\nb", "a\r\nb", "\r", "\0", "=1+1", " x ", "é", "\ufeff", "\u2028", "'", "\\"]
)


def carried(
    text: str, data: bytes, *, form: Form = Form.CSV, keep: bool = False, **settings: str
) -> tuple[bytes, Report]:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "in"), Path(name, "out")
        source.write_bytes(data)
        report = anonymise(source, target, parse_map(text, "map.yaml", KEY), Settings(form, **settings), keep=keep)
        assert sorted(path.name for path in Path(name).iterdir()) == (["in", "out"] if report.output_kept else ["in"])
        return (target.read_bytes() if report.output_kept else b""), report


def as_csv(rows: list[tuple[str, ...]], **how: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, **how).writerows([("kept", "hidden", "who"), *rows])
    return text.getvalue()


def rows_of(data: bytes, encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), strict=True))


@given(st.lists(st.tuples(cells, st.just("SECRET-of-a-person"), cells), max_size=8))
def test_hostile_csv_goes_through_whole_and_dropped_columns_never_appear(rows: list[tuple[str, str, str]]) -> None:
    data, report = carried(MAP, as_csv(rows).encode())
    header, *published = rows_of(data)
    assert header == ["kept", "who"]
    assert [row[0] for row in published] == [row[0] for row in rows]
    assert b"SECRET" not in data
    assert b"hidden" not in data
    assert report.rows == len(rows)
    by_value = {row[2]: shown[1] for row, shown in zip(rows, published, strict=True)}
    assert all(by_value[row[2]] == shown[1] for row, shown in zip(rows, published, strict=True))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_other_encodings_go_through(encoding: str) -> None:
    data, _ = carried(MAP, as_csv([("käse", "x", "y")]).encode(encoding), encoding=encoding)
    assert rows_of(data, encoding)[1][0] == "käse"


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    data, _ = carried(MAP, b"\xef\xbb\xbf" + as_csv([("a", "b", "c")]).encode())
    assert rows_of(data)[0] == ["kept", "who"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(json_values, max_size=5))
def test_kept_json_values_stay_exactly_the_same(values: list[object]) -> None:
    lines = [json.dumps({"kept": value, "hidden": "SECRET", "who": 7}) for value in values]
    data, report = carried(MAP, "\n".join(lines).encode(), form=Form.JSONL)
    published = [json.loads(line) for line in data.decode().splitlines()]
    assert [row["kept"] for row in published] == values
    assert "SECRET" not in data.decode()
    assert report.rows == len(values)


def test_a_number_keeps_its_spelling() -> None:
    data, _ = carried("columns: {n: keep}", b'{"n": 1.10}\n{"n": 123456789012345678901234567890.5}\n', form=Form.JSONL)
    assert data == b'{"n": 1.10}\n{"n": 123456789012345678901234567890.5}\n'


@pytest.mark.parametrize(
    ("data", "form", "said", "line"),
    [
        (b"kept,hidden,who\na,b\n", Form.CSV, "2 fields, expected 3", 2),
        (b'kept,hidden,who\na,b,"c\n', Form.CSV, "not CSV", 2),
        (b"kept,hidden,who,who\n", Form.CSV, "stand twice", 1),
        (b"kept,hidden,who,more\n", Form.CSV, "does not fit", 1),
        (b"kept,hidden\n", Form.CSV, "does not fit", 1),
        (b"\xff\xfe\xff\n", Form.CSV, "not utf-8", 1),
        (b'{"kept": 1}\n[1]\n', Form.JSONL, "no JSON object", 2),
        (b'{"kept": NaN}\n', Form.JSONL, "NaN", 1),
        (b'{"kept": 1, "kept": 2}\n', Form.JSONL, "twice", 1),
        (b'{"kept": 1}\n{"other": 2}\n', Form.JSONL, "does not fit", 2),
        (b'{"who": {"a": 1}}\n', Form.JSONL, "a list or an object", 1),
        (b"[" * 100_000, Form.JSONL, "nested too deeply", 1),
    ],
)
def test_a_mistake_in_the_data_names_its_line_and_leaves_no_output(
    data: bytes, form: Form, said: str, line: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name, "in").write_bytes(data)
        with pytest.raises(InputError, match=said) as refusal:
            anonymise(Path(name, "in"), Path(name, "out"), parse_map(MAP, "map.yaml", KEY), Settings(form))
        assert str(refusal.value.where).endswith(f":{line}")
        assert [path.name for path in Path(name).iterdir()] == ["in"]


def test_no_message_shows_a_value() -> None:
    with pytest.raises(InputError) as refusal:
        carried("columns: {age: {action: generalise, width: 10}}", b"age\nMrs-Miller\n")
    assert "Miller" not in f"{refusal.value} {refusal.value.where} {refusal.value.hint}"


def test_undeclared_columns_are_a_mistake_unless_they_are_dropped() -> None:
    data, _ = carried("default: drop\ncolumns: {kept: keep}", b"kept,other\n1,SECRET\n")
    assert data == b"kept\r\n1\r\n"
    with pytest.raises(InputError) as refusal:
        carried("columns: {kept: keep}", b"kept,other,more\n1,2,3\n")
    assert len(refusal.value.problems) == 2


K_MAP = "columns: {age: {action: generalise, width: 10}, city: keep}\nk_anonymity: {k: 2, columns: [age, city]}"


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("AB")), max_size=30), st.integers(2, 4))
def test_k_is_the_size_of_the_smallest_class(people: list[tuple[int, str]], k: int) -> None:
    data = "age,city\n" + "".join(f"{age},{city}\n" for age, city in people)
    _, report = carried(K_MAP.replace("k: 2", f"k: {k}"), data.encode())
    sizes: dict[tuple[int, str], int] = {}
    for age, city in people:
        sizes[age // 10, city] = sizes.get((age // 10, city), 0) + 1
    assert report.anonymity is not None
    assert report.anonymity.smallest == min(sizes.values(), default=None)
    assert report.anonymity.classes == len(sizes)
    assert report.output_kept == all(size >= k for size in sizes.values())


def test_an_output_that_fails_the_check_is_kept_only_on_request() -> None:
    data = b"age,city\n11,A\n12,A\n33,B\n"
    assert carried(K_MAP, data)[0] == b""
    kept, report = carried(K_MAP, data, keep=True)
    assert b"[30,40)" in kept
    assert not report.holds
    assert (report.anonymity.smallest, report.anonymity.rows_below) == (1, 1)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        source = tmp_path / f"{rows}.csv"
        source.write_text("kept,hidden,who\n" + "a,b,c\n" * rows)
        tracemalloc.start()
        anonymise(source, tmp_path / "out.csv", parse_map(MAP, "map.yaml", KEY), Settings(Form.CSV))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(20_000) < peak(1_000) + 100_000


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key, made = load_or_make_key(path)
    again, made_again = load_or_make_key(path)
    assert (made, made_again, again) == (True, False, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(InputError, match="others can read"):
        load_or_make_key(path)


def test_the_command_writes_data_report_and_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target, key = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "key"
    source.write_text("id,age,city\n1,31,A\n2,32,A\n3,55,B\n")
    (tmp_path / "map.yaml").write_text(K_MAP.replace("columns: {", "columns: {id: hmac, ", 1))
    arguments = ["anonymise", str(source), str(target), "--map", str(tmp_path / "map.yaml"), "--key", str(key)]
    assert main([*arguments, "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert (report["k_holds"], report["anonymity"]["smallest"], report["output_kept"]) == (False, 1, False)
    assert not target.exists()
    assert main([*arguments, "--keep", "--report", str(tmp_path / "report.json")]) == 2
    assert "made the key" not in capsys.readouterr().err
    kept = json.loads((tmp_path / "report.json").read_text())
    assert kept["key_id"]
    assert key.read_text() not in json.dumps(kept)
    assert target.read_text().startswith("id,age,city")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert main(["anonymise", str(source), str(source), "--map", str(tmp_path / "map.yaml"), "--key", str(key)]) == 2
