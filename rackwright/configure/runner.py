"""Runs a playbook over an inventory through ansible-runner, with live events and one typed result per host.

The only place that starts Ansible. Secrets travel in a file of mode 0600 inside a folder of mode 0700 that is removed
when the run ends; a folder that a killed run left behind is removed when the next one starts.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import ansible_runner

from rackwright.configure.events import ConfigureEvent, RunRecord, mask
from rackwright.diagnostics import StepFailed
from rackwright.outcome import HostResult, PhaseTime

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
CANCEL_POLL_S = 1
"""How soon a Ctrl-C is noticed, in seconds."""

LONGEST_FOLDER = 60
"""Bytes of `private_dir` with which a socket's path (107 bytes at most, unix(7)) still holds ssh's own additions."""

OnEvent = Callable[[ConfigureEvent], None]


@dataclass(frozen=True, slots=True)
class ConfigureResult:
    """What a run did."""

    hosts: tuple[HostResult, ...]
    phases: tuple[PhaseTime, ...]
    log: Path
    """Ansible's own output, secrets masked."""

    @property
    def changed(self) -> int:
        """Changes on all hosts together; 0 means that everything was as wanted."""
        return sum(host.changed for host in self.hosts)

    @property
    def failed(self) -> tuple[HostResult, ...]:
        """Hosts on which a task failed."""
        return tuple(host for host in self.hosts if host.failed or host.unreachable)

    def raise_if_failed(self) -> None:
        """Raise `StepFailed` that names every failed host and its first failure."""
        lost = [host for host in self.hosts if host.unreachable]
        if lost and len(lost) == len(self.failed):
            raise StepFailed(
                f"{len(lost)} hosts cannot be reached: {'; '.join(f'{host.host}: {host.error}' for host in lost)}",
                where=str(self.log),
                hint="see whether they run and answer: ./rw status <stack>, ./rw ssh <stack> <node>; run this again",
            )
        if self.failed:
            said = "; ".join(f"{host.host}: {host.error or 'no message'}" for host in self.failed)
            raise StepFailed(
                f"configuration failed on {len(self.failed)} of {len(self.hosts)} hosts: {said}",
                where=str(self.log),
                hint="mend what the message names and run the same command again; it goes on where it stopped",
            )


def configure(
    site: Mapping[str, Any],
    *,
    private_dir: Path,
    ssh_key: Path | None,
    known_hosts: Path,
    secrets: Mapping[str, str],
    on_event: OnEvent,
    playbook: str = "site.yml",
    limit: str | None = None,
) -> ConfigureResult:
    """Run `playbook` over `site` (an Ansible inventory, see `site_inventory`).

    `private_dir` is ours alone and is removed at the end; the log stays beside it (``<private_dir>.log``). `secrets`
    become variables. Raises `StepFailed` when Ansible itself cannot run; failed tasks and hosts that cannot be reached
    are in the result. Ctrl-C and SIGTERM end Ansible first and then take their usual course; the next run goes on where
    this one stopped. One that is ignored, as SIGINT in the background of a script, stays so.
    """
    record = RunRecord(secrets=tuple(secrets.values()))
    log = private_dir.with_name(f"{private_dir.name}.log")
    inventory = with_access(site, ssh_key, known_hosts)
    with (
        private_folder(private_dir),
        _control_sockets(private_dir) as sockets,
        log.open("w") as out,
        _stop_signals() as stopped,
    ):
        log.chmod(0o600)
        handle = _event_handler(record, on_event, out)
        finished = _run(private_dir, inventory, secrets, sockets, handle, stopped.is_set, playbook, limit)
    stopped.pass_on()
    if finished.rc != 0 and not (record.errors or record.unreachable):
        raise StepFailed(
            f"Ansible ended with {finished.rc}: {_tail(log)}", where=str(log), hint="read the log named above"
        )
    return ConfigureResult(record.hosts(), record.phases(), log)


def with_access(site: Mapping[str, Any], ssh_key: Path | None, known_hosts: Path | str) -> dict[str, Any]:
    """`site` with the key to use (None: an agent's) and the host keys to trust, and nothing of the user's own. Pure."""
    inventory = deepcopy(dict(site))
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes" if ssh_key else "no",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
    }
    arguments = ["-F", "/dev/null", *(part for item in options.items() for part in ("-o", "=".join(item)))]
    variables = inventory["all"].setdefault("vars", {})
    if "ansible_ssh_common_args" in variables:
        return inventory  # the site has its own way in
    if ssh_key is not None:
        variables.setdefault("ansible_ssh_private_key_file", str(ssh_key))
    variables.setdefault("ansible_ssh_common_args", shlex.join(arguments))
    return inventory


