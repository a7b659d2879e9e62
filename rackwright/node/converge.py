"""Configures this node from the bundle that it lies in: the node's slice, Ansible with a local connection, a report.

Runs after `fetch` verified the bundle. May be cut anywhere: the next run does what is still to be done. Nothing is
asked of other nodes.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

BUNDLE = Path(__file__).resolve().parent
STATE = Path("/var/lib/rackwright")
LOCK = Path("/run/rackwright.lock")
SECRETS = Path("/run/rackwright-secrets.json")
LONGEST_ERROR = 600
HERE = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}


def compose(slices: Mapping[str, Any], name: str, address: str, pool: str) -> dict[str, Any]:
    """Ansible's inventory for one node: itself, the hosts that all may name, and the groups of both. Pure.

    A node that was not there when the bundle was made has the variables of its pool and its own address.
    """
    known = slices["hosts"].get(name)
    shared = {other: slices["hosts"][other] for other in slices["shared"] if other != name}
    mine = known or {"pool": pool, "vars": dict.fromkeys(slices["pools"][pool]["address_vars"], address)}
    members = {name: mine, **shared}
    hosts = {one: {**slices["pools"][host["pool"]]["vars"], **host["vars"]} for one, host in members.items()}
    hosts[name] |= HERE
    children: dict[str, Any] = {group: {"hosts": {}} for group in slices["groups"]}
    for one, host in sorted(members.items()):
        for group in slices["pools"][host["pool"]]["groups"]:
            children[group]["hosts"][one] = {}
            children[group]["vars"] = slices["groups"][group]
    return {"all": {"hosts": hosts, "vars": slices["vars"], "children": children}}


def who_am_i(slices: Mapping[str, Any], address: str, pool: str, subnet: str) -> str:
    """The node's name: the one that the bundle has for its address, else the one that its pool's rule gives."""
    for name, host in slices["hosts"].items():
        if host["address"] == address:
            return str(name)
    return f"{pool}-{int(IPv4Address(address)) - int(IPv4Network(subnet).network_address)}"


class Tally:
    """What the run has done so far, from the lines of Ansible's callback."""

    def __init__(self, secrets: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._secrets, self._clock = sorted(filter(None, secrets), key=len, reverse=True), clock
        self.counts = dict.fromkeys(("ok", "changed", "failed", "skipped"), 0)
        self.phases: dict[str, float] = {}
        self.phase_tasks: dict[str, int] = {}
        self.phase, self.error, self._since = "", "", clock()

    def take(self, line: str) -> bool:
        """Fold a line in; True when a new phase begins."""
        try:
            said = json.loads(line)
        except ValueError:
            self.error = self.error or self._mask(line.strip()) if "ERROR" in line else self.error
            return False
        if said["event"] == "play":
            return self._enter(said["name"].partition(":")[0].strip())
        if said["event"] == "failed":
            self.error = self.error or self._mask(f"{said['task']}: {failure(said['result'])}")
            self.counts["failed"] += 1
        if said["event"] == "stats":
            self._enter("")
        if said["event"] in ("ok", "skipped"):
            self.counts[said["event"]] += 1
        if said["event"] == "ok":
            self.phase_tasks[self.phase] = self.phase_tasks.get(self.phase, 0) + 1
            self.counts["changed"] += bool(said.get("changed"))
        return False

    def as_report(self) -> dict[str, object]:
        """The fields of a report."""
        phases = [{"name": name, "seconds": round(seconds, 2)} for name, seconds in self.phases.items()]
        tasks = {"phase_tasks": self.phase_tasks}
        return {**self.counts, "error": self.error, "phase": self.phase, "phases": phases, **tasks}

    def _enter(self, phase: str) -> bool:
        now, new = self._clock(), phase != self.phase
        if self.phase:
            self.phases[self.phase] = self.phases.get(self.phase, 0.0) + now - self._since
        self.phase, self._since = phase, now
        return new and bool(phase)

    def _mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "********")
        return text[:LONGEST_ERROR]


