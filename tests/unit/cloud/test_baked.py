"""Which layer a machine gets for the image that it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from rackwright.cloud.baked import PREFIX, BakedImage, image_id, keep, layer_of
from rackwright.diagnostics import StepFailed

NAME = f"{PREFIX}local-train-0123456789ab"
BASE = Path("/cache/base/trixie-0123")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    upper = tmp_path / "up"
    upper.mkdir()
    keep(tmp_path, BakedImage(NAME, "local", "train", BASE.name, "0"), upper)
    return tmp_path


@pytest.mark.parametrize("image", [NAME, image_id(NAME)])
def test_a_baked_image_is_found_by_its_name_and_by_its_id(cache: Path, image: str) -> None:
    assert layer_of(cache, image, BASE) == cache / "images" / NAME / "layer"


@pytest.mark.parametrize("image", ["", "ami-0123456789abcdef0", "debian-13-amd64-20260101"])
def test_any_other_image_brings_no_layer(cache: Path, image: str) -> None:
    assert layer_of(cache, image, BASE) is None


@pytest.mark.parametrize(
    ("image", "base", "says"),
    [
        (f"{PREFIX}gone", BASE, "is not in the cache"),
        (image_id(NAME), Path("/cache/base/trixie-9999"), "lies on trixie-0123, machines have trixie-9999"),
    ],
)
def test_an_image_that_cannot_be_booted_from_says_why(cache: Path, image: str, base: Path, says: str) -> None:
    with pytest.raises(StepFailed, match=says):
        layer_of(cache, image, base)


def test_an_id_has_the_form_of_a_clouds() -> None:
    assert image_id(NAME).startswith("ami-")
    assert len(image_id(NAME)) == len("ami-0123456789abcdef0")
