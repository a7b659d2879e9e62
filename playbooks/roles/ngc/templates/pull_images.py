#!/usr/bin/env python3
"""Hold the images of /etc/rackwright/images.json by digest: ``rackwright-images check|pull|wait SECONDS``.

``pull`` fetches what is missing, several at a time, and notes how far it is; ``wait`` waits for it and says that in one
line. Exit status: 0 all are there, 1 not all are, 4 (wait) they still come.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

PLAN = Path("/etc/rackwright/images.json")
NOTES = Path("/run/rackwright-images.json")
HOSTS = "/etc/containerd/certs.d"
SPACE = Path("/var") / "tmp"
"""Where an image lies between skopeo and containerd; /tmp may be memory."""
UNIT = "rackwright-images.service"
HELPER = "docker-credential-ecr-login"
METADATA = "169.254.169.254"
METADATA_S = 2.0
STILL_COMING = 4
TRIES = 3
_SIZES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "KB": 1000, "MB": 1000**2, "GB": 1000**3}

Image = Mapping[str, str]


def bare(reference: str) -> str:
    """Name without its tag: ``nvcr.io/nvidia/cuda`` of ``nvcr.io/nvidia/cuda:13.0``."""
    return re.sub(r":[^:/]+$", "", reference)


def missing(images: Sequence[Image], held: Mapping[str, str]) -> list[Image]:
    """Images that `held` (reference -> digest) lacks."""
    return [image for image in images if held.get(image["reference"]) != image["digest"]]


def read_containerd(text: str) -> dict[str, str]:
    """Reference -> digest, from ``ctr images list``."""
    rows = (line.split() for line in text.splitlines()[1:])
    return {row[0]: row[2] for row in rows if row[2:]}


def read_docker(text: str) -> dict[str, str]:
    """Reference -> digest, from ``docker images --digests``."""
    rows = (line.split() for line in text.splitlines()[1:])
    return {f"{row[0]}:{row[1]}": row[2] for row in rows if row[2:]}


def read_active(text: str) -> int:
    """Bytes that are on their way in, from ``ctr content active``."""
    found = re.findall(r"\s([\d.]+)\s?([KMG]?i?B)\b", text)
    return int(sum(float(number) * _SIZES[unit] for number, unit in found))


def own_registry() -> str:
    """Address of the account's own registry in this region, by what the instance says of itself; empty elsewhere."""
    if shutil.which(HELPER) is None:
        return ""
    try:
        token = ask("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        said = {"X-aws-ec2-metadata-token": token}
        where = json.loads(ask("GET", "/latest/dynamic/instance-identity/document", said))
        domain = ask("GET", "/latest/meta-data/services/domain", said)
    except (OSError, ValueError):
        return ""
    return f"{where['accountId']}.dkr.ecr.{where['region']}.{domain}"


def ask(method: str, path: str, headers: Mapping[str, str]) -> str:
    """One answer of the metadata service."""
    with contextlib.closing(HTTPConnection(METADATA, timeout=METADATA_S)) as service:
        service.request(method, path, headers=dict(headers))
        answer = service.getresponse()
        text = answer.read().decode()
    if answer.status != HTTPStatus.OK:
        raise OSError(f"the metadata service answers {answer.status}")
    return text


def commands_from(registry: str, image: Image, plan: Mapping[str, Any], folder: str) -> list[list[str]]:
    """Commands that fetch `image` from the account's own registry; the log-in comes from the node's role."""
    pinned, login = f"{registry}/{image['repository']}@{image['digest']}", Path(f"{folder}-login")
    login.mkdir()
    helpers = {registry: HELPER.removeprefix("docker-credential-")}
    (login / "config.json").write_text(json.dumps({"credHelpers": helpers}))
    if image["way"] == "docker":
        pull = ["docker", "--config", str(login), "pull", "--quiet", pinned]
        return [pull, ["docker", "tag", pinned, image["reference"]]]
    return through_folder(image, plan, folder, pinned, ["--authfile", str(login / "config.json")])


def through_folder(
    image: Image, plan: Mapping[str, Any], folder: str, pinned: str, login: Sequence[str]
) -> list[list[str]]:
    """Commands by skopeo, which can log in and check signatures, and then into containerd."""
    name, _, tag = image["reference"].rpartition(":")
    copy = ["skopeo", "copy", "--all", "--preserve-digests", *login, f"docker://{pinned}", f"oci:{folder}:{tag}"]
    pack = ["tar", "--create", "--directory", folder, "--file", f"{folder}.tar", "."]
    ctr = ["ctr", "--namespace", str(plan["namespace"]), "images"]
    return [copy, pack, [*ctr, "import", "--all-platforms", "--base-name", name, f"{folder}.tar"]]


def commands_for(image: Image, plan: Mapping[str, Any], folder: str) -> list[list[str]]:
    """Commands that fetch `image` by digest and give it its tag; `folder` is for one image on its way."""
    pinned, space = f"{bare(image['reference'])}@{image['digest']}", str(plan["namespace"])
    ctr = ["ctr", "--namespace", space, "images"]
    if image["way"] == "docker":
        config = ["--config", str(Path(plan["authfile"]).parent)] if plan["authfile"] else []
        return [["docker", *config, "pull", "--quiet", pinned], ["docker", "tag", pinned, image["reference"]]]
    if image["way"] == "skopeo":
        login = ["--authfile", plan["authfile"]] if plan["authfile"] else []
        return through_folder(image, plan, folder, pinned, login)
    return [
        [*ctr, "pull", "--hosts-dir", HOSTS, pinned],
        [*ctr, "tag", "--force", pinned, image["reference"]],
    ]


def progress(notes: Mapping[str, Any], active: int, now: float) -> str:
    """One line about how far the pulls are."""
    since = f"{now - notes['began']:.0f} s"
    coming = f", {active / 1e9:.1f} GB on the way" if active else ""
    return f"{len(notes['done'])} of {notes['wanted']} images after {since}{coming}"


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `command`; RuntimeError with the end of its complaint when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{command[0]} {command[1]}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done


def held(plan: Mapping[str, Any]) -> dict[str, str]:
    """Reference -> digest of what the node holds."""
    found = read_containerd(run("ctr", "--namespace", str(plan["namespace"]), "images", "list", check=False).stdout)
    if any(image["way"] == "docker" for image in plan["images"]):
        found |= read_docker(run("docker", "images", "--digests", "--no-trunc", check=False).stdout)
    return found


def fetch(image: Image, plan: Mapping[str, Any], registry: str = "") -> None:
    """Fetch one image: from the own `registry` where it has it, else from the image's own; again when that fails."""
    with tempfile.TemporaryDirectory(prefix="rackwright-image-", dir=SPACE) as folder:
        if registry and image.get("repository"):
            with contextlib.suppress(RuntimeError):
                for command in commands_from(registry, image, plan, f"{folder}/own"):
                    again(command, 1)
                return
        for command in commands_for(image, plan, f"{folder}/image"):
            again(command, TRIES)


def again(command: Sequence[str], tries: int) -> None:
    """Run `command`, up to `tries` times, with longer and longer pauses after a failure."""
    for number in range(tries):
        try:
            run(*command)
        except RuntimeError:
            if number == tries - 1:
                raise
            time.sleep(2**number)
        else:
            return


def pull(plan: Mapping[str, Any]) -> int:
    """Fetch what is missing; one image that cannot be had keeps none of the others away."""
    wanted = missing(plan["images"], held(plan))
    notes: dict[str, Any] = {"began": time.time(), "wanted": len(wanted), "done": [], "failed": {}, "ended": False}
    note(notes)
    registry = own_registry() if any(image.get("repository") for image in wanted) else ""
    with ThreadPoolExecutor(max_workers=max(1, int(plan["parallel"]))) as pool:
        coming = {pool.submit(fetch, image, plan, registry): image["reference"] for image in wanted}
        for future in as_completed(coming):
            problem = future.exception()
            if problem is None:
                notes["done"].append(coming[future])
            else:
                notes["failed"][coming[future]] = str(problem)
            note(notes)
    note({**notes, "ended": True})
    return 1 if notes["failed"] else 0


def note(notes: Mapping[str, Any]) -> None:
    """Write how far it is, whole or not at all."""
    half = NOTES.with_suffix(".new")
    half.write_text(json.dumps(notes))
    half.replace(NOTES)


def wait(plan: Mapping[str, Any], seconds: float) -> int:
    """Wait for ``pull`` for at most `seconds`, and say how far it is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not ended():
        time.sleep(0.2)
    notes = json.loads(NOTES.read_text()) if NOTES.is_file() else None
    if notes is None:
        sys.stdout.write("the pull has not begun\n")
        return STILL_COMING
    for reference, problem in notes["failed"].items():
        sys.stdout.write(f"{reference}: {problem}\n")
    active = run("ctr", "--namespace", str(plan["namespace"]), "content", "active", check=False).stdout
    sys.stdout.write(f"{progress(notes, read_active(active), time.time())}\n")
    if not ended():
        return STILL_COMING
    return 1 if notes["failed"] or missing(plan["images"], held(plan)) else 0


def ended() -> bool:
    """Whether the unit that pulls is gone."""
    return run("systemctl", "is-active", "--quiet", UNIT, check=False).returncode != 0


def main(arguments: Sequence[str]) -> int:
    """Entry point."""
    plan = json.loads(PLAN.read_text())
    match list(arguments):
        case ["check"]:
            lacking = missing(plan["images"], held(plan))
            sys.stdout.writelines(f"lacks {image['reference']} at {image['digest']}\n" for image in lacking)
            return 1 if lacking else 0
        case ["pull"]:
            return pull(plan)
        case ["wait", seconds]:
            return wait(plan, float(seconds))
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