def failure(result: Mapping[str, Any]) -> str:
    """What a person needs of a failed task's result."""
    every = [result, *(one for one in result.get("results") or () if one.get("failed"))]
    said = [part for one in every for part in (one.get("msg"), *str(one.get("stderr") or "").splitlines()[-3:]) if part]
    return " | ".join(dict.fromkeys(str(part).strip() for part in said)) or "no message"


def play(inventory: Path, name: str, secrets: Mapping[str, str], on_line: Callable[[str], None]) -> int:
    """Run the whole site on this node; its exit status."""
    SECRETS.unlink(missing_ok=True)
    with os.fdopen(os.open(SECRETS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(secrets, file)
    command = [sys.executable, "-m", "ansible.cli.playbook", "--inventory", str(inventory), "--limit", name]
    try:
        with subprocess.Popen(
            [*command, "--extra-vars", f"@{SECRETS}", "site.yml"],
            cwd=BUNDLE / "playbooks",
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        ) as process:
            for line in process.stdout or ():
                on_line(line)
        return process.returncode
    finally:
        SECRETS.unlink(missing_ok=True)


def environment() -> dict[str, str]:
    """Environment of Ansible: the bundle's own, whatever the node has."""
    return {
        "ANSIBLE_CONFIG": str(BUNDLE / "playbooks/ansible.cfg"),
        "ANSIBLE_STDOUT_CALLBACK": "rackwright_node",
        "ANSIBLE_CALLBACK_PLUGINS": str(BUNDLE / "playbooks/callback_plugins"),
        "ANSIBLE_HOME": str(STATE / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(STATE / "ansible/tmp"),
        "ANSIBLE_REMOTE_TEMP": str(STATE / "ansible/tmp"),
        "PYTHONPATH": str(BUNDLE / "runtime"),
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
    }


def next_attempt(path: Path) -> int:
    """Number of this attempt, counted in `path` over cuts and restarts."""
    text = path.read_text().strip() if path.exists() else ""
    number = int(text) + 1 if text.isdigit() else 1
    path.write_text(f"{number}\n")
    return number


def converge(cloud: Any, node: Mapping[str, str], report: Callable[[dict[str, object]], None]) -> bool:
    """Configure this node; whether it is configured now."""
    slices = json.loads((BUNDLE / "slices.json").read_text())
    address = cloud.metadata("local-ipv4")
    name = who_am_i(slices, address, node["pool"], node["subnet"])
    secrets = {key: cloud.secret(id_) for key, id_ in slices["secrets"].items()}
    inventory = STATE / "inventory.json"
    inventory.write_text(json.dumps(compose(slices, name, address, node["pool"])))
    inventory.chmod(0o600)
    began, tally, attempt = time.monotonic(), Tally(secrets.values()), next_attempt(STATE / "attempts")

    def tell(status: str) -> None:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        seconds = round(time.monotonic() - began, 1)
        told = {"host": name, "status": status, "attempt": attempt, "boot_id": boot, "seconds": seconds}
        report({**told, **tally.as_report()})
        sys.stdout.write(f"{status}: {tally.error or tally.phase or 'nothing done yet'}\n")
        sys.stdout.flush()

    def on_line(line: str) -> None:
        if tally.take(line):
            tell("running")

    done = play(inventory, name, secrets, on_line) == 0
    if not done and not tally.error:
        tally.error = "Ansible ended without saying why; see journalctl --unit rackwright-pull"
    tell("configured" if done else "failed")
    return done


def main(digest: str) -> int:
    """Configure the node once; a second one at the same time waits for the first."""
    fetch: Any = import_module("fetch")  # the bundle's copy, which lies beside this file
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node = json.loads(fetch.NODE.read_text())
        cloud = fetch.Cloud(node)
        try:
            done = converge(cloud, node, lambda said: fetch.report(cloud, {"digest": digest, **said}))
        except (OSError, ValueError, KeyError) as problem:
            fetch.report(cloud, {"digest": digest, "status": "failed", "error": f"{type(problem).__name__}: {problem}"})
            raise
        if done:
            (STATE / "configured").write_text(f"{digest}\n")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
