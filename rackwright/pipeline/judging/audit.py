"""The audit of a stack: gathers what the chosen places show, judges it by every rule, and remembers the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from policies.audit import AuditResult, audit
from policies.narrowing import restricted
from policies.registry import JUDGED_TYPES, RULES
from policies.rule import Resource
from policies.sources.kubernetes import kubernetes_resources
from policies.sources.live import MADE_BY, live_view
from policies.sources.pipeline import resource_of_log, resources_of_records
from policies.sources.state import resources_of_state
from policies.subjects.document import Document
from policies.subjects.host import resources_of_host
from policies.trend import Change, Mark, change, mark_of
from rackwright.diagnostics import InputError
from rackwright.engine.providers.aws.listing import Live, ReadOnlyCloud, survey
from rackwright.engine.providers.aws.listing.account import reason_of
from rackwright.engine.providers.aws.types import TYPES
from rackwright.evidence import read_record
from rackwright.pipeline.aws_client import LOCAL_REGION
from rackwright.pipeline.judging.account_facts import account_documents
from rackwright.pipeline.judging.audit_history import append_mark, audit_at, read_history
from rackwright.pipeline.judging.findings import modelled, promised, waivers_of
from rackwright.pipeline.judging.host_documents import host_documents
from rackwright.pipeline.judging.judged_files import (
    mistakes,
    refuse_mistakes,
    resources_of_documents,
    resources_of_state_file,
)
from rackwright.pipeline.judging.kubernetes_api import KubernetesApi
from rackwright.pipeline.local import running_endpoint
from rackwright.pipeline.nodes.started_nodes import read_started
from rackwright.pipeline.proof.checkout import git
from rackwright.pipeline.proof.evidence_logs import stack_log
from rackwright.pipeline.run import Run

NOT_READ = {
    "aws:fsx/lustreFileSystem:LustreFileSystem": ("securityGroupIds", "rootSquashConfiguration", "logConfiguration"),
}
"""Properties that the survey cannot read where the API does not answer them: unknown, and not "not set"."""
NOT_READ_WHY = "the API does not answer it"
SLURM = "Slurm"
"""Maker of the nodes that come and go with the jobs."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look, beside the lock."""

    state: bool = True
    """What is recorded, or with `live` what of it is there now."""
    state_file: Path | None = None
    """An exported state instead of the stack's own."""
    live: bool = False
    whole_region: bool = False
    """Judge also what is neither the stack's nor carries its tag."""
    hosts: bool = False
    kubernetes: bool = False
    context: str | None = None
    """Of the kubeconfig; None takes its current one."""
    kubeconfig: Path | None = None
    documents: tuple[Path, ...] = ()
    """Files of collectors that ran elsewhere: JSON lines, see `policies.subjects`."""


