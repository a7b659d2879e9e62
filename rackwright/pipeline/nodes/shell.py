"""``rw ssh``: the command that opens a shell on a node, or one message why there can be none."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Sequence

from rackwright.diagnostics import InputError, StepFailed
from rackwright.inventory import Host
from rackwright.pipeline.run import Run

SSH_PORT = 22
ANSWER_S = 5.0
"""A node that runs answers at once; one that is gone gives no answer at all."""

GREETING = b"SSH-"
"""Begins what every ssh server says first. Source: RFC 4253, section 4.2."""

Answers = Callable[[str], bool]


def answers_ssh(address: str, port: int = SSH_PORT, timeout_s: float = ANSWER_S) -> bool:
    """Whether an ssh server greets at `address`; a proxy on the way may take connections for nobody."""
    try:
        with socket.create_connection((address, port), timeout_s) as connection:
            return connection.recv(len(GREETING)) == GREETING
    except OSError:
        return False


def shell_command(run: Run, node: str, command: Sequence[str], answers: Answers = answers_ssh) -> list[str]:
    """Program and arguments that run `command`, or a shell, on `node`.

    Raises `InputError` for a node that the stack does not have, `StepFailed` for one that does not answer.
    """
    host = _host(run, node)
    if shutil.which("ssh") is None:
        raise StepFailed("there is no program 'ssh' on PATH", hint="apt-get install openssh-client")
    if run.is_local and not answers(str(host.address)):
        stack = run.prepared.stack
        raise StepFailed(
            f"node {node!r} does not answer at {host.address}:{SSH_PORT}",
            where=f"stack {stack}",
            hint=f"./rw status {stack} shows what runs; ./rw up {stack} starts it again",
        )
    return [*run.ssh(host), *command]


def _host(run: Run, node: str) -> Host:
    hosts = {host.name: host for host in run.inventory().hosts}
    if node not in hosts:  # then only is the account asked: a recorded node must be reached without it
        hosts = {host.name: host for host in run.every_host().hosts}
    if node not in hosts:
        raise InputError(
            f"stack {run.prepared.stack!r} has no node {node!r}", hint=f"nodes: {', '.join(sorted(hosts)) or 'none'}"
        )
    return hosts[node]
