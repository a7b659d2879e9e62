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
from rackwright.pipeline.knowledge.update_samples import FIRST, NOT_ALONE, SAMPLES, VALUES, Sample
from rackwright.pipeline.program.consequences import UpdateClass, grade_of, update_class
from rackwright.pipeline.program.provision import program_config
from rackwright.pipeline.workspace import PROJECT
from rackwright.spec import ClusterSpec, parse_spec
from rackwright.spec.edit import with_values
from rackwright.spec.fields_of_schema import Field, all_fields, candidates

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
    """Whether a plan was asked; False where no edit of this field fits any sample."""


class Bench:
    """One sample with its recorded state."""

    def __init__(self, root: File, sample: Sample, folder: File) -> None:
        """Record the state of `sample` (of an example stack in the checkout `root`) under `folder`."""
        stack = root / "stacks" / f"{sample.stack}.yaml"
        self.text = with_values(stack.read_text(), sample.edits)
        self.spec = parse_spec(self.text, str(stack))
        self._root, self._folder, self._name = root, folder, sample.stack
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
        for path, value in candidates(_with_values_that_fit(field), _plain(self.spec)):
            try:
                text = with_values(self.text, {path: value})
                design = self.designed(text)
            except ClusterError:
                continue
            if design == self.design:
                return Row(field.name, UpdateClass.IN_PLACE, "the cloud does not see it: hosts, checks or reports do")
            if (row := self._planned(field, text)) is not None:
                return row
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


def _with_values_that_fit(field: Field) -> Field:
    known = VALUES.get(field.name)
    return replace(field, nodes=(json.dumps({"enum": known}), *field.nodes)) if known else field


def measured(root: File, fields: tuple[Field, ...]) -> Iterator[Row]:
    """The class of each of `fields`, by the first of the samples that an edit of it fits."""
    with tempfile.TemporaryDirectory() as folder:
        benches = Benches(root, File(folder))
        for field in fields:
            yield _row(field, benches.for_field(field))


class Benches:
    """The samples, each recorded when it is first needed."""

    def __init__(self, root: File, folder: File) -> None:
        self._root, self._folder = root, folder
        self._made: dict[str, Bench] = {}

    def for_field(self, field: Field) -> Iterator[Bench]:
        """In the order in which they are tried for `field`."""
        first = FIRST.get(field.name)
        for sample in sorted(SAMPLES, key=lambda sample: sample.name != first):
            if sample.name not in self._made:
                self._made[sample.name] = Bench(self._root, sample, _made(self._folder / sample.name))
            yield self._made[sample.name]


def _made(folder: File) -> File:
    folder.mkdir()
    return folder


def _row(field: Field, benches: Iterable[Bench]) -> Row:
    if field.name in NEVER or field.name.startswith("target.region"):
        return Row(field.name, UpdateClass.NEVER, "names another cluster: destroy this one, or make a new stack")
    rows = (bench.row(field) for bench in benches)
    found = next((row for row in rows if row is not None), None)
    return found or Row(field.name, UpdateClass.IN_PLACE, why_not(field), measured=False)


def why_not(field: Field) -> str:
    """Why no plan says what an edit of `field` does."""
    nodes = [json.loads(text) for text in field.nodes]
    if all("const" in node for node in nodes):
        return "it has one value only: there is nothing to edit"
    return NOT_ALONE.get(field.name, "no sample has a valid edit of it yet")


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
    for row in measured(root, missing) if missing else ():
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
        f"| `{path}` | {row.grade if row.measured else 'none'} | {row.because} |" for path, row in sorted(rows.items())
    ]
    return "\n".join(lines) + "\n"


_HEAD = """\
# Update classes

What an edit of each field does to a cluster that stands. Measured, not promised: every field is edited in a
representative way, the program runs, the engine plans against a recorded state by the provider's own rules on what
forces a replacement, and the gravest step gives the class. `./rw preview` does the same for your edit, with the number
of nodes. A field of pools is edited in a pool of GPUs, one of storages in the first that has it; fields that no example
has are edited in one that was given them. "none" says why there is no class. `./rw docs --update-classes` measures
every field that is new or has none.
"""
_MEANS = {
    UpdateClass.IN_PLACE: "API calls or playbooks change it; no node stops and nothing is lost.",
    UpdateClass.ROLLING: "nodes take it when they are next started, in drained batches or by their group.",
    UpdateClass.REPLACES_NODES: "nodes are made anew.",
    UpdateClass.REPLACES_DATA: "something that holds data is made anew: refused without `--allow-replace`.",
    UpdateClass.NEVER: "everything would be made anew: make a new stack instead.",
}
_TABLE = "| field | class | decided by |\n|---|---|---|"
