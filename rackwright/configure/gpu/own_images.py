"""Images in the account's own registry: which repository a node asks first, and with which log-in.

Every image is asked for by its locked digest, so that it does not matter which registry has it. Where the own one has
not got it yet, the image's own registry is asked.
"""

from __future__ import annotations

from rackwright.configure.gpu.containers import repository_of
from rackwright.design.model import Design
from rackwright.lock.model import Lock

HELPER = "amazon-ecr-credential-helper"
"""Package of the program that logs in at ECR with the node's own role; Debian and Ubuntu have it.
Source: https://github.com/awslabs/amazon-ecr-credential-helper, read 2026-11-21."""
_HAVE_HELPER = ("debian", "ubuntu")


def own_repository(reference: str, design: Design, lock: Lock) -> str:
    """Repository of `reference` in the stack's ECR (``h100-train/nvcr.io/nvidia/pytorch``); empty where none is asked.

    A mirror of the site comes before ECR. Signatures lie beside the image in its own registry, so a cluster that
    demands them goes there.
    """
    software = design.software
    if design.target != "aws" or software.mirror or software.signature_keys or lock.os.distribution not in _HAVE_HELPER:
        return ""
    return f"{design.name}/{repository_of(reference)}"


def image_packages(design: Design, lock: Lock) -> list[str]:
    """Packages that a node needs to ask the stack's ECR."""
    return [HELPER] if any(own_repository(name, design, lock) for name in lock.images) else []
