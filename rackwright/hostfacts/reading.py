"""How facts are read: files and programs that only print. What cannot be read is `Unreadable`, with the reason."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

TIMEOUT_S = 60.0
"""Longest wait for one program."""


class Unreadable(Exception):
    """A fact that could not be read; its text is the reason."""


def printed(*command: str, codes: tuple[int, ...] = (0,)) -> str:
    """What `command` prints on stdout."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, errors="replace")
    except (OSError, subprocess.SubprocessError) as problem:
        raise Unreadable(f"{command[0]}: {type(problem).__name__}") from problem
    if done.returncode not in codes:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Unreadable(f"{command[0]} ended with {done.returncode}: {said[:200]}")
    return done.stdout


def has(program: str) -> bool:
    """Whether `program` is installed."""
    places = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin", "/usr/local/sbin")
    return any((Path(place) / program).exists() for place in places)


def text(path: str) -> str:
    """Content of a file; empty when there is none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}") from problem


def texts(folder: str, pattern: str) -> str:
    """Contents of all files of `folder` that match, in the order of their names."""
    return "\n".join(text(str(path)) for path in sorted(Path(folder).glob(pattern)))


def lines(content: str) -> Iterator[str]:
    """Lines that say something, without comments."""
    for line in content.splitlines():
        bare = line.split("#", 1)[0].strip()
        if bare:
            yield bare


def settings(content: str, separator: str = "=") -> dict[str, str]:
    """``key = value`` lines, keys in lower case; the last of several counts."""
    pairs = (line.partition(separator) for line in lines(content))
    return {key.strip().lower(): value.strip().strip("\"'") for key, found, value in pairs if found}


def first_word_settings(content: str) -> dict[str, str]:
    """``Key value`` lines, keys in lower case; the last of several counts."""
    return {key.lower(): value.strip() for key, _, value in (line.partition(" ") for line in lines(content))}


def number(value: str | None, otherwise: int) -> int:
    """A whole number, `otherwise` for anything else."""
    try:
        return int(str(value))
    except ValueError:
        return otherwise
