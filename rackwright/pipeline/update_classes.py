"""Which update class every field of the spec has, found out by editing it and asking for the plan.

One state is recorded for each example stack, by a stand-in provider that makes up ids and takes its rules about
replacement from the real one. Then every field is edited in a representative way, the program runs, the engine plans
against that state, and the gravest step is the field's class. Nothing is called and nothing is created.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import Any

from pulumi.runtime.proto import provider_pb2 as pb
from typing_extensions import override

from rackwright import engine
from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.model import Design
from rackwright.diagnostics import ClusterError
from rackwright.engine import FileBackend, Options, Plan, PlannedStep, StackRef
from rackwright.engine.properties import from_struct, to_struct
from rackwright.engine.providers.aws import AwsProvider
from rackwright.engine.providers.aws.provider import resource_type
from rackwright.pipeline.consequences import UpdateClass, grade_of, update_class
from rackwright.pipeline.provision import program_config
from rackwright.pipeline.workspace import PROJECT
from rackwright.spec import ClusterSpec, parse_spec
from rackwright.spec.edit import with_values
from rackwright.spec.fields_of_schema import Field, all_fields, candidates

STACKS = ("h100-train", "inference")
"""Example stacks that fields are edited in; the first one that an edit fits counts."""
NEVER = ("name", "target.kind")
"""Edits that no plan is asked about: they name another stack, or another kind of place."""
_DUMMY = "http://127.0.0.1:9"
"""Endpoint that nothing is sent to."""


class StandInAws(AwsProvider):
    """The AWS provider's rules, with a cloud that says yes to everything and is not there."""

    @override
    def Create(self, request: pb.CreateRequest, context: Any = None) -> pb.CreateResponse:
        """What a preview expects, every unknown made up from the resource's name."""
        if request.preview:
            return super().Create(request, context)
        name, token = request.urn.rsplit("::", 1)[-1], request.urn.split("::")[2].rpartition("$")[2]
        made_up = {key: f"{key}-of-{name}" for key in resource_type(token).computed}
        outputs = {**made_up, **_structured(made_up), **from_struct(request.properties)}
        return pb.CreateResponse(id=f"id-of-{name}", properties=to_struct(outputs))

    @override
    def Invoke(self, request: pb.InvokeRequest, context: Any = None) -> pb.InvokeResponse:
        """One answer that fits every look-up of the program."""
        return pb.InvokeResponse(**{"return": to_struct(_ANSWER)})


def _structured(names: Mapping[str, str]) -> dict[str, object]:
    """Computed outputs that the program looks into."""
    return {key: {"data": "made-up"} for key in names if key == "certificateAuthority"}


_ANSWER = {
    **{key: list[str]() for key in ("ids", "privateIps", "publicIps", "ipv6Addresses", "names", "zoneIds")},
    **dict.fromkeys(("id", "imageId"), "ami-0123456789abcdef0"),
    **dict.fromkeys(("userId", "value", "name"), "x"),
    "accountId": "123456789012",
    "arn": "arn:aws:iam::123456789012:root",
    "arns": ["arn:aws:sso:::instance/ssoins-0123456789abcdef"],
    "identityStoreIds": ["d-0123456789"],
    "partition": "aws",
    "dnsSuffix": "amazonaws.com",
    "region": "us-east-1",
    "json": "{}",
}
"""The fields of every look-up that the program makes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field and what an edit of it does."""

    path: str
    grade: UpdateClass
    because: str
    """The types whose steps decide; or why no step does."""
    measured: bool = True
    """Whether a plan was asked; False where no edit of this field fits any example stack."""


class Bench:
    """One example stack with its recorded state."""

    def __init__(self, root: File, stack: File, folder: File) -> None:
        """Record the state of `stack` (a file of the checkout `root`) under `folder`."""
        self.text = stack.read_text()
        self.spec = parse_spec(self.text, str(stack))
        self._root, self._folder, self._name = root, folder, stack.stem
        result = engine.up(self._options(self.text))
        if (problem := result.error()) is not None:
            raise problem
        self.design = self.designed(self.text)
        self._noise = frozenset(_marks(engine.preview(self._options(self.text))))

    def _options(self, text: str) -> Options:
        file = self._folder / f"{self._name}.yaml"
        file.write_text(text)
        return Options(
            stack=StackRef(PROJECT, self._name),
            program=self._root / "infra" / "__main__.py",
            backend=FileBackend(self._folder, "update classes"),
            providers={"aws": StandInAws},
            config=program_config(spec=str(file), endpoint=_DUMMY, ssh_key=""),
        )

    def designed(self, text: str) -> Design:
        """The design of an edited stack. Raises `ClusterError` when it has none."""
        return design_cluster(parse_spec(text, self._name), load_catalog())

    def row(self, field: Field) -> Row | None:
        """The class of `field`, None when no edit of it fits this stack."""
        for path, value in candidates(field, _plain(self.spec)):
            try:
                text = with_values(self.text, {path: value})
                design = self.designed(text)
            except ClusterError:
                continue
            if design == self.design:
                return Row(field.name, UpdateClass.IN_PLACE, "the cloud does not see it: hosts, checks or reports do")
            return self._planned(field, text)
        return None

    def _planned(self, field: Field, text: str) -> Row | None:
        try:
            plan = engine.preview(self._options(text))
        except ClusterError:
            return None
        steps = [step for mark, step in _marks(plan).items() if mark not in self._noise]
        grade = update_class(steps)
        decisive = sorted({f"{step.op} {step.type.rpartition(':')[2]}" for step in steps if grade_of(step) is grade})
        return Row(field.name, grade, ", ".join(decisive[:4]) or "no step: hosts, checks or reports see it")


