#!/usr/bin/env python3
"""Admit an image only if its digest is locked: containerd asks this program before it pulls.

containerd's interface (docs/image-verification.md): -name, -digest and -stdin-media-type; the descriptor on standard
input; status 0 admits, any other refuses; standard output says why. An image of a repository that the lock does not
name is none of this program's business.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

DIGESTS = Path("/etc/rackwright/image-digests.json")


def repository_of(name: str) -> str:
    """``nvcr.io/nvidia/pytorch`` of ``nvcr.io/nvidia/pytorch:25.10-py3@sha256:…``."""
    bare = name.partition("@")[0]
    head, colon, tag = bare.rpartition(":")
    return head if colon and "/" not in tag else bare


def judge(name: str, digest: str, locked: Mapping[str, Sequence[str]]) -> tuple[bool, str]:
    """Whether the image may come in, and why."""
    known = locked.get(repository_of(name))
    if known is None:
        return True, f"{repository_of(name)} is not locked"
    return digest in known, f"{digest} is {'' if digest in known else 'not '}locked for {repository_of(name)}"


def main(arguments: Sequence[str]) -> int:
    """Entry point."""
    given = dict(zip(arguments[::2], arguments[1::2], strict=False))
    admitted, why = judge(given.get("-name", ""), given.get("-digest", ""), json.loads(DIGESTS.read_text()))
    sys.stdout.write(f"{why}\n")
    return 0 if admitted else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