@dataclass(frozen=True, slots=True)
class Look:
    """One place that was looked at."""

    place: str
    things: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit came to, and how it stands to earlier ones."""

    result: AuditResult
    looks: tuple[Look, ...]
    mark: Mark
    history: tuple[Mark, ...]
    """Earlier audits, oldest first."""
    change: Change | None
    """Against the audit that was asked for, or the last one; None for the first."""


@dataclass(slots=True)
class _Gathered:
    resources: list[Resource] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def add(self, place: str, resources: Iterable[Resource], note: str = "") -> None:
        """Take what a place showed."""
        found = list(resources)
        self.resources += found
        self.looks.append(Look(place, len(found), note))


def audit_stack(
    run: Run, places: Places, now: dt.datetime, *, frameworks: tuple[str, ...] = (), since: str | None = None
) -> Audit:
    """Judge the stack of `run`. `frameworks` (words of `compliance:`) narrow what is told, not what is judged.

    `since` names the commit whose audit this one is compared with. Raises `InputError` for words, commits or files
    that are none.
    """
    refuse_mistakes(mistakes(frameworks, _files(places)))
    folder = stack_log(run.workspace.root, run.prepared.stack, local=run.is_local).folder
    history = read_history(folder)
    before = audit_at(history, since, run.workspace.root) if since else (history[-1] if history else None)
    with run.stage("audit"):
        gathered = _gather(run, places, now)
        profile = promised(run.prepared)
        result = audit(gathered.resources, RULES, profile, waivers_of(run.prepared), now.date())
    run.facts.audit = result
    commit = git(run.workspace.root, "rev-parse", "HEAD")
    mark = mark_of(result, at=now.isoformat(), commit=commit, places=[look.place for look in gathered.looks])
    append_mark(folder, mark)
    told = restricted(result, RULES, frameworks) if frameworks else result
    return Audit(told, tuple(gathered.looks), mark, tuple(history), change(before, mark) if before else None)


def _files(places: Places) -> list[tuple[str, Path | None]]:
    """Files that the options name, with their option."""
    return [
        ("--state", places.state_file),
        ("--kubeconfig", places.kubeconfig),
        *(("--documents", path) for path in places.documents),
    ]


def _gather(run: Run, places: Places, now: dt.datetime) -> _Gathered:
    gathered = _Gathered()
    recorded = _recorded(run, places.state_file)
    if places.live:
        _add_live(gathered, run, recorded, places, now)
    elif places.state:
        gathered.add("state", recorded)
    for place, things in modelled(run.prepared).items():
        gathered.add(place, things)
    _add_pipeline(gathered, run)
    if places.hosts:
        documents = host_documents(run)
        silent = sum("" in one.get("unread", {}) for one in documents)
        resources = [one for document in documents for one in resources_of_host(document)]
        gathered.add("hosts", resources, f"{len(documents) - silent} of {len(documents)} hosts answered")
    if places.kubernetes:
        api = KubernetesApi(places.context, places.kubeconfig)
        gathered.add("kubernetes", kubernetes_resources(api, JUDGED_TYPES))
    for path in places.documents:
        gathered.add(f"documents {path.name}", resources_of_documents(path))
    return gathered


def _add_pipeline(gathered: _Gathered, run: Run) -> None:
    """Who changed the stack and who approved it. A rehearsal answers to nobody."""
    if run.is_local:
        return
    log = stack_log(run.workspace.root, run.prepared.stack, local=False)
    if not log.path.exists():
        return
    verdict = log.verify()
    records = [read_record(line).record for line in log.records()] if verdict.holds else []
    about = resource_of_log(
        run.prepared.stack,
        faults=[f"{fault.where}: {fault.what}" for fault in verdict.faults],
        records=verdict.records,
        key_beside_log=log.key_file.parent == log.folder,
        retention_days=run.prepared.design.retention_days,
    )
    gathered.add("pipeline", [about, *resources_of_records(records)])


def _recorded(run: Run, state_file: Path | None) -> list[Resource]:
    if state_file is None:
        return resources_of_state(run.engine(change=False).deployment())
    return resources_of_state_file(state_file)


def _add_live(gathered: _Gathered, run: Run, recorded: list[Resource], places: Places, now: dt.datetime) -> None:
    design = run.prepared.design
    if design.target == "on-prem":
        raise InputError("a site has no cloud account to look at", where="--live", hint="leave --live out")
    endpoint = running_endpoint(run.cloud) if run.is_local else None
    if run.is_local and endpoint is None:
        raise InputError("the local cloud does not run", where="--live", hint=f"./rw up {run.workspace.stack}")
    cloud = ReadOnlyCloud(design.region or LOCAL_REGION, endpoint)
    _sign_in(cloud)
    seen = survey(cloud, run.watch.note)
    documents = documents_of(seen.things, {str(host.instance_id) for host in read_started(design, endpoint)})
    documents += [
        Document(type=one.type, name=one.id or f"every {one.type}", props={}, unread={"": one.reason})
        for one in seen.not_read
    ]
    documents += account_documents(cloud, now, in_use=True)
    view = live_view(
        documents,
        recorded,
        stack=run.prepared.stack,
        listed=frozenset(TYPES),
        whole_region=places.whole_region,
    )
    note = f"{len(view.unmanaged)} unmanaged, {len(view.gone)} gone, {len(seen.not_read)} not readable"
    gathered.add("live", (*view.resources, *view.unmanaged, *view.gone), note)


def documents_of(things: Iterable[Live], by_slurm: Collection[str]) -> list[Document]:
    """What rules see of live `things`. Instances with ids in `by_slurm` are made by Slurm, and not by the stack."""
    return [_document(one, SLURM if one.id in by_slurm else one.made_by) for one in things]


def _document(one: Live, made_by: str | None) -> Document:
    belongs = {MADE_BY: made_by} if made_by else {}
    unread = {f"/{name}": NOT_READ_WHY for name in NOT_READ.get(one.type, ()) if name not in one.props}
    return Document(type=one.type, name=one.id, props={**one.props, "id": one.id, **belongs}, unread=unread)


def _sign_in(cloud: ReadOnlyCloud) -> None:
    """Refuse a cloud that does not know us before a thousand questions do."""
    try:
        _ = cloud.account
    except (ClientError, BotoCoreError) as problem:
        raise InputError(
            f"AWS does not let us in: {reason_of(problem)}",
            where="--live",
            hint="aws sso login, or AWS_PROFILE; docs/reference/audit-iam-policy.json has the permissions it takes",
        ) from problem