def _marks(plan: Plan) -> dict[tuple[str, str, tuple[str, ...]], PlannedStep]:
    """Changing steps by what they change. Those that a plan without any edit has come from the stand-in's answers."""
    changing = (step for step in plan.steps if step.op not in engine.QUIET and step.provider)
    return {(step.urn, str(step.op), tuple(change.path for change in step.diff)): step for step in changing}


def _plain(spec: ClusterSpec) -> dict[str, Any]:
    """What the spec says, with its defaults, as plain values."""
    return copy.deepcopy(spec.model_dump(mode="json"))


def measured(root: File, stacks: tuple[str, ...], fields: tuple[Field, ...]) -> Iterator[Row]:
    """The class of each of `fields`, by the first of the example `stacks` that an edit of it fits."""
    with tempfile.TemporaryDirectory() as folder:
        benches = [Bench(root, root / "stacks" / f"{stack}.yaml", _made(File(folder) / stack)) for stack in stacks]
        for field in fields:
            yield _row(field, benches)


def _made(folder: File) -> File:
    folder.mkdir()
    return folder


def _row(field: Field, benches: list[Bench]) -> Row:
    if field.name in NEVER or field.name.startswith("target.region"):
        return Row(field.name, UpdateClass.NEVER, "names another cluster: destroy this one, or make a new stack")
    rows = (bench.row(field) for bench in benches)
    found = next((row for row in rows if row is not None), None)
    return found or replace(Row(field.name, UpdateClass.IN_PLACE, "no example stack on AWS has it"), measured=False)


DATA = File(__file__).with_name("update_classes.json")
"""What was measured last."""


def recorded_rows() -> dict[str, Row]:
    """The measured classes by path."""
    data: dict[str, dict[str, Any]] = json.loads(DATA.read_text())
    return {
        path: Row(path, UpdateClass(one["class"]), str(one["because"]), bool(one["measured"]))
        for path, one in data.items()
    }


def write_rows(rows: Iterable[Row]) -> None:
    """Keep `rows` as what was measured last."""
    data = {
        row.path: {"class": str(row.grade), "because": row.because, "measured": row.measured}
        for row in sorted(rows, key=lambda row: row.path)
    }
    DATA.write_text(json.dumps(data, indent=1) + "\n")


def missing_fields() -> tuple[Field, ...]:
    """Fields of the schema that nobody has measured yet."""
    known = {path for path, row in recorded_rows().items() if row.measured}
    return tuple(field for field in all_fields() if field.name not in known)


def measure_missing(root: File) -> Iterator[Row]:
    """Measure what is missing, forget what the schema no longer has, and keep the result; gives each new row."""
    names = {field.name for field in all_fields()}
    rows = {path: row for path, row in recorded_rows().items() if path in names}
    missing = missing_fields()
    for row in measured(root, STACKS, missing) if missing else ():
        rows[row.path] = row
        write_rows(rows.values())
        yield row
    write_rows(rows.values())


def render_update_classes() -> str:
    """The reference page."""
    rows = recorded_rows()
    counts = {grade: sum(row.grade is grade and row.measured for row in rows.values()) for grade in UpdateClass}
    lines = [_HEAD, *(f"- **{grade}** ({counts[grade]}): {_MEANS[grade]}" for grade in UpdateClass), "", _TABLE]
    lines += [
        f"| `{path}` | {row.grade if row.measured else 'not measured'} | {row.because} |"
        for path, row in sorted(rows.items())
    ]
    return "\n".join(lines) + "\n"


_HEAD = """\
# Update classes

What an edit of each field does to a cluster that stands. Measured, not promised: every field is edited in a
representative way, the program runs, the engine plans against a recorded state by the provider's own rules on what
forces a replacement, and the gravest step gives the class. `./rw preview` does the same for your edit, with the number
of nodes. A field of pools is edited in a pool of GPUs, one of storages in the first that has it. What says "not
measured" waits for `./rw docs --update-classes`, which measures every field that is new or was left out.
"""
_MEANS = {
    UpdateClass.IN_PLACE: "API calls or playbooks change it; no node stops and nothing is lost.",
    UpdateClass.ROLLING: "nodes take it when they are next started, in drained batches or by their group.",
    UpdateClass.REPLACES_NODES: "nodes are made anew.",
    UpdateClass.REPLACES_DATA: "something that holds data is made anew: refused without `--allow-replace`.",
    UpdateClass.NEVER: "everything would be made anew: make a new stack instead.",
}
_TABLE = "| field | class | decided by |\n|---|---|---|"