def forks(cores: int) -> int:
    """Hosts that are worked on at a time: four for each core, for a fork mostly waits for its host; at least 8."""
    return max(8, 4 * cores)


def environment(sockets: Path) -> dict[str, str]:
    """Environment of Ansible: our settings, our programs first on PATH, a UTF-8 locale."""
    beside_python = str(Path(sys.executable).parent)
    return {
        "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
        "ANSIBLE_FORKS": str(forks(os.cpu_count() or 1)),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(sockets),
        "ANSIBLE_HOME": str(sockets / "home"),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
        "PATH": os.pathsep.join([beside_python, os.environ.get("PATH", os.defpath)]),
    }


def _run(
    private_dir: Path,
    inventory: Mapping[str, Any],
    secrets: Mapping[str, str],
    sockets: Path,
    handle: Callable[[dict[str, Any]], bool],
    cancelled: Callable[[], bool],
    playbook: str,
    limit: str | None,
) -> Any:
    return ansible_runner.run(
        private_data_dir=str(private_dir),
        project_dir=str(PLAYBOOKS),
        playbook=playbook,
        inventory=dict(inventory),
        extravars=dict(secrets),
        envvars=environment(sockets),
        settings={"pexpect_timeout": CANCEL_POLL_S, "suppress_ansible_output": True},
        limit=limit,
        quiet=True,
        event_handler=handle,
        cancel_callback=cancelled,
    )


def _event_handler(record: RunRecord, on_event: OnEvent, log: TextIO) -> Callable[[dict[str, Any]], bool]:
    began = time.monotonic()

    def handle(event: dict[str, Any]) -> bool:
        if text := event.get("stdout"):
            log.write(f"{mask(str(text), record.secrets)}\n")
        if seen := record.take(event, time.monotonic() - began):
            on_event(seen)
        return False  # ansible-runner keeps no copy

    return handle


@contextmanager
def private_folder(folder: Path) -> Iterator[None]:
    """An empty folder of mode 0700 that is gone afterwards, whatever happens, and so are Ansible's processes."""
    _end_left_overs(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield
    finally:
        _end_left_overs(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _end_left_overs(folder: Path) -> None:
    """End every process that was started with a file of `folder`: Ansible's workers outlive it when it is killed."""
    prefix = os.fsencode(folder.absolute()) + b"/"
    for commandline in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it may end by itself at any moment
            if any(word.startswith(prefix) for word in commandline.read_bytes().split(b"\0")):
                os.kill(int(commandline.parent.name), signal.SIGKILL)


@contextmanager
def _control_sockets(private_dir: Path) -> Iterator[Path]:
    """Folder of ssh's shared connections, which are closed at the end.

    It is inside `private_dir`, so that a killed run leaves nothing elsewhere, unless the path is too long for a socket.
    """
    inside = len(os.fsencode(private_dir.absolute())) <= LONGEST_FOLDER
    with tempfile.TemporaryDirectory(prefix="s-", dir=private_dir.absolute() if inside else None) as name:
        folder = Path(name)
        try:
            yield folder
        finally:
            for socket in folder.glob("*"):
                if socket.is_socket():
                    command = ["ssh", "-F", "/dev/null", "-o", f"ControlPath={socket}", "-O", "exit", "unused"]
                    subprocess.run(command, capture_output=True, check=False, timeout=10)


class _Stopped(threading.Event):
    """Set by a signal that wants us to end."""

    signal: int | None = None

    def receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.signal = number
        self.set()

    def pass_on(self) -> None:
        """Let the signal take the course that it would have taken without us."""
        if self.signal is not None:
            signal.raise_signal(self.signal)


@contextmanager
def _stop_signals() -> Iterator[_Stopped]:
    """Collects Ctrl-C and SIGTERM, so that Ansible is ended before we are. Only the main thread may do so."""
    stopped = _Stopped()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    wanted = [one for one in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(one) is not signal.SIG_IGN]
    old = {number: signal.signal(number, stopped.receive) for number in wanted}
    try:
        yield stopped
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _tail(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "it said nothing"
