"""Where the evidence logs lie.

A rehearsal's log lies in the stack's folder and goes with it (``rw destroy`` leaves nothing); that of a real cluster is
in ``evidence/<stack>`` of the checkout, or in the folder that ``RW_EVIDENCE`` names, and outlives it. The private
key is never beside the log: it is among the stack's secrets, or in ``.rw/evidence-keys`` or ``RW_EVIDENCE_KEYS``.
"""

from __future__ import annotations

import os
from pathlib import Path

from rackwright.diagnostics import InputError
from rackwright.evidence import EvidenceLog
from rackwright.pipeline.workspace import Workspace


def evidence_root(root: Path) -> Path:
    """Folder of the logs of real clusters."""
    return Path(os.environ.get("RW_EVIDENCE") or root / "evidence").absolute()


def stack_log(root: Path, stack: str, *, local: bool) -> EvidenceLog:
    """The log of a stack; `local` for a rehearsal."""
    workspace = Workspace(root, stack)
    if local:
        return EvidenceLog(stack, workspace.folder / "evidence", workspace.secrets / "evidence.pem")
    keys = Path(os.environ.get("RW_EVIDENCE_KEYS") or root / ".rw" / "evidence-keys").absolute()
    return EvidenceLog(stack, evidence_root(root) / stack, keys / f"{stack}.pem")


def known_logs(root: Path, stack: str | None = None) -> list[EvidenceLog]:
    """Every log of this checkout by stack, or those of `stack`; `InputError` when there is none.

    A folder counts also where only a head or a public key is left in it, so that a log that was removed is missed.
    """
    local = [stack_log(root, path.name, local=True) for path in _folders(root / ".rw" / "stacks")]
    real = [stack_log(root, path.name, local=False) for path in _folders(evidence_root(root))]
    logs = [log for log in (*real, *local) if stack in {None, log.stack} and _is_there(log)]
    if not logs:
        whose = f"of stack {stack!r}" if stack else "of any stack"
        raise InputError(
            f"there is no evidence {whose}",
            where=str(evidence_root(root)),
            hint="each ./rw up and ./rw audit leaves a record; RW_EVIDENCE names another folder",
        )
    return sorted(logs, key=lambda log: log.stack)


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _is_there(log: EvidenceLog) -> bool:
    return any(path.exists() for path in (log.path, log.head_path, log.public_path))
