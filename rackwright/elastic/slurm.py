"""The shell round Slurm: names from host lists, and what nodes are told."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SCONTROL, SINFO = "scontrol", "sinfo"
TIMEOUT_S = 60
SHOWN = re.compile(r"^(?P<node>\S+) (?P<state>\S+) (?P<reason>.*)$", re.MULTILINE)


class NodeState(NamedTuple):
    """One node as sinfo shows it."""

    name: str
    state: str
    """``down~``, ``idle~``, ``allocated#`` …: slurm's long state."""
    reason: str


def names_of(hostlist: str) -> list[str]:
    """Names in a host list, by Slurm itself."""
    return _run(SCONTROL, "show", "hostnames", hostlist).split()


def put_down(reasons: Mapping[str, str]) -> None:
    """Nodes that could not be started: down with their reason, so that their jobs are queued again at once."""
    for reason in dict.fromkeys(reasons.values()):
        nodes = ",".join(node for node, why in reasons.items() if why == reason)
        _run(SCONTROL, "update", f"NodeName={nodes}", "State=DOWN", f"Reason={reason}")


def power_down(nodes: Sequence[str]) -> None:
    """Nodes that may be tried again: off, and free for the next job."""
    if nodes:
        _run(SCONTROL, "update", f"NodeName={','.join(nodes)}", "State=POWER_DOWN", "Reason=tried again")


def nodes_with_reasons() -> list[NodeState]:
    """Every node that has a reason."""
    shown = _run(SINFO, "--Node", "--noheader", "--states=DOWN", "--format=%N %T %E")
    return [NodeState(match["node"], match["state"], match["reason"]) for match in SHOWN.finditer(shown)]


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    return done.stdout
