"""One machine: a systemd-nspawn guest over the base root, with the address and name of its instance.

Everything about a machine lies in its folder; whether it runs is asked of the process table. Each function may be
called again after being interrupted anywhere.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rackwright.cloud import baked, control_group, process, program, ssh
from rackwright.cloud.guest_files import Guest, host_name, lay_out
from rackwright.cloud.instance import WantedInstance
from rackwright.cloud.settings import CloudSettings

POWER_OFF_TIMEOUT_S = 30.0
"""An idle guest powers off in about a second; one with a database may take longer."""
_SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept about a machine, in its folder."""

    id: str
    name: str
    address: str
    generation: int
    started_at: float = 0.0
    """Time of the last start, seconds since the epoch."""
    boot_s: float | None = None
    """From the last start until ssh answered; None until it has."""
    names: str = ""
    """Names of the cluster that the machine knows, as its hosts file has them."""


def machine_folder(settings: CloudSettings, instance_id: str) -> Path:
    """Folder of one machine."""
    return settings.machines / instance_id


def group_of(settings: CloudSettings, instance_id: str) -> str:
    """Name of the machine's control group."""
    return f"{settings.cgroup}/{settings.machine_key(instance_id)}"


def records(settings: CloudSettings) -> dict[str, Record]:
    """Machines that have been set up completely, by instance id."""
    found: dict[str, Record] = {}
    for path in sorted(settings.machines.glob("*/machine.json")):
        try:
            record = Record(**json.loads(path.read_text()))
        except (ValueError, TypeError):
            continue  # an unreadable record is like none: the machine is set up anew
        found[record.id] = record
    return found


def folders(settings: CloudSettings) -> frozenset[str]:
    """Instance ids that have a folder, be it half-made."""
    return frozenset(path.name for path in settings.machines.glob("*") if path.is_dir())


def save(settings: CloudSettings, record: Record) -> None:
    """Write the record whole or not at all."""
    path = machine_folder(settings, record.id) / "machine.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(record), indent=2) + "\n")
    new.replace(path)


def set_up(settings: CloudSettings, wanted: WantedInstance, base: Path, guest: Guest) -> Record:
    """Make the machine's folder and the files that make it this instance; it does not run yet."""
    folder = machine_folder(settings, wanted.id)
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("up", "work", "root", "plain-disk"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "base").symlink_to(base)
    if layer := baked.layer_of(settings.cache, wanted.image, base):
        (folder / "baked").symlink_to(layer)
    ssh.ensure_key(folder / "host-key")
    lay_out(folder / "up", base, folder / "host-key", wanted, guest)
    record = Record(wanted.id, host_name(wanted), wanted.private_ip, wanted.generation)
    save(settings, record)
    return record


def start(settings: CloudSettings, record: Record, *, now: float) -> Record:
    """Start the machine; it takes a few seconds until it answers."""
    folder = machine_folder(settings, record.id)
    control_group.remove(group_of(settings, record.id))
    names = [group_of(settings, record.id), settings.machine_key(record.id), record.name, settings.bridge]
    keeper = Path(__file__).parent / "guest" / "keeper.sh"
    command = ["unshare", "--mount", "--propagation", "private", "sh", keeper, *names]
    (folder / "console.log").unlink(missing_ok=True)
    process.start(command, root=settings.root, role=keeper_role(record.id), log=folder / "console.log", cwd=folder)
    started = replace(record, started_at=now, boot_s=None)
    save(settings, started)
    return started


def keeper_role(instance_id: str) -> str:
    """Role of the process that holds the machine's mounts and starts it again when it reboots."""
    return f"keeper:{instance_id}"


def running(settings: CloudSettings) -> frozenset[str]:
    """Instance ids of the machines that run or are about to.

    What is left of a machine whose nspawn was killed does not count; `start` ends it first.
    """
    roles = (one.role.partition(":") for one in process.find(settings.root))
    return frozenset(id_ for kind, _, id_ in roles if kind in ("keeper", "guest"))


def stop(settings: CloudSettings, instance_id: str) -> None:
    """Power the machine off in an orderly way, or kill it when that takes too long. Its disk stays."""
    process.stop(settings.root, f"guest:{instance_id}", timeout_s=POWER_OFF_TIMEOUT_S)
    process.stop(settings.root, keeper_role(instance_id), timeout_s=2.0)
    control_group.remove(group_of(settings, instance_id))


def purge(settings: CloudSettings, instance_id: str) -> None:
    """Remove everything of a machine that does not run."""
    folder = machine_folder(settings, instance_id)
    if folder.exists():
        shutil.rmtree(folder)


def answers_ssh(address: str, timeout_s: float = 0.5) -> bool:
    """Whether an ssh server greets at `address`."""
    try:
        with socket.create_connection((address, _SSH_PORT), timeout=timeout_s) as connection:
            connection.settimeout(timeout_s)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def tell_names(settings: CloudSettings, record: Record, names: str, key: Path) -> bool:
    """Give a running machine the cluster's present names (it has no DNS); False when it cannot be reached now.

    A machine that was given another name since keeps finding itself by it.
    """
    script = f'cat > /etc/hosts; grep -qw "$(hostname)" /etc/hosts || echo "{record.address} $(hostname)" >> /etc/hosts'
    command = [*ssh.ssh_command(settings, record.address, key), f"sudo sh -c '{script}'"]
    try:
        done = subprocess.run(command, input=names, text=True, capture_output=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def last_words(settings: CloudSettings, instance_id: str) -> str:
    """End of the machine's console, which says why it went off."""
    console = machine_folder(settings, instance_id) / "console.log"
    text = console.read_text(errors="replace") if console.is_file() else ""
    return program.last_lines(text) or "it ended without a word"
