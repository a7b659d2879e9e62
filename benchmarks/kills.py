"""Kill -9 at every provider call that changes something, in an `up` and in a `destroy` of a whole stack.

    python -m benchmarks.kills [SPEC] [--recovery | --kinds] [--json]

The program runs once, for real, and its registrations are recorded. From then on processes drive the engine with them
against one AWS emulator and one state folder. Each process is killed with SIGKILL at the first call of Create, Update
or Delete that no process before it died at: one before the call, the next one after it, with the answer in hand and not
recorded. Each goes on where the one before it died, so every such call of the whole run is met by two kills, and every
settlement of one is carried out. After each kill the record must be sound. At the end exactly what an uninterrupted run
makes must exist (nothing after `destroy`), a last run must find nothing to change, and nothing may be left open. Steps
go one at a time here, so that no call is passed by. ``--kinds`` takes one call of each method and type of resource.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import botocore.session
from rich.console import Console
from typing_extensions import override

from rackwright.engine import FileBackend, Options, Result, StackRef, deployment, destroy, secrets, up
from rackwright.engine.program import Program
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.aws import cloud as provider_cloud
from rackwright.engine.urn import type_of

ROOT = Path(__file__).resolve().parents[1]
CHANGING = ("Create", "Update", "Delete")
Registration = tuple[str, Any]
"""A call of the program on its monitor: method and request."""

_SESSION = botocore.session.Session()
"""One for all processes: it keeps the service models that it has read."""


Point = tuple[str, str, str]
"""Method, URN, and ``before`` or ``after`` the call."""


class Doomed(AwsProvider):
    """The provider of a process that dies at its first point that is neither `met` nor left out."""

    met: frozenset[Point] = frozenset()
    methods: frozenset[str] = frozenset()
    """What it dies of; nothing for a run that is to live."""
    among: frozenset[tuple[str, str]] | None = None
    """Calls that it may die at; None: any."""
    seen: ClassVar[set[tuple[str, str]]] = set()
    """Method and URN of every call that changed something."""
    note = Path()
    """File that tells at which point the process died."""

    @override
    def Create(self, request: Any, context: Any = None) -> Any:
        return self._fatal("Create", super().Create, request, context)

    @override
    def Update(self, request: Any, context: Any = None) -> Any:
        return self._fatal("Update", super().Update, request, context)

    @override
    def Delete(self, request: Any, context: Any = None) -> Any:
        return self._fatal("Delete", super().Delete, request, context)

    def _fatal(self, method: str, call: Callable[[Any, Any], Any], request: Any, context: Any) -> Any:
        if getattr(request, "preview", False):
            return call(request, context)
        self.seen.add((method, request.urn))
        self._die((method, request.urn, "before"))
        answer = call(request, context)
        self._die((method, request.urn, "after"))
        return answer

    def _die(self, point: Point) -> None:
        wanted = self.among is None or point[:2] in self.among
        if wanted and point[0] in self.methods and point not in self.met:
            self.note.write_text(json.dumps(point))
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class World:
    """One emulator, one state folder, one program."""

    folder: Path
    spec: str
    endpoint: str
    registrations: list[Registration] = field(default_factory=list)

    @property
    def options(self) -> Options:
        config = {"rackwright:spec": self.spec, "rackwright:endpoint": self.endpoint}
        stack, program = StackRef("rackwright", Path(self.spec).stem), ROOT / "infra" / "__main__.py"
        backend = FileBackend(self.folder, "kills")
        return Options(stack, program, backend, {"aws": Doomed}, config, parallel=1, unprotect=True)

    def inventory(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.endpoint}/inventory") as answer:
            return dict(json.load(answer))


@contextmanager
def new_world(spec: str) -> Iterator[World]:
    """A world in which nothing exists yet."""
    command = [sys.executable, "-m", "benchmarks.kill_cloud"]
    with (
        tempfile.TemporaryDirectory(prefix="kills-") as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as emulator,
    ):
        assert emulator.stdout is not None
        try:
            yield World(Path(folder), spec, f"http://127.0.0.1:{int(emulator.stdout.readline())}")
        finally:
            emulator.kill()


# --- the program, recorded and fed again ------------------------------------------------------------------------------


class Recorder:
    """A monitor that passes everything on and notes what changes something."""

    def __init__(self, monitor: Any, notes: list[Registration]) -> None:
        self._monitor, self._notes = monitor, notes

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        def call(request: Any) -> Any:
            if name in ("RegisterResource", "RegisterResourceOutputs", "ReadResource"):
                copy = type(request)()
                copy.CopyFrom(request)
                self._notes.append((name, copy))
            return getattr(self._monitor, name)(request)

        return call


def recorded(world: World) -> list[Registration]:
    """Bring the stack up by its own program; what the program asked for, in the order in which it asked."""
    notes: list[Registration] = []

    class Recording(Program):
        def run(self, monitor: object, engine: object) -> None:
            super().run(Recorder(monitor, notes), engine)

    with patched(deployment, "Program", Recording):
        raise_failed(up(world.options))
    return notes


def moved(registrations: list[Registration], old: str, new: str) -> list[Registration]:
    """`registrations` whose provider resource names the endpoint `new` in place of `old`."""
    for method, request in registrations:
        if method == "RegisterResource" and request.type.startswith("pulumi:providers:"):
            for value in request.object.fields.values():
                if old in value.string_value:
                    value.string_value = value.string_value.replace(old, new)
    return registrations


def replayed(registrations: list[Registration]) -> type:
    """A stand-in for `Program` that asks for what was recorded, one after the other."""

    class Replay:
        def __init__(self, *_: object, **__: object) -> None: ...

        def run(self, monitor: object, engine: object) -> None:
            del engine
            for method, request in registrations:
                getattr(monitor, method)(request)

    return Replay


@contextmanager
def patched(place: Any, name: str, value: object) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)


def raise_failed(result: Result) -> Result:
    if problem := result.error():
        raise problem
    return result


# --- victims ----------------------------------------------------------------------------------------------------------


def in_a_process(work: Callable[[], object]) -> bool:
    """Do `work` in a process of its own; whether it was killed. Raises when it ended otherwise than well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as problem:
            sys.stderr.write(f"{type(problem).__name__}: {problem}\n")
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"a run ended with {status}, neither well nor by the kill")
    return status == -signal.SIGKILL


