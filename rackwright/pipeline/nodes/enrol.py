"""Enrolment of a person's second factor, made again from the stack's secret."""

from __future__ import annotations

from pathlib import Path

from rackwright.configure.host.second_factor import enrolment, people_with_codes
from rackwright.diagnostics import InputError
from rackwright.pipeline.open import open_stack

SEEDS = "mfa"
"""Name of the stack's secret that seeds are made from."""


def enrolment_of(root: Path, stack: str, person: str) -> str:
    """What `person`'s authenticator reads; `InputError` for somebody whom the stack asks for no code."""
    prepared, workspace = open_stack(root, stack)
    known = people_with_codes(prepared.design.hosts)
    if person not in known:
        raise InputError(
            f"{person} is asked for no code; those who are: {', '.join(known) or 'nobody'}",
            where="access.groups",
            hint="members of groups that may become root are asked, with access.mfa: required and local accounts",
        )
    return enrolment(workspace.secret(SEEDS), person, workspace.stack)
