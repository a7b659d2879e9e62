"""What a node decides about images: which are missing, how each is fetched, and which may come in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.playbooks.program import program

pull = program("ngc", "pull_images")
verify = program("container_runtime", "verify_digest")
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
names = st.sampled_from(["nvcr.io/nvidia/cuda", "nvcr.io/nvidia/pytorch", "registry.example:5000/team/a"])
tags = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True)


def image(reference: str = "nvcr.io/nvidia/cuda:13.0", way: str = "containerd") -> dict[str, str]:
    return {"reference": reference, "digest": DIGEST, "way": way}


def plan(*images: dict[str, str], authfile: str = "") -> dict[str, Any]:
    return {"namespace": "k8s.io", "parallel": 2, "authfile": authfile, "images": list(images)}


@given(names, tags)
def test_a_name_loses_its_tag_and_keeps_its_port(name: str, tag: str) -> None:
    assert pull.bare(f"{name}:{tag}") == name
    assert verify.repository_of(f"{name}:{tag}@{DIGEST}") == name
    assert verify.repository_of(name) == name


def test_an_image_is_missing_under_another_digest_too() -> None:
    held = pull.read_containerd(f"REF TYPE DIGEST SIZE\nnvcr.io/nvidia/cuda:13.0 application/x {OTHER} 1 MiB\n")
    assert pull.missing([image()], held) == [image()]
    assert pull.missing([image()], {"nvcr.io/nvidia/cuda:13.0": DIGEST}) == []
    assert pull.read_docker(f"REPOSITORY TAG DIGEST\nnvcr.io/nvidia/cuda 13.0 {DIGEST} x\n") == {
        "nvcr.io/nvidia/cuda:13.0": DIGEST
    }


@pytest.mark.parametrize("way", ["containerd", "skopeo", "docker"])
def test_every_way_fetches_by_digest_and_the_key_stays_in_its_file(way: str) -> None:
    commands = pull.commands_for(image(way=way), plan(authfile="/etc/rackwright/registry/config.json"), "/var/tmp/x")
    assert f"nvcr.io/nvidia/cuda@{DIGEST}" in " ".join(commands[0])
    words = [word for command in commands for word in command]
    assert not {"--user", "-u", "--creds", "--password"} & set(words)
    assert ("--authfile" in words) == (way == "skopeo")


def test_progress_says_how_many_how_long_and_how_much() -> None:
    notes = {"began": 100.0, "wanted": 5, "done": ["a", "b"]}
    active = pull.read_active("REF SIZE AGE\nlayer-1 1.5 GiB 3 s\nlayer-2 512 MiB 3 s\n")
    assert active == 2 << 30
    assert pull.progress(notes, active, 184.0) == "2 of 5 images after 84 s, 2.1 GB on the way"
    assert pull.progress(notes, 0, 101.0) == "2 of 5 images after 1 s"


def test_one_image_that_cannot_be_had_keeps_none_of_the_others_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "NOTES", tmp_path / "notes.json")
    monkeypatch.setattr(pull, "SPACE", tmp_path)
    monkeypatch.setattr(pull, "TRIES", 1)

    def refuse(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        if check and any("broken" in word for word in command):
            raise RuntimeError("ctr images: not found")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(pull, "run", refuse)
    assert pull.pull(plan(image("nvcr.io/nvidia/broken:1"), image(), image("nvcr.io/nvidia/pytorch:2"))) == 1
    notes = json.loads((tmp_path / "notes.json").read_text())
    assert sorted(notes["done"]) == ["nvcr.io/nvidia/cuda:13.0", "nvcr.io/nvidia/pytorch:2"]
    assert notes["failed"] == {"nvcr.io/nvidia/broken:1": "ctr images: not found"}
    assert notes["ended"]


OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def test_the_own_registry_is_asked_by_digest_with_the_node_s_role_and_under_the_image_s_own_name(
    tmp_path: Path,
) -> None:
    wanted = {**image(), "repository": "train/nvcr.io/nvidia/cuda"}
    copy, _, bring = pull.commands_from(OWN, wanted, plan(), str(tmp_path / "own"))
    assert f"docker://{OWN}/train/nvcr.io/nvidia/cuda@{DIGEST}" in copy
    login = json.loads(Path(copy[copy.index("--authfile") + 1]).read_text())
    assert login == {"credHelpers": {OWN: "ecr-login"}}
    assert bring[bring.index("--base-name") + 1] == "nvcr.io/nvidia/cuda"
    docker, tag = pull.commands_from(OWN, {**wanted, "way": "docker"}, plan(), str(tmp_path / "docker"))
    assert (docker[0], tag[-1]) == ("docker", "nvcr.io/nvidia/cuda:13.0")


@pytest.mark.parametrize("own_has_it", [True, False])
def test_an_image_that_the_own_registry_lacks_comes_from_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_has_it: bool
) -> None:
    asked: list[str] = []

    def answer(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        asked.append(" ".join(command))
        if OWN in asked[-1] and not own_has_it:
            raise RuntimeError("manifest unknown")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(pull, "SPACE", tmp_path)
    monkeypatch.setattr(pull, "run", answer)
    pull.fetch({**image(), "repository": "train/nvcr.io/nvidia/cuda"}, plan(), OWN)
    assert OWN in asked[0]
    assert any(line.startswith("ctr") and f"nvcr.io/nvidia/cuda@{DIGEST}" in line for line in asked) is not own_has_it


def test_a_machine_that_is_no_instance_has_no_own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "METADATA", "127.0.0.1:9")
    monkeypatch.setattr(pull.shutil, "which", lambda name: name)
    assert pull.own_registry() == ""


def test_the_own_registry_is_the_one_of_the_instance_s_account_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "/latest/api/token": "token",
        "/latest/dynamic/instance-identity/document": '{"accountId": "123456789012", "region": "us-east-1"}',
        "/latest/meta-data/services/domain": "amazonaws.com",
    }
    monkeypatch.setattr(pull.shutil, "which", lambda name: name)
    monkeypatch.setattr(pull, "ask", lambda method, path, headers: said[path])
    assert pull.own_registry() == OWN


@pytest.mark.parametrize(
    ("name", "digest", "admitted"),
    [
        ("nvcr.io/nvidia/cuda:13.0", DIGEST, True),
        (f"nvcr.io/nvidia/cuda@{DIGEST}", DIGEST, True),
        ("nvcr.io/nvidia/cuda:13.0", OTHER, False),
        ("docker.io/library/alpine:3", OTHER, True),
    ],
)
def test_a_locked_repository_admits_its_locked_digests_only(name: str, digest: str, admitted: bool) -> None:
    assert verify.judge(name, digest, {"nvcr.io/nvidia/cuda": [DIGEST]})[0] is admitted


def test_the_verifier_speaks_containerds_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify, "DIGESTS", tmp_path / "digests.json")
    (tmp_path / "digests.json").write_text(json.dumps({"nvcr.io/nvidia/cuda": [DIGEST]}))
    given_by_containerd = ["-name", "nvcr.io/nvidia/cuda:13.0", "-digest", OTHER, "-stdin-media-type", "x"]
    assert verify.main(given_by_containerd) == 1
    assert "not locked" in capsys.readouterr().out