@dataclass
class Tally:
    """What the kills of one command came to."""

    what: str
    calls: int = 0
    """Calls that an undisturbed run makes and that change something; with ``--kinds`` one of each kind."""
    passed_by: list[str] = field(default_factory=list)
    """Those before which no process died; there must be none."""
    adopted: list[str] = field(default_factory=list)
    """Those after which none died: what every account has (a default security group) is found, not created again."""
    kills: int = 0
    """All kills; with ``--recovery`` there are more than those."""
    seconds: float = 0.0
    orphans: dict[str, str] = field(default_factory=dict)
    """Collections of the cloud that hold another number of things than they should: ``3, expected 2``."""
    unsettled: int = 0
    """Operations and half-done resources that the last run left."""
    changed: int = 0
    """Steps of a further run that still changed something."""

    @property
    def clean(self) -> bool:
        return not (self.orphans or self.unsettled or self.changed or self.passed_by)


def killed_throughout(
    world: World,
    work: Callable[[Options], Result],
    methods: frozenset[str],
    calls: frozenset[tuple[str, str]],
    expected: dict[str, int],
) -> Tally:
    """Do `work` again and again, killed each time at the first point not met yet, until a run meets no such point."""
    tally, began, met = Tally(work.__name__), time.monotonic(), set[Point]()
    note = world.folder / "died"
    while in_a_process(lambda: doomed(world, work, methods, frozenset(met), note)):
        method, urn, when = json.loads(note.read_text())
        met.add((method, urn, when))
        world.options.backend.load(world.options.stack)  # refuses an unsound record
    tally.kills, tally.seconds = len(met), time.monotonic() - began
    tally.calls = len(calls)
    tally.passed_by = sorted(urn for method, urn in calls if (method, urn, "before") not in met)
    tally.adopted = sorted(urn for method, urn in calls if (method, urn, "after") not in met)
    there = world.inventory()
    tally.orphans = {
        name: f"{there.get(name, 0)}, expected {expected.get(name, 0)}"
        for name in sorted(there.keys() | expected.keys())
        if there.get(name, 0) != expected.get(name, 0)
    }
    snapshot = world.options.backend.load(world.options.stack).snapshot
    half = [r for r in snapshot.resources if r.delete or r.pending_replacement or r.init_errors]
    tally.unsettled = len(snapshot.pending) + len(half)
    Doomed.methods = frozenset()
    with patched(deployment, "Program", replayed(world.registrations)):
        tally.changed = sum(step.op != "same" for step in work(world.options).steps)
    return tally


