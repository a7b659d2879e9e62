"""Stand-in images: the same bytes everywhere, and honest about what they are."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from rackwright.cloud.registry import Reference, parse_reference
from rackwright.cloud.stand_in_image import amd64_program, arm64_program, message, stand_in, stand_in_digest
from rackwright.diagnostics import InputError

REFERENCE = "nvcr.io/nvidia/pytorch:25.10-py3"


def test_the_digest_is_the_same_on_every_machine_and_at_every_time() -> None:
    assert stand_in_digest(REFERENCE) == "sha256:96497fc3592499e12127ddfe39da33d33d594716877722716668607f39b3781d"


def test_each_reference_has_a_stand_in_of_its_own() -> None:
    assert stand_in_digest(REFERENCE) != stand_in_digest("nvcr.io/nvidia/pytorch:25.09-py3")


def test_the_image_holds_together_and_says_that_it_is_a_stand_in() -> None:
    image = stand_in(REFERENCE)
    known = {f"sha256:{hashlib.sha256(content).hexdigest()}": content for content in (*image.manifests, *image.blobs)}
    index = json.loads(image.index)
    assert [entry["platform"]["architecture"] for entry in index["manifests"]] == ["amd64", "arm64"]
    for entry in index["manifests"]:
        manifest = json.loads(known[entry["digest"]])
        config, layer = known[manifest["config"]["digest"]], known[manifest["layers"][0]["digest"]]
        assert json.loads(config)["config"]["Labels"]["org.rackwright.stand-in"] == "true"
        assert json.loads(config)["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            assert archive.getnames() == ["stand-in"]


@pytest.mark.skipif(
    (sys.platform, platform.machine()) not in {("linux", "x86_64"), ("linux", "aarch64")}, reason="no program for here"
)
def test_the_program_in_it_runs_and_names_the_image_it_stands_for(tmp_path: Path) -> None:
    make = {"x86_64": amd64_program, "aarch64": arm64_program}[platform.machine()]
    program = tmp_path / "stand-in"
    program.write_bytes(make(message(REFERENCE).encode()))
    program.chmod(0o755)
    done = subprocess.run([program], capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout) == (0, message(REFERENCE))


def test_the_arm_program_loads_the_address_that_follows_its_last_instruction() -> None:
    code = arm64_program(b"TEXT")[120:]
    adr = int.from_bytes(code[4:8], "little")
    offset = (adr >> 5 & 0x7FFFF) << 2 | adr >> 29 & 3
    assert code[4 + offset :] == b"TEXT"


def test_a_reference_is_taken_apart() -> None:
    assert parse_reference(REFERENCE) == Reference("nvcr.io", "nvidia/pytorch", "25.10-py3")
    assert parse_reference(f"{REFERENCE}@sha256:{'0' * 64}").tag == "25.10-py3"
    assert parse_reference("localhost:5000/a/b:c") == Reference("localhost:5000", "a/b", "c")


@pytest.mark.parametrize("text", ["pytorch:25.10", "nvcr.io/nvidia/pytorch", "nvidia/pytorch:25.10", ""])
def test_a_reference_that_leaves_something_open_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no full image reference"):
        parse_reference(text)
