"""Brings a mirror up to date: what is missing is fetched in parallel, what is there is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock as Mutex

from rackwright.cloud.registry import parse_reference
from rackwright.diagnostics import InputError, StepFailed
from rackwright.lock.model import Lock
from rackwright.mirror import apt, charts, oci, wheels
from rackwright.mirror.fetch import Wanted, fetch
from rackwright.mirror.manifest import PARTIAL, Entry, Manifest, entry_of, files_in, read_manifest
from rackwright.mirror.settings import MirrorSettings

Part = str
PARTS: tuple[Part, ...] = ("packages", "images", "charts", "files", "wheels")

OnProgress = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What a sync did."""

    files: int = 0
    bytes_fetched: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    """What the lock names and the mirror cannot have -> why."""
    removed: int = 0
    """Files that nothing wants any more."""


@dataclass(slots=True)
class _Run:
    folder: Path
    settings: MirrorSettings
    on_progress: OnProgress
    known: dict[str, Entry]
    outcome: Outcome = field(default_factory=Outcome)
    found: dict[str, Entry] = field(default_factory=dict)
    _mutex: Mutex = field(default_factory=Mutex)

    def bring(self, wanted: Wanted) -> Entry:
        """One file, put in place and noted."""
        entry, fetched = fetch(self.folder, wanted, self.known.get(wanted.path))
        with self._mutex:
            self.found[entry.path] = entry
            self.outcome.bytes_fetched += fetched
        if fetched:
            self.on_progress(f"{entry.path} ({fetched / 1e6:.1f} MB)")
        return entry

    def note(self, entries: Iterable[Entry]) -> None:
        self.found.update({entry.path: entry for entry in entries})

    def all_of(self, tasks: Sequence[Callable[[], object]]) -> None:
        """Carry out `tasks` in parallel; the first failure stops those that have not begun."""
        with ThreadPoolExecutor(self.settings.parallel, thread_name_prefix="mirror") as pool:
            running = [pool.submit(task) for task in tasks]
            try:
                for done in as_completed(running):
                    done.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def sync(
    folder: Path,
    stack: str,
    lock: Lock,
    settings: MirrorSettings,
    *,
    tools: Iterable[str],
    requirements: Path,
    state: Path,
    on_progress: OnProgress,
    parts: Sequence[Part] = PARTS,
) -> Outcome:
    """Make `folder` the mirror of `stack`; parts that are not asked for stay as they are.

    `state` holds apt's indexes and the signing key, outside the mirror. Raises `StepFailed` naming the file that cannot
    be had; what was fetched before stays and is not fetched again.
    """
    if unknown := sorted(set(parts) - set(PARTS)):
        raise InputError(
            f"{', '.join(unknown)} is no part of a mirror", where="--only", hint=f"take {', '.join(PARTS)}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(folder, settings, on_progress, _known(folder))
    doing: dict[Part, Callable[[], None]] = {
        "packages": lambda: _packages(run, lock, tools, state),
        "images": lambda: _images(run, lock),
        "charts": lambda: run.all_of([_one(run, wanted) for wanted in charts.wanted_charts(settings.charts)]),
        "files": lambda: run.all_of([_one(run, wanted) for wanted in wanted_files(lock, settings)]),
        "wheels": lambda: _wheels(run, lock, requirements if settings.wheels else None),
    }
    try:
        for part in parts:
            doing[part]()
    except BaseException:  # what is there is noted, so that the next run need not read it again
        Manifest(stack, run.known | run.found).write(folder)
        raise
    kept = {path: entry for path, entry in run.known.items() if _part_of(entry) not in parts}
    Manifest(stack, kept | run.found).write(folder)
    run.outcome.removed = _remove_others(folder, kept.keys() | run.found.keys())
    run.outcome.files = len(kept | run.found)
    return run.outcome


def wanted_files(lock: Lock, settings: MirrorSettings) -> list[Wanted]:
    """Archives of the lock, and models and files of the settings."""
    listed = [(Path(one.url).name, one.url, one.digest) for one in lock.archives.values()]
    listed += [(one.name, one.url, one.digest) for one in settings.files]
    return [Wanted(f"files/{name}", url, "file", digest.removeprefix("sha256:")) for name, url, digest in listed]


def _one(run: _Run, wanted: Wanted) -> Callable[[], object]:
    return lambda: run.bring(wanted)


def _packages(run: _Run, lock: Lock, tools: Iterable[str], state: Path) -> None:
    names = apt.wanted_names(lock, tools)
    run.outcome.left_out |= apt.left_out(lock)
    world = apt.AptWorld(state / "apt", apt.sources_of(run.settings, lock), run.settings.apt_architecture)
    run.on_progress(f"resolving {len(names)} packages")
    wanted = apt.resolve(world, names)
    run.all_of([_one(run, one) for one in wanted])
    made = apt.write_repository(run.folder, state / "keys", [one.path for one in wanted])
    run.note(entry_of(run.folder, path, "index") for path in made)


def _images(run: _Run, lock: Lock) -> None:
    noted: dict[str, tuple[str, str, int]] = {}

    def one(reference: str, digest: str) -> None:
        parsed = parse_reference(reference)
        registry = oci.registry_of(parsed.host, run.settings.registries)
        entries, kind = oci.pull(registry, parsed.repository, digest, run.folder, run.bring)
        noted[reference] = (digest, kind, entries[0].size)

    def task(reference: str, digest: str) -> Callable[[], object]:
        return lambda: one(reference, digest)

    run.all_of([task(reference, image.digest) for reference, image in sorted(lock.images.items())])
    run.note(entry_of(run.folder, path, "image") for path in oci.write_layout(run.folder, noted))


def _wheels(run: _Run, lock: Lock, requirements: Path | None) -> None:
    own = wheels.download(run.folder, requirements, run.on_progress) if requirements is not None else []
    entries = [*own, *wheels.download_locked(run.folder, lock, run.on_progress)]
    run.outcome.bytes_fetched += sum(entry.size for entry in entries if run.known.get(entry.path) != entry)
    run.note(entries)
    if entries:
        run.note([wheels.write_page(run.folder, entries)])


def _known(folder: Path) -> dict[str, Entry]:
    """Entries of an earlier run; none for a new mirror. A manifest that cannot be read makes every file be read."""
    with suppress(InputError):
        return dict(read_manifest(folder).entries)
    return {}


def _part_of(entry: Entry) -> Part:
    return {"package": "packages", "index": "packages", "image": "images", "chart": "charts", "file": "files"}.get(
        entry.kind, "wheels"
    )


def _remove_others(folder: Path, wanted: Iterable[str]) -> int:
    """Remove what an earlier lock brought and this one does not name, and what a broken run left; returns how many."""
    keep = set(wanted)
    gone = [path for path in files_in(folder) if path not in keep and _is_ours(path)]
    for path in gone:
        (folder / path).unlink()
    return len([path for path in gone if not path.endswith(PARTIAL)])


def _is_ours(path: str) -> bool:
    return path.split("/", 1)[0] in set(_folders())


def _folders() -> Iterator[str]:
    yield from (apt.FOLDER, oci.FOLDER, charts.FOLDER, "files", wheels.FOLDER)


def raise_if_different(differences: Sequence[object], folder: Path) -> None:
    """Raise `StepFailed` when a verification found something."""
    if differences:
        raise StepFailed(
            f"{len(differences)} files of the mirror are not as they should be",
            where=str(folder),
            hint="./rw mirror sync <stack> brings what is missing or changed",
        )
