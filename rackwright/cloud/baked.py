"""Images that already hold what the playbooks install, so that a boot needs only the last small step.

An image is the layer that configuration laid over the base root, without what is one machine's own. The machines of the
local cloud mount it between the base root and their own layer; a cloud's image is made by Packer from the same roles.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from rackwright.cloud import program
from rackwright.diagnostics import StepFailed

PREFIX = "rackwright-baked-"
"""Beginning of the names of baked images: an instance with such an image gets that layer."""

CLEAN = r"""
set -eu
systemctl stop munge slurmd containerd prometheus-node-exporter fail2ban rsyslog 2>/dev/null || true
rm -rf /var/lib/cloud /var/lib/rackwright /etc/munge/munge.key
mkdir -p /etc/rackwright
find /etc/rackwright -mindepth 1 ! -name gpu-settings.json ! -name 'image*.json' ! -name mig.json -delete
rm -f /usr/local/lib/rackwright/fetch.py /etc/systemd/system/rackwright-pull.service
rm -f /etc/systemd/system/multi-user.target.wants/rackwright-pull.service
rm -f /etc/hosts /etc/hostname /etc/ssh/ssh_host_* /etc/systemd/network/10-host0.network
rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /root/.bash_history /home/*/.bash_history
rm -f /etc/apt/apt.conf.d/00rackwright-local-cloud /etc/apt/sources.list.d/debian.sources
rm -rf /root/.ansible /home/*/.ansible /var/lib/systemd/random-seed
rm -rf /tmp/* /var/tmp/* /var/tmp/.ansible /var/log/journal/*
apt-get clean
find /var/log -type f -exec truncate --size 0 {} +
: > /etc/machine-id
sync
"""
"""What belongs to one machine goes: names, addresses, keys, secrets, identity, histories, logs."""


@dataclass(frozen=True, slots=True)
class BakedImage:
    """What is kept beside a layer."""

    name: str
    stack: str
    pool: str
    base: str
    """Name of the base root that the layer lies on."""
    lock: str
    """SHA-256 of the lock file that it was made by."""


def images(cache: Path) -> Path:
    """Folder of the baked images."""
    return cache / "images"


def image_id(name: str) -> str:
    """Id of image `name`, to be written into a stack file (`pools.<pool>.ami`). Pure."""
    return f"ami-{hashlib.sha256(name.encode()).hexdigest()[:17]}"


def base_name_of(cache: Path, image: str) -> str | None:
    """Name of the base root that a baked image lies on; None for an image that is not one of ours, or is gone."""
    record = _record_in(_folder_of(cache, image)) if image else None
    return record.base if record is not None else None


def layer_of(cache: Path, image: str, base: Path) -> Path | None:
    """The layer of `image` (a name, or the id of one in the cache), or None for an image that is not one of ours.

    Raises `StepFailed` when it is gone, or lies on another base root than machines have now.
    """
    folder = _folder_of(cache, image)
    if not folder.name.startswith(PREFIX):
        return None
    if (record := _record_in(folder)) is None:
        missing = f"the baked image {folder.name} is not in the cache"
        raise StepFailed(missing, where=str(folder), hint="./rw bake <stack>")
    if record.base != base.name:
        raise StepFailed(
            f"the baked image {folder.name} lies on {record.base}, machines have {base.name}", hint="bake it again"
        )
    return folder / "layer"


def _folder_of(cache: Path, image: str) -> Path:
    """Where `image`, a name or the id of one in the cache, is kept or would be."""
    known = {image_id(folder.name): folder.name for folder in images(cache).glob(f"{PREFIX}*")}
    return images(cache) / known.get(image, image)


def _record_in(folder: Path) -> BakedImage | None:
    path = folder / "image.json"
    return BakedImage(**json.loads(path.read_text())) if path.is_file() else None


def keep(cache: Path, record: BakedImage, upper: Path) -> Path:
    """Keep the layer `upper` of a machine that is off as image `record`; whole or not at all.

    ``cp --archive`` keeps the device nodes and attributes by which an overlay marks what was deleted.
    """
    folder = images(cache) / record.name
    half = folder.with_name(f".half-made-{record.name}")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    program.run(["cp", "--archive", upper, half / "layer"], what=f"keep the image {record.name}", timeout_s=600)
    (half / "image.json").write_text(json.dumps(asdict(record), indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
    return folder
