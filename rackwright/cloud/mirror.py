"""Which Debian mirror the machines use: the one that this machine's own apt uses.

Nothing here names a host. `RW_DEBIAN_MIRROR` (and `RW_DEBIAN_SECURITY_MIRROR`) override what apt says, and are needed
where this machine is no Debian.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rackwright.diagnostics import StepFailed

COMPONENTS = ("main", "contrib", "non-free", "non-free-firmware")
"""NVIDIA's packages are in contrib and non-free, its firmware in non-free-firmware."""
_SUITES = ("bullseye", "bookworm", "trixie", "forky", "sid", "unstable", "testing", "stable", "oldstable")


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where Debian's packages come from."""

    main: str
    """URI of the main archive."""
    security: str
    """URI of the security archive."""

    def lines(self, release: str) -> tuple[str, ...]:
        """The three one-line sources that a machine of `release` has."""
        wanted = ((self.main, release), (self.main, f"{release}-updates"), (self.security, f"{release}-security"))
        return tuple(f"deb {uri} {suite} {' '.join(COMPONENTS)}" for uri, suite in wanted)

    def through_cache(self) -> Mirror:
        """The same archives as a machine behind the package cache names them (it speaks TLS for them)."""
        return Mirror(_through_cache(self.main), _through_cache(self.security))


@dataclass(frozen=True, slots=True)
class Source:
    """One archive and suite of apt's configuration."""

    uri: str
    suite: str


def parse_sources(texts: Iterable[tuple[str, str]]) -> tuple[Source, ...]:
    """Enabled binary sources of apt's files, given as (file name, text), in both of apt's forms."""
    found: list[Source] = []
    for name, text in texts:
        found.extend(_parse_deb822(text) if name.endswith(".sources") else _parse_one_line(text))
    return tuple(found)


def choose_mirror(sources: Iterable[Source], environment: Mapping[str, str]) -> Mirror:
    """Debian's archives among `sources`; raises `StepFailed` when there is none and none is named."""
    debian = [source for source in sources if source.suite.split("-")[0].split("/")[0] in _SUITES]
    main = next((source.uri for source in debian if "security" not in source.suite), None)
    security = next((source.uri for source in debian if "security" in source.suite), None)
    main = environment.get("RW_DEBIAN_MIRROR") or main
    if main is None:
        raise StepFailed(
            "this machine's apt knows no Debian archive, so no machine can be built",
            where="/etc/apt/sources.list",
            hint="set RW_DEBIAN_MIRROR (and RW_DEBIAN_SECURITY_MIRROR) to the URI of a Debian mirror",
        )
    named = environment.get("RW_DEBIAN_SECURITY_MIRROR")
    return Mirror(main.rstrip("/"), (named or security or f"{main.rstrip('/')}-security").rstrip("/"))


def host_mirror(etc: Path = Path("/etc/apt")) -> Mirror:
    """The mirror that this machine uses."""
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]
    files += sorted((etc / "sources.list.d").glob("*.sources"))
    texts = [(file.name, file.read_text(errors="replace")) for file in files if file.is_file()]
    return choose_mirror(parse_sources(texts), os.environ)


def _parse_one_line(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if not words or words[0] != "deb":
            continue
        rest = words[1:]
        if rest and rest[0].startswith("["):
            closing = next((index for index, word in enumerate(rest) if word.endswith("]")), len(rest))
            rest = rest[closing + 1 :]
        match rest:
            case [uri, suite, *_]:
                yield Source(uri, suite)


def _parse_deb822(text: str) -> Iterator[Source]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in "\n".join(lines).split("\n\n"):
        fields = _fields(stanza)
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"])[0].lower() not in ("no", "false"):
            for uri in fields.get("uris", []):
                for suite in fields.get("suites", []):
                    yield Source(uri, suite)


def _fields(stanza: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1] in (" ", "\t") and name:
            fields[name].extend(line.split())
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.split()
    return fields


def _through_cache(uri: str) -> str:
    return f"http://HTTPS///{uri.removeprefix('https://')}" if uri.startswith("https://") else uri
