"""The stack's key on a disk that cannot be written any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.cloud import ssh


def test_a_key_that_is_there_is_used_without_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ssh.ensure_key(tmp_path / "ssh" / "id_ed25519")
    before = key.read_bytes()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(ssh, "_replace", full)
    assert ssh.ensure_key(key).read_bytes() == before


def test_a_public_half_that_does_not_fit_is_written_anew(tmp_path: Path) -> None:
    key = ssh.ensure_key(tmp_path / "ssh" / "id_ed25519")
    public = key.with_name("id_ed25519.pub")
    public.write_text("garbage")
    ssh.ensure_key(key)
    assert public.read_text().split()[:2] == ssh.public_key(key).split()[:2]
