"""The file that a state rests in: layout, secrets, lock, damage, export and import."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError, StepFailed
from rackwright.engine import FileBackend, backend, export_state, import_state, increments, stack_outputs
from rackwright.engine.journal import Journal
from rackwright.engine.properties import SEAL, SIG, secret
from rackwright.engine.secrets import Crypter
from rackwright.engine.state import ResourceState, broken, resource_from_json, resource_to_json
from tests.unit.engine.conftest import STACK, Group, Rig, Thing


def program() -> None:
    group = Group("group")
    one = Thing("one", {"size": 1, "ratio": 0.5, "password": pulumi.Output.secret("hunter2")}, parent=group)
    Thing("two", {"from": one.computed}, protect=True, ignore_changes=["tags"])
    pulumi.export("token", pulumi.Output.secret({"a": ["hunter2"]}))


def steady(text: str) -> str:
    """`text` without what differs from run to run."""
    text = re.sub(r'"v1:[^"]*"', '"v1:…"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r'\s*"sourcePosition": "[^"]*",?', "", text)
    return re.sub(r",(\s*})", r"\1", text)


def test_the_checkpoint_is_laid_out_as_pulumi_lays_it_out(rig: Rig, golden: Callable[[str, str], None]) -> None:
    rig.program = lambda: Thing("one", {"size": 1, "password": pulumi.Output.secret("hunter2")})
    rig.up()
    golden("engine-checkpoint.json", steady(rig.file.read_text()))


def test_the_backend_has_the_layout_of_the_file_backend(rig: Rig) -> None:
    rig.program = program
    rig.up()
    rig.program = lambda: None
    rig.up(allow_replace=frozenset(r.urn for r in rig.snapshot.resources))
    root = rig.folder / ".pulumi"
    assert (root / "meta.yaml").read_text() == "version: 1\n"
    assert (root / "stacks/proj/dev.json").exists()
    assert len(json.loads((root / "stacks/proj/dev.json.bak").read_text())["checkpoint"]["latest"]["resources"]) == 5
    kinds = [json.loads(path.read_text())["kind"] for path in (root / "history/proj/dev").glob("*.history.json")]
    assert kinds == ["update", "update"]
    assert not list((root / "locks").rglob("*.json"))


def test_an_export_is_imported_by_another_backend_and_nothing_changes(rig: Rig, tmp_path: Path) -> None:
    rig.program = program
    rig.up()
    exported = export_state(rig.backend, STACK)
    assert exported is not None
    assert "hunter2" not in json.dumps(exported)
    other = FileBackend(tmp_path / "other", "correct horse")
    import_state(other, STACK, {"version": 3, "deployment": exported})
    assert rig.preview(backend=other).unchanged
    assert rig.up(backend=other).unchanged
    token = stack_outputs(other, STACK)["token"]
    assert repr(token) == "[secret]"
    assert export_state(FileBackend(tmp_path / "none", "x"), STACK) is None


def test_a_state_of_another_stack_or_a_broken_one_is_not_imported(rig: Rig, tmp_path: Path) -> None:
    rig.program = program
    rig.up()
    exported = export_state(rig.backend, STACK) or {}
    moved = json.loads(json.dumps(exported).replace("urn:pulumi:dev::", "urn:pulumi:prod::"))
    other = FileBackend(tmp_path / "other", "correct horse")
    with pytest.raises(InputError, match="belongs to another stack"):
        import_state(other, STACK, moved)
    with pytest.raises(InputError, match="not recorded before it"):
        import_state(other, STACK, {**exported, "resources": exported["resources"][::-1]})
    with pytest.raises(InputError, match="no deployment"):
        import_state(other, STACK, {"resources": [{"type": "x"}]})
    assert export_state(other, STACK) is None


def test_fields_of_a_newer_cli_survive_a_change(rig: Rig) -> None:
    rig.program = lambda: Thing("one", {"size": 1})
    rig.up()
    document = json.loads(rig.file.read_text())
    document["checkpoint"]["latest"]["resources"][-1]["refreshBeforeUpdate"] = True
    rig.file.write_text(json.dumps(document))
    rig.program = lambda: Thing("one", {"size": 2})
    rig.up()
    assert '"refreshBeforeUpdate": true' in rig.file.read_text()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda text: text[: len(text) // 2], "not a checkpoint"),
        (lambda text: text.replace('"version": 3', '"version": 9'), "its version is 9"),
        (lambda text: text.replace('"urn"', '"name"', 1), "a record cannot be read"),
        (lambda text: text.replace('"parent": "urn', '"parent": "uurn'), "not recorded before it"),
        (lambda text: text.replace("::one", "::two"), "recorded twice"),
    ],
)
def test_a_broken_state_is_refused_with_the_file_and_the_way_back(
    rig: Rig, damage: Callable[[str], str], why: str
) -> None:
    rig.program = lambda: [Thing("one", {"size": 1}), Thing("two")]
    rig.up()
    rig.program = lambda: [Thing("one", {"size": 2}), Thing("two")]
    rig.up()
    rig.file.write_text(damage(rig.file.read_text()))
    before = rig.file.read_bytes()
    for run in (rig.up, rig.preview, rig.destroy):
        with pytest.raises(InputError, match=why) as refusal:
            run()
        assert refusal.value.where == str(rig.file)
        assert "take the newest copy" in (refusal.value.hint or "")
    assert rig.file.read_bytes() == before
    assert len(rig.cloud.things) == 2


def test_a_wrong_passphrase_is_named_and_harms_nothing(rig: Rig) -> None:
    rig.program = program
    rig.up()
    before = rig.file.read_bytes()
    with pytest.raises(InputError, match="passphrase does not fit"):
        rig.up(backend=FileBackend(rig.folder, "wrong"))
    assert rig.file.read_bytes() == before


def test_secrets_open_with_a_key_that_another_implementation_made() -> None:
    """Salt and ciphertext are made here by hand, following Pulumi's description, not by our code."""
    import base64
    import hashlib

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = b"8bytes!!", b"twelve bytes"
    key = hashlib.pbkdf2_hmac("sha256", b"pass", salt, 1, 32)

    def sealed(text: str) -> str:
        data = AESGCM(key).encrypt(nonce, text.encode(), None)
        return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(data).decode()}"

    state = f"v1:{base64.b64encode(salt).decode()}:{sealed('pulumi')}"
    assert Crypter("pass", state).decrypt(sealed('"word"'), "urn") == '"word"'


