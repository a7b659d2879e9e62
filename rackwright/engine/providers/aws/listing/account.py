"""The survey of one region: every type is listed, every thing read, and what could not be read is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from rackwright.engine.providers.aws.cloud import code_of
from rackwright.engine.providers.aws.listing.finding import Found
from rackwright.engine.providers.aws.listing.reading import WORKERS, ReadOnlyCloud
from rackwright.engine.providers.aws.listing.table import lister_of, waves
from rackwright.engine.providers.aws.shapes import Props
from rackwright.engine.providers.aws.types import TYPES

_DENIED = ("AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized", "Forbidden", "403")


@dataclass(frozen=True, slots=True)
class Live:
    """One thing as it is now."""

    type: str
    id: str
    props: Props
    """As the provider's outputs name them."""
    made_by: str | None = None
    """Id of what AWS made it for."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """What could not be looked at."""

    type: str
    id: str | None
    """None: the type could not even be listed."""
    reason: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is, as far as it could be read."""

    things: tuple[Live, ...]
    not_read: tuple[NotRead, ...]


Tell = Callable[[str], None]


def survey(cloud: ReadOnlyCloud, tell: Tell = lambda _: None) -> Survey:
    """List and read every type that the provider knows, many at a time.

    A missing permission costs what it hides and nothing else. Things are sorted by type and id.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        found, not_listed = _listed(cloud, pool)
        tell(f"{sum(map(len, found.values()))} things of {len(found)} types")
        jobs = [(token, one) for token, several in found.items() for one in several]
        answers = list(pool.map(lambda job: _read(cloud, *job), jobs))
    not_read = [*not_listed, *(one for one in answers if isinstance(one, NotRead))]
    things = sorted((one for one in answers if isinstance(one, Live)), key=lambda one: (one.type, one.id))
    return Survey(tuple(things), tuple(sorted(not_read, key=lambda one: (one.type, one.id or ""))))


def _listed(cloud: ReadOnlyCloud, pool: ThreadPoolExecutor) -> tuple[dict[str, Sequence[Found]], list[NotRead]]:
    found: dict[str, Sequence[Found]] = {}
    not_listed: list[NotRead] = []
    for wave in waves():
        for token, answer in zip(wave, pool.map(lambda token: _list(cloud, token, found), wave), strict=True):
            if isinstance(answer, NotRead):
                not_listed.append(answer)
            else:
                found[token] = answer
    return found, not_listed


def _list(cloud: ReadOnlyCloud, token: str, before: Mapping[str, Sequence[Found]]) -> Sequence[Found] | NotRead:
    lister = lister_of(token)
    if lister is None:
        return NotRead(token, None, "this version cannot list the type")
    try:
        return list(lister(cloud, before))
    except (ClientError, BotoCoreError) as problem:
        return NotRead(token, None, reason_of(problem))


def _read(cloud: ReadOnlyCloud, token: str, one: Found) -> Live | NotRead | None:
    """None where it is gone by now, or a setting that is not there."""
    try:
        props = TYPES[token].read(cloud, one.id, one.known)
    except (ClientError, BotoCoreError) as problem:
        return NotRead(token, one.id, reason_of(problem))
    return None if props is None else Live(token, one.id, props, one.made_by)


def reason_of(problem: ClientError | BotoCoreError) -> str:
    """Why something could not be read, in a few words."""
    if not isinstance(problem, ClientError):
        return str(problem).strip() or type(problem).__name__
    code = code_of(problem)
    return (
        f"no permission for {problem.operation_name} ({code})"
        if code.startswith(_DENIED)
        else f"{problem.operation_name}: {code}"
    )
