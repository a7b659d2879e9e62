"""Push from several controllers at once, over an existing mesh: ``ansible-runner transmit | worker | process``.

Each worker gets a share of the hosts; what it needs (playbooks, inventory, key, secrets) goes with the job and is gone
afterwards. The transport is a command that reads the job on stdin and answers on stdout: a local worker, or Receptor,
whose mesh should have TLS on, for the job carries secrets. Sources: ansible-runner documentation, "Remote job
execution"; Receptor documentation, "Workceptor" (``receptorctl work submit``).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import ansible_runner

from rackwright.configure.events import ConfigureEvent, RunRecord, mask
from rackwright.configure.runner import (
    CANCEL_POLL_S,
    PLAYBOOKS,
    ConfigureResult,
    OnEvent,
    environment,
    private_folder,
    with_access,
)
from rackwright.diagnostics import InputError
from rackwright.outcome import HostResult, PhaseTime

KNOWN_HOSTS = "known_hosts"
LAST_WORDS = 400
"""Characters of a worker's complaint that are kept."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who runs a share."""

    name: str
    command: tuple[str, ...]
    """Reads a job of ``ansible-runner transmit`` on stdin, writes what ``process`` reads on stdout."""


def local_worker(name: str) -> Worker:
    """A process on this machine: spreads the work over cores, and shows in a test that sharding works."""
    path = environment(Path())["PATH"]  # ansible-playbook lies beside our Python
    return Worker(name, ("env", f"PATH={path}", sys.executable, "-m", "ansible_runner", "worker"))


def receptor_worker(node: str, socket: str) -> Worker:
    """Node `node` of a Receptor mesh, whose work type ``ansible-runner`` runs ``ansible-runner worker``."""
    submit = ("receptorctl", "--socket", socket, "work", "submit", "ansible-runner")
    return Worker(node, (*submit, "--node", node, "--payload", "-", "--follow", "--rm"))


def named_workers(text: str) -> tuple[Worker, ...]:
    """Workers of ``local:2`` or ``receptor:/run/receptor.sock:node-a,node-b``. Pure. `InputError` for anything else."""
    kind, _, rest = text.partition(":")
    if kind == "local" and rest.isdigit() and int(rest):
        return tuple(local_worker(f"local-{number}") for number in range(1, int(rest) + 1))
    socket, _, nodes = rest.rpartition(":")
    names = [name for name in nodes.split(",") if name]
    if kind == "receptor" and socket and names:
        return tuple(receptor_worker(name, socket) for name in names)
    raise InputError(
        f"{text!r} names no workers",
        hint="local:NUMBER, or receptor:SOCKET:NODE,NODE with the socket of this machine's Receptor",
    )


def shares(hosts: Sequence[str], workers: int) -> tuple[tuple[str, ...], ...]:
    """`hosts` dealt out like cards: sizes differ by one at most; empty shares are left out. Pure."""
    ordered = sorted(hosts)
    dealt = [tuple(ordered[start::workers]) for start in range(workers)]
    return tuple(share for share in dealt if share)


def configure_sharded(
    site: Mapping[str, Any],
    workers: Sequence[Worker],
    *,
    private_dir: Path,
    ssh_key: Path,
    known_hosts: Path,
    secrets: Mapping[str, str],
    on_event: OnEvent,
    playbook: str = "site.yml",
    limit: str | None = None,
) -> ConfigureResult:
    """Like `rackwright.configure.configure`, with the hosts of `site` (or of `limit`) shared out among `workers`.

    A worker that cannot be reached, or breaks off, fails the hosts of its share that have no result yet.
    """
    dealt = shares(limit.split(",") if limit else list(site["all"]["hosts"]), len(workers))
    log = private_dir.with_name(f"{private_dir.name}.log")
    with private_folder(private_dir), log.open("w") as out, ThreadPoolExecutor(max(1, len(dealt))) as pool:
        log.chmod(0o600)
        job = private_dir / "job"
        _lay_out(job, site, ssh_key, known_hosts, secrets)
        sink = _Sink(out.write, on_event, tuple(secrets.values()))
        waiting = [
            pool.submit(_run_share, worker, share, job, private_dir / worker.name, sink, playbook)
            for worker, share in zip(workers, dealt, strict=False)
        ]
        results = [one.result() for one in waiting]
    hosts = tuple(sorted((host for one in results for host in one.hosts), key=lambda host: host.host))
    return ConfigureResult(hosts, _phases(results), log)


