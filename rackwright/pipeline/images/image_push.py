"""The locked images of a stack, copied by digest into its own registry: ECR on AWS, a site's registry elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from rackwright.cloud.registry import parse_reference
from rackwright.design.registry import repositories_of
from rackwright.diagnostics import InputError, StepFailed
from rackwright.lock.model import Lock
from rackwright.mirror import load_settings
from rackwright.mirror.push import Copy, Pushed, missing_of, push
from rackwright.mirror.settings import settings_path
from rackwright.mirror.upload import Authorise, Destination
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.images.mirror import sync_stack
from rackwright.pipeline.run import Run, exported

OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a run did."""

    registry: str
    images: tuple[Pushed, ...]


def push_images(run: Run, source: Path | None, registry: str | None, on_progress: OnProgress) -> PushResult:
    """Copy what the registry lacks of the stack's images.

    They come from the mirror in `source`; without one, from their own registries through the stack's mirror. `registry`
    names one of a site in place of the stack's ECR. Raises `InputError` for a stack without images or repositories.
    """
    lock, stack = run.prepared.lock, run.workspace.stack
    if lock is None or not lock.images:
        raise InputError(f"stack {stack!r} has no locked images", hint=f"./rw lock {stack}")
    destination, copies = _of_site(registry, lock) if registry is not None else _of_stack(run, lock)
    parallel = load_settings(settings_path(run.prepared.path)).parallel
    lacking = missing_of(destination, copies, parallel)
    there = {one.reference: Pushed(one.reference, one.repository, one.digest) for one in copies if one not in lacking}
    on_progress(f"{destination.address} has {len(there)} of {len(copies)} images")
    if lacking and source is None:
        source, _ = sync_stack(run.workspace.root, str(run.prepared.path), None, ("images",), on_progress)
    if lacking and source is not None:
        sent = push(source, destination, lacking, parallel=parallel, on_progress=on_progress)
        there |= {one.reference: one for one in sent}
    return PushResult(destination.address, tuple(there[one.reference] for one in copies))


def _of_site(registry: str, lock: Lock) -> tuple[Destination, list[Copy]]:
    """A site's registry stands in for the images' own, so repositories keep their names."""
    if urlsplit(registry).scheme not in {"http", "https"}:
        raise InputError(
            f"{registry!r} is no registry's address", where="--registry", hint="https://images.example.org"
        )
    images = sorted(lock.images.items())
    copies = [Copy(name, image.digest, parse_reference(name).repository) for name, image in images]
    return Destination(registry, lambda: stored_login(registry)), copies


def _of_stack(run: Run, lock: Lock) -> tuple[Destination, list[Copy]]:
    if run.is_local:
        raise InputError(
            f"stack {run.workspace.stack!r} is a rehearsal: the ECR of the local cloud stores no images",
            hint="./rw up serves stand-ins on the bridge; --registry URL pushes into a registry of your own",
        )
    outputs = exported(run.engine(change=False).outputs())
    repositories = cast("Mapping[str, str]", outputs.get("image_repositories") or {})
    return ecr_copies(repositories, run.prepared.design.region or LOCAL_REGION, lock)


def ecr_copies(repositories: Mapping[str, str], region: str, lock: Lock) -> tuple[Destination, list[Copy]]:
    """The stack's ECR and where each locked image goes there. `repositories`: image without its tag -> address."""
    copies = []
    for name, image in sorted(lock.images.items()):
        (bare,) = repositories_of([name])
        if bare not in repositories:
            raise InputError(
                f"the stack has no repository for {name}",
                where="outputs.image_repositories",
                hint="bring the stack up first: ./rw up makes one for each image of software.ngc",
            )
        copies.append(Copy(name, image.digest, repositories[bare].partition("/")[2]))
    host = next(iter(repositories.values())).partition("/")[0]
    return Destination(f"https://{host}", ecr_login(region)), copies


def ecr_login(region: str, client: Any = None) -> Authorise:
    """Asks ECR for a token with the credentials of the environment; it lives for twelve hours and is asked for anew.

    Source: Amazon ECR API Reference, "GetAuthorizationToken" (the token is base64 of user and password), 2026-11.
    """

    def ask() -> str:
        try:
            ecr = client or botocore.session.Session().create_client("ecr", region_name=region)
            answer = ecr.get_authorization_token()
        except (BotoCoreError, ClientError) as problem:
            hint = "credentials that may ask ecr:GetAuthorizationToken are needed"
            raise StepFailed(f"ECR gives no token: {problem}", where=region, hint=hint) from problem
        return f"Basic {answer['authorizationData'][0]['authorizationToken']}"

    return ask


def stored_login(registry: str, environment: Mapping[str, str] = os.environ) -> str:
    """The log-in that ``docker login`` or ``skopeo login`` has stored for the host of `registry`; empty without one."""
    host = urlsplit(registry).netloc
    files = [
        Path(environment.get("REGISTRY_AUTH_FILE") or "/nonexistent"),
        Path(environment.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json",
    ]
    for file in files:
        if file.is_file():
            known = json.loads(file.read_text()).get("auths", {}).get(host, {})
            if known.get("auth"):
                return f"Basic {known['auth']}"
    return ""
