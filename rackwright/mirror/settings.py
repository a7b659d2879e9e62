"""Where a mirror gets its content from: ``stacks/<stack>.mirror.yaml``. Nothing is fetched from a place named here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rackwright.diagnostics import InputError, Problem

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chart(_Part):
    """One Helm chart."""

    repository: str
    """Address of the chart repository (the folder of its ``index.yaml``)."""
    name: str
    version: str


class File(_Part):
    """One file: a model, an archive."""

    name: str
    """Path below ``files/`` of the mirror."""
    url: str
    digest: Digest


class MirrorSettings(_Part):
    """Places that content comes from, and what a lock does not name."""

    apt_sources: tuple[str, ...] = ()
    """Lines of sources.list(5); empty takes those that this machine's apt has."""
    apt_architecture: str = "amd64"
    registries: Mapping[str, str] = {}
    """Registry of an image reference -> address that is asked in its place."""
    charts: tuple[Chart, ...] = ()
    files: tuple[File, ...] = ()
    """Models and archives beside those of the lock."""
    wheels: bool = True
    """Python packages of the project's lock, with which the playbooks run."""
    parallel: Annotated[int, Field(ge=1, le=64)] = 8
    """Downloads at a time."""


def settings_path(stack_path: Path) -> Path:
    """Where the settings of the stack at `stack_path` lie: ``stacks/x.yaml`` -> ``stacks/x.mirror.yaml``."""
    return stack_path.with_suffix(".mirror.yaml")


def load_settings(path: Path) -> MirrorSettings:
    """The settings at `path`, or the defaults where there is no such file. `InputError` with every mistake."""
    if not path.exists():
        return MirrorSettings()
    try:
        tree = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
        return MirrorSettings.model_validate(tree)
    except ValidationError as cause:
        problems = [Problem(".".join(str(step) for step in one["loc"]), one["msg"]) for one in cause.errors()]
        raise InputError(f"{path.name} is no settings of a mirror", where=str(path), problems=problems) from cause
    except (OSError, UnicodeDecodeError, YAMLError) as cause:
        raise InputError(f"{path.name} cannot be read: {cause}", where=str(path)) from cause