@dataclass(slots=True)
class _Share:
    hosts: tuple[HostResult, ...]
    phases: tuple[PhaseTime, ...]


class _Sink:
    """Takes what all workers say, one at a time."""

    def __init__(self, write: Callable[[str], object], on_event: OnEvent, secrets: tuple[str, ...]) -> None:
        self.secrets = secrets
        self._write, self._on_event, self._lock = write, on_event, threading.Lock()

    def take(self, text: str, event: ConfigureEvent | None) -> None:
        """A piece of a log and what it means."""
        with self._lock:
            if text:
                self._write(f"{mask(text, self.secrets)}\n")
            if event is not None:
                self._on_event(event)


def _lay_out(job: Path, site: Mapping[str, Any], key: Path, known_hosts: Path, secrets: Mapping[str, str]) -> None:
    """The job's folder, as ansible-runner wants it; the key goes to an agent on the worker."""
    shutil.copytree(PLAYBOOKS, job / "project")
    for folder in ("env", "inventory"):
        (job / folder).mkdir()
    if known_hosts.exists():
        shutil.copyfile(known_hosts, job / "project" / KNOWN_HOSTS)
    inventory = with_access(site, None, f"{{{{ playbook_dir }}}}/{KNOWN_HOSTS}")
    (job / "inventory/hosts.json").write_text(json.dumps(inventory))
    if key.exists():
        (job / "env/ssh_key").write_text(key.read_text())
    (job / "env/extravars").write_text(json.dumps(dict(secrets)))
    # Files, not arguments of each transmit: those would write the same files into this folder at the same time.
    (job / "env/envvars").write_text(json.dumps({"ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}))
    (job / "env/settings").write_text(json.dumps({"pexpect_timeout": CANCEL_POLL_S, "suppress_ansible_output": True}))
    for path in (*(job / "env").iterdir(), job / "inventory/hosts.json"):
        path.chmod(0o600)


def _run_share(worker: Worker, share: tuple[str, ...], job: Path, folder: Path, sink: _Sink, playbook: str) -> _Share:
    record, began = RunRecord(secrets=sink.secrets), time.monotonic()

    last = ""

    def handle(event: dict[str, Any]) -> bool:
        nonlocal last
        last = str(event.get("stdout") or "") or last
        sink.take(str(event.get("stdout") or ""), record.take(event, time.monotonic() - began))
        return False

    said = _converse(worker, share, job, folder, handle, playbook) or last
    known = {one.host: one for one in record.hosts() if one.host in share}
    lost = f"worker {worker.name} broke off: {mask(said, sink.secrets)[-LAST_WORDS:] or 'it said nothing'}"
    hosts = tuple(known.get(host, HostResult(host=host, unreachable=1, error=lost)) for host in share)
    return _Share(hosts, record.phases())


def _converse(
    worker: Worker,
    share: tuple[str, ...],
    job: Path,
    folder: Path,
    handle: Callable[[dict[str, Any]], bool],
    playbook: str,
) -> str:
    """Send the job, hear the events; the worker's complaints."""
    folder.mkdir(mode=0o700)
    with (folder / "complaints").open("w+") as complaints:
        try:
            process = subprocess.Popen(worker.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints)
        except OSError as problem:
            return f"{worker.command[0]}: {problem.strerror}"
        sender = threading.Thread(target=_send, args=(process, job, share, playbook), daemon=True)
        sender.start()
        ansible_runner.run(
            streamer="process", _input=process.stdout, private_data_dir=str(folder), quiet=True, event_handler=handle
        )
        sender.join()
        process.wait()
        complaints.seek(0)
        return complaints.read().strip()


def _send(process: subprocess.Popen[bytes], job: Path, share: tuple[str, ...], playbook: str) -> None:
    try:
        ansible_runner.run(
            streamer="transmit",
            _output=process.stdin,
            private_data_dir=str(job),
            playbook=playbook,
            limit=",".join(share),
            quiet=True,
        )
    except OSError:
        return  # the worker is gone; what it said before tells why
    finally:
        with suppress(OSError):  # what is still in the buffer has nowhere to go
            cast("IO[bytes]", process.stdin).close()


def _phases(results: Sequence[_Share]) -> tuple[PhaseTime, ...]:
    """The longest of the shares for each phase: they work at the same time."""
    times: dict[str, float] = {}
    for one in results:
        for phase in one.phases:
            times[phase.name] = max(times.get(phase.name, 0.0), phase.seconds)
    return tuple(PhaseTime(name=name, seconds=seconds) for name, seconds in times.items())
