"""What looks like a secret: forms of well-known ones, and names that sound like one. No value is ever quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator

PATTERNS = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "an NGC API key": re.compile(r"\bnvapi-[A-Za-z0-9_-]{32,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    "a password": re.compile(r"(?i)(password|passwd|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?[^\s\"'$<{(]{8,}"),
}
"""What a secret looks like. A value that starts with ``$``, ``<``, ``{`` or ``(`` is a reference, not a secret."""

NAME = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key|credential)s?$")


def kinds_of_secret(text: str) -> Iterator[str]:
    """The kinds of secret that `text` seems to hold."""
    return (what for what, pattern in PATTERNS.items() if pattern.search(text))


def sounds_secret(name: str) -> bool:
    """Whether a variable or key of this name would hold a secret: ``NGC_API_KEY``."""
    return bool(NAME.search(name))
