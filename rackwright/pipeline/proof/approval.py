"""Who wrote and who approved a change: git tells the first, the pipeline's approval file (``RW_APPROVAL``) the second.

The file is JSON, written by the pipeline that applies, from the review that it waited for:

    {"approvers": ["bob@example.org"], "ticket": "CHG-1234", "plan": "sha256:..."}

`plan` is the digest of the plan that was reviewed (``rw preview --json``). Without a file nothing is known of a review,
which is told as such and never as "nobody".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rackwright.diagnostics import InputError, Problem
from rackwright.pipeline.proof.checkout import git

VARIABLE = "RW_APPROVAL"
SIGNATURES = {"G": "good", "U": "untrusted", "X": "untrusted", "Y": "untrusted", "E": "untrusted", "N": "none"}
"""git's letters (git-log, ``%G?``) in our words; every other letter is a bad one."""


class Approval(BaseModel):
    """What an approval file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approvers: tuple[Annotated[str, Field(min_length=1)], ...]
    """Accounts that approved the change; empty for nobody."""
    ticket: str | None = None
    """What asked for it."""
    plan: str | None = None
    """Digest of the plan that was approved."""


def read_approval(environment: Mapping[str, str]) -> Approval | None:
    """The approval that the environment names; None where it names none. InputError for a file that is none."""
    name = environment.get(VARIABLE)
    if not name:
        return None
    try:
        return Approval.model_validate_json(Path(name).read_bytes())
    except OSError as problem:
        raise InputError(f"the approval cannot be read: {problem.strerror}", where=f"{VARIABLE}={name}") from problem
    except ValidationError as wrong:
        problems = [Problem(".".join(map(str, each["loc"])) or "file", each["msg"]) for each in wrong.errors()]
        raise InputError(
            f"the approval file has {len(problems)} mistakes",
            where=f"{VARIABLE}={name}",
            hint='it is JSON: {"approvers": ["bob@example.org"], "ticket": "CHG-1", "plan": "sha256:..."}',
            problems=problems,
        ) from wrong


def change_of(root: Path, environment: Mapping[str, str] | None = None) -> dict[str, object]:
    """Author, committer and signature of the checkout's commit, and the approval; None for what is not known."""
    approval = read_approval(os.environ if environment is None else environment)
    told = git(root, "log", "-1", "--format=%ae%n%ce%n%G?")
    author, committer, letter = told.splitlines() if told else (None, None, None)
    return {
        "author": author,
        "committer": committer,
        "signature": None if letter is None else SIGNATURES.get(letter, "bad"),
        "approvers": None if approval is None else list(approval.approvers),
        "ticket": None if approval is None else approval.ticket,
        "approved_plan": None if approval is None else approval.plan,
    }