@given(st.text(), st.text(max_size=8))
def test_any_secret_comes_back_and_keeps_its_ciphertext(word: str, passphrase: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rackwright.engine.secrets.ROUNDS", 1)
        writer = Crypter(passphrase)
        sealed = writer.encrypt(word, "urn")
        assert word not in sealed or len(word) < 4
        reader = Crypter(passphrase, writer.salt)
        assert reader.decrypt(sealed, "urn") == word
        assert reader.encrypt(word, "urn") == sealed
        assert reader.encrypt(word, "other") != sealed


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), values | values.map(secret), max_size=4))
def test_a_resource_survives_the_file_whole(inputs: dict) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rackwright.engine.secrets.ROUNDS", 1)
        crypter = Crypter("p")
        before = ResourceState("urn:pulumi:s::p::t:i:T::n", "t:i:T", inputs=inputs, init_errors=("x",), protect=True)
        record = json.loads(json.dumps(resource_to_json(before, crypter)))
        after = resource_from_json(record, crypter)
        assert after.inputs == inputs
        assert (after.init_errors, after.protect) == (("x",), True)
        sealed = [value for value in record.get("inputs", {}).values() if isinstance(value, dict) and SIG in value]
        assert all(value.keys() == {SIG, "ciphertext"} and value[SIG] == SEAL for value in sealed)


def test_a_sound_list_has_no_problems_and_each_kind_of_damage_has_one() -> None:
    provider = ResourceState("urn:pulumi:s::p::pulumi:providers:m::d", "pulumi:providers:m", id="1")
    thing = ResourceState("urn:pulumi:s::p::m:i:T::n", "m:i:T", id="2", provider=f"{provider.urn}::1")
    assert broken([provider, thing]) == []
    assert broken([thing, provider])
    assert broken([provider, thing, thing])
    assert broken([ResourceState("urn:pulumi:s::p::m:i:T::n", "m:i:Other")])
    assert broken([ResourceState("nonsense", "m:i:T")])
    assert broken([ResourceState("urn:pulumi:s::p::c:i:C::n", "c:i:C", custom=False, id="x")])


def test_a_second_run_is_told_who_holds_the_stack(rig: Rig) -> None:
    rig.program = lambda: Thing("one")
    with rig.backend.locked(STACK):
        with pytest.raises(StepFailed, match=rf"stack 'dev' is in use by .*\(pid {os.getpid()}, since") as refusal:
            rig.up()
        assert refusal.value.exit_code == 4
        assert "wait" in (refusal.value.hint or "")
        rig.preview()
    assert not rig.cloud.things
    rig.up()


def test_the_note_of_a_dead_process_is_no_lock_but_that_of_a_living_one_is(rig: Rig) -> None:
    rig.program = lambda: Thing("one")
    rig.up()
    notes = rig.folder / ".pulumi/locks/organization/proj/dev"
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    note = {"pid": child, "username": "root", "hostname": os.uname().nodename, "timestamp": "2026-01-01T00:00:00Z"}
    (notes / "cli.json").write_text(json.dumps(note))
    rig.up()
    assert not (notes / "cli.json").exists()
    (notes / "cli.json").write_text(json.dumps({**note, "pid": os.getppid()}))
    with pytest.raises(StepFailed, match=f"pid {os.getppid()}"):
        rig.up()


