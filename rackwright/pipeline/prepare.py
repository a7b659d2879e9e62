"""Everything that needs neither network nor credentials: spec, preflight, lock and design of a stack."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from rackwright.catalog import Catalog, load_catalog
from rackwright.design import design_cluster
from rackwright.design.model import Design
from rackwright.lock import load_lock, lock_path
from rackwright.lock.model import Lock
from rackwright.preflight import Verdict, judge, problems_of_draft
from rackwright.spec import ClusterSpec, find_stack, load_draft, refusal
from rackwright.spec.load import shown


@dataclass(frozen=True, slots=True)
class Prepared:
    """A stack that passed every check that can be made offline."""

    path: Path
    """The stack file."""
    spec: ClusterSpec
    catalog: Catalog
    design: Design
    lock: Lock | None
    """None when the stack has no lock file yet."""
    verdicts: tuple[Verdict, ...]
    """What preflight has to say and does not stop for: warnings, hints, waived errors."""

    @property
    def stack(self) -> str:
        """Name of the stack: its file's name without ``.yaml``."""
        return self.path.stem


def prepare(root: Path, name_or_path: str, today: dt.date) -> Prepared:
    """Read and check a stack; raises one `InputError` that carries every mistake found."""
    path = find_stack(name_or_path, root)
    draft, catalog = load_draft(path), load_catalog()
    locked = lock_path(path)
    lock = load_lock(locked) if locked.exists() else None
    if draft.problems or draft.spec is None:
        raise refusal(shown(path), problems_of_draft(draft, catalog, lock, today=today))
    spec = draft.spec
    verdicts = judge(spec, catalog, lock, today=today)
    errors = tuple(verdict.problem for verdict in verdicts if verdict.blocks)
    if errors:
        raise refusal(spec.where(()), errors)
    return Prepared(path, spec, catalog, design_cluster(spec, catalog), lock, verdicts)
