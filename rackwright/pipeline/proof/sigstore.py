"""Signs a file with Sigstore, through the ``cosign`` program: who signed is in a public log, without a key of ours.

Needs the network and an identity (a browser, or the pipeline's own token), so it comes beside the log's own signature
and never in its place.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from rackwright.diagnostics import InputError, StepFailed

TIMEOUT_S = 300.0
"""Longest wait for cosign; a person may have to log in meanwhile."""


def sign(path: Path) -> Path:
    """Sign `path`; the Sigstore bundle beside it. InputError without cosign, StepFailed when it does not sign."""
    bundle = path.with_name(f"{path.name}.sigstore.json")
    _cosign("sign-blob", "--yes", "--bundle", str(bundle), str(path))
    return bundle


def verify(path: Path, bundle: Path, *, identity: str, issuer: str) -> None:
    """StepFailed unless `bundle` shows that `identity` (known to `issuer`) signed `path`."""
    who = ("--certificate-identity", identity, "--certificate-oidc-issuer", issuer)
    _cosign("verify-blob", "--bundle", str(bundle), *who, str(path))


def _cosign(*arguments: str) -> None:
    program = shutil.which("cosign")
    if program is None:
        raise InputError(
            "there is no cosign on PATH",
            where="--sigstore",
            hint="install cosign (https://docs.sigstore.dev), or leave --sigstore out: the log's own signature stays",
        )
    try:
        done = subprocess.run(
            [program, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise StepFailed(f"cosign {arguments[0]} did not end in {TIMEOUT_S:.0f} s", where="cosign") from problem
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise StepFailed(
            f"cosign {arguments[0]} failed: {said}", where="cosign", hint="it needs the network and an identity"
        )
