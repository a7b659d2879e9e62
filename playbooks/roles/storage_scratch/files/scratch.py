#!/usr/bin/python3
"""Make the scratch volume out of the node's own NVMe drives, or open the one that is there: ``scratch up|down``.

Reads /etc/rackwright/scratch.json. Runs at every boot, because the drives of a cloud instance come back empty. Deciding
is pure (`drives`, `steps_up`, `steps_down`); it needs Python and the system's own programs only.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ARRAY, MAPPED, LABEL = "/dev/md/scratch", "/dev/mapper/scratch", "scratch"
SETTINGS = Path("/etc/rackwright/scratch.json")
KEY = Path("/run/rackwright-scratch.key")
"""In memory; gone as soon as the volume is open."""
WRAPPED = Path("/etc/rackwright/scratch.key")
"""The volume's key as KMS encrypted it; worthless without the instance's role."""
KEY_BYTES = 64

Command = list[str]
Settings = Mapping[str, Any]


def drives(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Paths of local NVMe drives that carry nothing of anybody else, sorted; `blocks` as lsblk tells them."""
    return sorted(str(block["path"]) for block in blocks if is_free(block))


def is_free(block: Mapping[str, Any]) -> bool:
    """Whether a block device may be part of the volume."""
    local = block["type"] == "disk" and str(block["name"]).startswith("nvme")
    remote = "Elastic Block Store" in (block.get("model") or "")
    other = [child for child in block.get("children", []) if not str(child["type"]).startswith(("raid", "crypt"))]
    mounted = [point for point in block.get("mountpoints", []) if point]
    return local and not remote and not other and not mounted and is_ours(block)


def is_ours(block: Mapping[str, Any]) -> bool:
    """Whether a drive carries nothing, or a part of such a volume: its label names the array, ``host:scratch``."""
    name = str(block.get("label") or "").rpartition(":")[2]
    return not block.get("fstype") or (block["fstype"] == "linux_raid_member" and name == LABEL)


def arrays(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Arrays of ours that udev has assembled at boot, under whatever name; they are in the way of our own."""
    children = [child for block in blocks if is_free(block) for child in block.get("children", [])]
    return sorted({str(child["path"]) for child in children if str(child["type"]).startswith("raid")})


def steps_up(found: Sequence[str], wanted: Settings, *, exists: bool) -> list[Command]:
    """Commands that make the volume of the drives `found`, or open the one that `exists`."""
    source = ARRAY if wanted["key_in"] == "none" else MAPPED
    make = [] if exists else [*_array(found), *_locked(str(wanted["key_in"]))]
    fresh = [] if exists else [[f"mkfs.{wanted['file_system']}", "-q", "-L", LABEL, source]]
    place = str(wanted["mount"])
    mount = [["mkdir", "-p", place], ["mount", "-o", "noatime,nodev,nosuid", source, place], ["chmod", "1777", place]]
    return [*make, *_opened(str(wanted["key_in"])), *fresh, *mount]


def steps_down(wanted: Settings) -> list[Command]:
    """Commands that close the volume."""
    closed = [] if wanted["key_in"] == "none" else [["cryptsetup", "close", LABEL]]
    return [["umount", str(wanted["mount"])], *closed, ["mdadm", "--stop", ARRAY]]


def _array(found: Sequence[str]) -> list[Command]:
    single = ["--force"] if len(found) == 1 else []
    count = f"--raid-devices={len(found)}"
    return [["mdadm", "--create", ARRAY, "--run", *single, "--level=0", f"--name={LABEL}", count, *found]]


def _locked(key_in: str) -> list[Command]:
    """LUKS on a new array; with a TPM its key takes the place of the first one."""
    if key_in == "none":
        return []
    made = ["cryptsetup", "luksFormat", "--batch-mode", "--type", "luks2", "--key-file", str(KEY), ARRAY]
    enrol = ["systemd-cryptenroll", f"--unlock-key-file={KEY}", "--tpm2-device=auto", "--tpm2-pcrs=7", ARRAY]
    tpm = [enrol, ["systemd-cryptenroll", "--wipe-slot=0", ARRAY]] if key_in == "tpm" else []
    return [made, *tpm]


def _opened(key_in: str) -> list[Command]:
    if key_in == "none":
        return []
    if key_in == "tpm":
        attach = "/usr/lib/systemd/systemd-cryptsetup"
        return [[attach, "attach", LABEL, ARRAY, "-", "tpm2-device=auto,discard"]]
    return [["cryptsetup", "open", "--allow-discards", "--key-file", str(KEY), ARRAY, LABEL]]


def key_of(wanted: Settings, ask: Callable[[Command, bytes], bytes]) -> bytes:
    """The key of the volume: fresh, or unwrapped by KMS. It passes through pipes and memory only."""
    if wanted["key_in"] != "kms":
        return os.urandom(KEY_BYTES)
    aws = ["aws", "kms", "--region", str(wanted["region"]), "--output", "text"]
    if not WRAPPED.exists():
        make = ["generate-data-key-without-plaintext", "--key-id", str(wanted["kms_key"]), "--number-of-bytes"]
        WRAPPED.write_bytes(ask([*aws, *make, str(KEY_BYTES), "--query", "CiphertextBlob"], b""))
        WRAPPED.chmod(0o600)
    blob = base64.b64decode(WRAPPED.read_bytes())
    unwrap = [*aws, "decrypt", "--ciphertext-blob", "fileb:///dev/stdin", "--query", "Plaintext"]
    return base64.b64decode(ask(unwrap, blob))


def asked(command: Command, given: bytes = b"") -> bytes:
    """What a program says."""
    return subprocess.run(command, check=True, capture_output=True, input=given).stdout


def up(wanted: Settings) -> str | None:
    """Make or open the volume; why not, if it cannot be. One whose key was in memory is made anew."""
    columns = "NAME,PATH,TYPE,MODEL,FSTYPE,LABEL,MOUNTPOINTS"
    blocks = json.loads(asked(["lsblk", "--json", "--output", columns]))["blockdevices"]
    found = drives(blocks)
    if not found or len(found) < wanted["drives"]:
        return f"{len(found)} free local drives, the design has {wanted['drives']}: {', '.join(found) or 'none'}"
    for array in arrays(blocks):  # one that is in use stays, and the next command says so
        subprocess.run(["mdadm", "--stop", array], capture_output=True, check=False)
    assembled = subprocess.run(["mdadm", "--assemble", ARRAY, *found], capture_output=True, check=False)
    exists = assembled.returncode == 0 and wanted["key_in"] != "memory"
    if assembled.returncode == 0 and not exists:
        asked(["mdadm", "--stop", ARRAY])
        asked(["wipefs", "--all", "--quiet", *found])
    KEY.touch(0o600)
    try:
        KEY.write_bytes(key_of(wanted, asked))
        for step in steps_up(found, wanted, exists=exists):
            asked(step)
    finally:
        KEY.unlink()
    return None


def main(words: Sequence[str]) -> int | str | None:
    """Exit status of ``scratch up`` or ``scratch down``; a text is told and means 1."""
    wanted = json.loads(SETTINGS.read_text())
    if words == ["up"]:
        return up(wanted)
    for step in steps_down(wanted):
        subprocess.run(step, check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
