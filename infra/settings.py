"""What the stack's configuration says beside the spec: where the spec is and how to reach the cloud."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi

PROJECT_ROOT = Path(__file__).resolve().parents[1]
"""Folder of `Pulumi.yaml`. The working directory is no guide: ``main: infra/`` runs the program inside `infra/`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Configuration of one stack, read once."""

    spec: Path
    """Absolute path of the stack file."""
    stack: str
    endpoint: str | None = None
    """URL of the local AWS API (``http://127.0.0.1:PORT``); None means real AWS."""
    ssh_public_key: str | None = None
    """OpenSSH public key that the nodes let in; None leaves Session Manager as the only way in."""
    bundle_key: str | None = None
    """Ed25519 public key (PEM) of the bundles by which nodes configure themselves; None: they are pushed to."""

    @classmethod
    def from_config(cls, config: pulumi.Config) -> Settings:
        """Read the keys `spec`, `endpoint`, `sshPublicKey` and `bundleKey`; a missing `spec` is Pulumi's own error."""
        return cls(
            spec=PROJECT_ROOT / config.require("spec"),
            stack=pulumi.get_stack(),
            endpoint=config.get("endpoint"),
            ssh_public_key=config.get("sshPublicKey"),
            bundle_key=config.get("bundleKey"),
        )