def doomed(
    world: World, work: Callable[[Options], Result], methods: frozenset[str], met: frozenset[Point], note: Path
) -> None:
    Doomed.methods, Doomed.met, Doomed.note = methods, met, note
    with patched(deployment, "Program", replayed(world.registrations)):
        raise_failed(work(world.options))


def make_deletable(endpoint: str) -> None:
    """What a person does before a destroy on AWS: end termination protection, and stop and delete access logs."""
    given = {"endpoint_url": endpoint, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ec2, s3 = (_SESSION.create_client(service, "us-east-1", **given) for service in ("ec2", "s3"))
    for reservation in ec2.describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], DisableApiTermination={"Value": False})
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    for name in names:
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={})
    for name in names:
        for one in s3.list_object_versions(Bucket=name).get("Versions", ()):
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"], BypassGovernanceRetention=True)


# --- the whole --------------------------------------------------------------------------------------------------------


def one_of_each(calls: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The first of `calls`, by URN, of every method and type."""
    chosen = {(method, type_of(urn)): (method, urn) for method, urn in sorted(calls, reverse=True)}
    return frozenset(chosen.values())


def enumerate_kills(spec: str, *, recovery: bool, kinds: bool) -> list[Tally]:
    """Kill an `up` and a `destroy` of the stack `spec` at every call that changes something.

    `recovery` adds the calls that only a run after a kill makes: updates that finish what was begun. `kinds` leaves it
    at one call of each method and type.
    """
    gc.disable()  # hundreds of short processes are forked, and collecting would copy their memory
    secrets.ROUNDS = 1  # a million rounds of key derivation for each of a thousand processes prove nothing
    provider_cloud.botocore.session.Session = lambda: _SESSION
    with new_world(spec) as reference:
        Doomed.methods, Doomed.seen = frozenset(), set()
        notes = recorded(reference)
        whole, made = reference.inventory(), frozenset(Doomed.seen)
        make_deletable(reference.endpoint)
        Doomed.seen = set()
        raise_failed(destroy(reference.options))
        empty, deleted = reference.inventory(), frozenset(Doomed.seen)
    with new_world(spec) as world:
        world.registrations = moved(notes, reference.endpoint, world.endpoint)
        if kinds:
            made, deleted = one_of_each(made), one_of_each(deleted)
            Doomed.among = made | deleted
        rise = killed_throughout(world, up, frozenset(CHANGING if recovery else ["Create"]), made, whole)
        make_deletable(world.endpoint)
        return [rise, killed_throughout(world, destroy, frozenset(CHANGING), deleted, empty)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spec", nargs="?", default="stacks/h100-train.yaml")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--recovery", action="store_true", help="also kill the calls that only a resumed run makes")
    which.add_argument("--kinds", action="store_true", help="one call of each method and type of resource")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    tallies = enumerate_kills(asked.spec, recovery=asked.recovery, kinds=asked.kinds)
    if asked.json:
        print(json.dumps([vars(tally) for tally in tallies], indent=2))
    for tally in tallies if not asked.json else ():
        verdict = "clean" if tally.clean else f"NOT CLEAN: {vars(tally)}"
        Console().print(f"{tally.what}: {tally.kills} kills in {tally.seconds:.0f} s: {verdict}")
    return 0 if all(tally.clean for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
