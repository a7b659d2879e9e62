"""The catalog's own files, read by the fast reader, say what the careful one reads in them."""

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from rackwright.catalog.source import read_data

DATA = files("rackwright.catalog").joinpath("data")
NAMES = sorted(file.name for file in DATA.iterdir() if file.name.endswith(".yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_data_file_means_the_same_to_both_readers(name: str) -> None:
    careful = YAML(typ="safe", pure=True).load(DATA.joinpath(name).read_text(encoding="utf-8"))
    assert read_data(name) == careful
