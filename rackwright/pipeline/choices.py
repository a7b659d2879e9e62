"""Words that a person chooses by on the command line. Apart from what they choose, so that help is quick."""

from __future__ import annotations

from typing import Literal

EngineChoice = Literal["auto", "embedded", "cli"]
"""Which engine carries a program out."""

Way = Literal["push", "pull"]
"""Who configures hosts: we do, or they themselves."""
