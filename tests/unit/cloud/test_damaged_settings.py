"""Settings of the local cloud that somebody broke are written anew; they hold nothing that cannot be made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.cloud import local
from rackwright.cloud.settings import CloudSettings


@pytest.mark.parametrize("text", ["", "garbage", "[]", "null", '{"root": 1}', '{"root": "/", "cache": "/", "nope": 1}'])
def test_broken_settings_are_written_anew(text: str, tmp_path: Path) -> None:
    settings = CloudSettings(root=tmp_path / "cloud", cache=tmp_path / "cache", network_cidr="10.91.0.0/16")
    settings.save().write_text(text)
    local.adopt_settings(settings)
    assert CloudSettings.load(settings.settings_file) == settings