def test_a_full_disk_is_said_and_what_was_created_is_found_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.program = lambda: Thing("one")
    real = os.pwrite

    def pwrite(file: int, text: bytes, at: int) -> int:
        if b'"thing-1"' in text:
            real(file, text[: len(text) // 2], at)
            raise OSError(28, "No space left on device")
        return real(file, text, at)

    monkeypatch.setattr(increments.os, "pwrite", pwrite)
    with pytest.raises(StepFailed, match="cannot be written: No space left on device"):
        rig.up()
    monkeypatch.setattr(increments.os, "pwrite", real)
    rig.check_truth()
    rig.up()
    assert len(rig.cloud.things) == 1


def test_a_disk_that_is_full_at_the_very_end_loses_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.program = lambda: Thing("one")
    real = backend.write_whole
    monkeypatch.setattr(backend, "write_whole", _full)
    with pytest.raises(StepFailed, match="cannot be written: No space left on device"):
        rig.up()
    monkeypatch.setattr(backend, "write_whole", real)
    assert not rig.file.exists()
    rig.check_truth()
    assert rig.up().unchanged
    assert json.loads(rig.file.read_bytes())["checkpoint"]["latest"]["resources"]


def _full(path: Path, content: bytes) -> None:
    if path.suffix == ".json" and path.parent.name == "proj":
        raise OSError(28, "No space left on device")
    path.write_bytes(content)


def interrupted(rig: Rig) -> bytes:
    """Leave the journal of a killed run behind, as its process would; give the checkpoint beside it."""
    rig.program = lambda: Thing("one", {"size": 1})
    rig.up()
    before = rig.file.read_bytes()
    rig.program = lambda: [Thing("one", {"size": 2}), Thing("two")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "close", lambda journal: journal.flush())
        patch.setattr(FileBackend, "add_history", lambda *_: None)
        rig.up()
    assert rig.file.read_bytes() == before
    return before


def test_what_a_killed_run_wrote_beside_the_checkpoint_is_read_by_everyone(rig: Rig) -> None:
    interrupted(rig)
    assert {r.urn.rpartition("::")[2] for r in rig.snapshot.resources} >= {"one", "two"}
    rig.check_truth()
    assert rig.preview().unchanged
    assert rig.backend.journal_path(STACK).exists(), "a preview writes nothing"
    rig.up()
    assert not rig.backend.journal_path(STACK).exists()
    assert len(json.loads(rig.file.read_bytes())["checkpoint"]["latest"]["resources"]) == 4


def test_a_half_written_line_was_never_acknowledged(rig: Rig) -> None:
    interrupted(rig)
    journal = rig.backend.journal_path(STACK)
    whole = rig.backend.read(STACK)
    journal.write_bytes(journal.read_bytes() + b'[["add",99,{"urn":"urn:pu')
    assert rig.backend.read(STACK) == whole


def test_a_run_that_was_killed_between_folding_and_forgetting_its_journal_is_over(rig: Rig) -> None:
    interrupted(rig)
    journal = rig.backend.journal_path(STACK)
    left = journal.read_bytes()
    rig.backend.fold(STACK)
    after = rig.backend.read(STACK)
    journal.write_bytes(left + json.dumps({"folded": increments.digest(rig.file.read_bytes())}).encode() + b"\n")
    assert rig.backend.read(STACK) == after
    assert rig.up().unchanged
    assert not journal.exists()


def test_a_journal_beside_another_checkpoint_is_refused_with_a_way_out(rig: Rig) -> None:
    before = interrupted(rig)
    rig.file.write_bytes(before.replace(b'"size": 1', b'"size": 3'))
    for run in (rig.up, rig.preview, rig.destroy):
        with pytest.raises(InputError, match="changed by something else while a run had its journal open") as refusal:
            run()
        assert f"rm {rig.backend.journal_path(STACK)}" in (refusal.value.hint or "")
    rig.file.write_bytes(before)
    rig.up()
    rig.check_truth()


def test_where_a_resource_was_declared_is_told_from_the_project_on_and_what_depends_on_nothing_is_left_out(
    rig: Rig, tmp_path: Path
) -> None:
    main = tmp_path / "shop" / "main folder" / "__main__.py"
    main.parent.mkdir(parents=True)
    (tmp_path / "shop" / "Pulumi.yaml").touch()
    main.write_text(
        "from tests.unit.engine.conftest import Thing\n"
        'one = Thing("one")\n'
        'Thing("two", {"size": 1, "of": one.computed})\n'
    )
    rig.up(program=main)
    resources = (rig.backend.read(STACK) or {})["resources"]
    recorded = {record["urn"].rpartition("::")[2]: record for record in resources}
    assert recorded["two"]["propertyDependencies"] == {"of": [recorded["one"]["urn"]]}
    assert "propertyDependencies" not in recorded["one"]
    stack = recorded["proj-dev"]["sourcePosition"]
    assert stack.startswith("project:///"), stack
    assert str(tmp_path) not in json.dumps(recorded)
    assert "#" in stack
