"""One run over one stack, stage by stage, from plan to findings. `rackwright.pipeline.up` decides their order.

Every stage can be run again: the engine plans against what is recorded, the local cloud adopts what runs, the playbooks
change only what differs. So a run that was cut anywhere is finished by running it again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from policies.audit import AuditResult
from rackwright.accept import accept
from rackwright.cloud.capability import install_packages, missing_packages, why_no_machines
from rackwright.cloud.local import LocalCloud
from rackwright.cloud.ssh import known_hosts, public_key, ssh_command, ssh_key
from rackwright.cloud.status import MachineStatus
from rackwright.configure import ConfigureResult, LocalServices, configure, site_inventory
from rackwright.configure.bundle import Bundle
from rackwright.configure.pull import collect
from rackwright.configure.shards import configure_sharded
from rackwright.configure.slurm_power import elastic_pools
from rackwright.design.cost_change import CostChange, cost_change
from rackwright.design.hosts import joined
from rackwright.design.images import login_of
from rackwright.design.node_secrets import node_secrets
from rackwright.diagnostics import InputError
from rackwright.engine import Plan, Result
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock
from rackwright.outcome import Check, PhaseTime
from rackwright.pipeline.capacity import advised
from rackwright.pipeline.choices import EngineChoice, Way
from rackwright.pipeline.clock import today
from rackwright.pipeline.judging.findings import judged, of_state
from rackwright.pipeline.judging.refusal import refuse_violations
from rackwright.pipeline.local import cloud_for, running_endpoint
from rackwright.pipeline.nodes.given_secrets import given_secrets
from rackwright.pipeline.nodes.hosts import PULL_TIMEOUT_S, bundle_key, follow, pack, public_bundle_key, store_of
from rackwright.pipeline.nodes.started_nodes import read_started
from rackwright.pipeline.nodes.way_in import own_ssh, ssh_configuration, through
from rackwright.pipeline.nodes.workers import workers_of
from rackwright.pipeline.prepare import Prepared, prepare
from rackwright.pipeline.program.guarded import refuse_guarded
from rackwright.pipeline.program.provision import Engine, choose_engine
from rackwright.pipeline.progress import Observer
from rackwright.pipeline.workspace import Workspace

MACHINES_TIMEOUT_S = 180.0
"""Longest wait for all machines to answer; a guest boots in about 3 s, a loaded machine takes longer."""


@dataclass(slots=True)
class Facts:
    """What the run has found out so far. The report is made from it, also when the run stops early."""

    engine: str = ""
    plan: Plan | None = None
    result: Result | None = None
    machines: tuple[MachineStatus, ...] = ()
    not_rehearsed: str | None = None
    managed: int = 0
    """Nodes that EKS makes from its own image and keeps; nothing is configured there."""
    above_cap: int = 0
    """Hosts that run in the API alone, because the local cloud boots only so many machines."""
    configured: ConfigureResult | None = None
    behind: tuple[str, ...] = ()
    """Nodes that an earlier bundle configured: a change of a running node is pushed."""
    checks: tuple[Check, ...] = ()
    audit: AuditResult | None = None
    cost_change: CostChange | None = None
    """Price of the design against what the last apply recorded."""
    outcome: str = ""
    times: list[PhaseTime] = field(default_factory=list)

    @property
    def unchanged(self) -> bool:
        """Whether neither the engine nor the playbooks changed anything."""
        tasks = self.configured.changed if self.configured else 0
        return self.plan is not None and self.plan.unchanged and tasks == 0


@dataclass(slots=True)
class Run:
    """The stages over one prepared stack."""

    prepared: Prepared
    workspace: Workspace
    watch: Observer
    engine_choice: EngineChoice = "auto"
    allow_replace: frozenset[str] = frozenset()
    way: Way | None = None
    """How hosts are configured; None takes pull on AWS and push elsewhere."""
    facts: Facts = field(default_factory=Facts)

    @property
    def is_local(self) -> bool:
        """Whether this is a rehearsal on the local cloud."""
        return self.prepared.design.target == "local"

    @property
    def pulls(self) -> bool:
        """Whether the nodes configure themselves; those that Slurm starts have nobody else to do it."""
        design = self.prepared.design
        return (self.way or ("pull" if design.target == "aws" or elastic_pools(design) else "push")) == "pull"

    @property
    def cloud(self) -> LocalCloud:
        """The local cloud of this checkout, sized for this stack."""
        return cloud_for(self.workspace, self.prepared)

    def engine(self, *, change: bool) -> Engine:
        """The engine for this stack as things stand now."""
        endpoint = self.endpoint
        key = public_key(ssh_key(self.workspace.folder)) if self.is_local else ""
        chosen = choose_engine(
            self.engine_choice,
            self.workspace,
            self.prepared,
            endpoint=endpoint,
            ssh_key=key,
            change=change,
            bundle_key=public_bundle_key(self.workspace, make=change) if self.pulls else "",
        )
        self.facts.engine = chosen.label
        return chosen

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time stage `name` and tell the watcher."""
        self.watch.stage(name)
        started = time.monotonic()
        try:
            yield
        finally:
            self.facts.times.append(PhaseTime(name=name, seconds=round(time.monotonic() - started, 3)))

    def plan(self) -> Plan:
        """Preview with the policies; refuse here, before the first change, what a mandatory rule or a guard forbids."""
        with self.stage("plan"):
            plan, findings = self.engine(change=False).preview(self.watch.engine)
            self.facts.plan = plan
            self.facts.cost_change = cost_change(self._recorded_cost(), self.prepared.design.cost)
            self.facts.audit = judged(findings, self.prepared, today())
        refuse_violations(self.facts.audit, str(self.prepared.path))
        refuse_guarded(plan, self.prepared.design, self.allow_replace)
        return plan

    def _recorded_cost(self) -> Mapping[str, object] | None:
        """What the last apply recorded of the price; None before the first."""
        recorded = self.engine(change=False).outputs().get("outputs")
        cost = recorded.get("cost") if isinstance(recorded, Mapping) else None
        return cost if isinstance(cost, Mapping) else None

    def packages_to_install(self) -> tuple[str, ...]:
        """Debian packages that the rehearsal's machines need on this machine and that are not there."""
        return missing_packages() if self.is_local else ()

    def start_cloud(self) -> None:
        """Install what is missing, then start the local cloud (or adopt the one that runs)."""
        with self.stage("local cloud"):
            missing = self.packages_to_install()
            if missing:
                self.watch.note(f"installing {' '.join(missing)}")
                install_packages(missing, self.watch.note)
            self.facts.not_rehearsed = why_no_machines(self.cloud.settings)
            self.cloud.up(self.watch.note)
            if self.facts.not_rehearsed is None and self.prepared.lock is not None:
                images = self.prepared.lock.images
                self.cloud.serve_images(sorted(name for name, image in images.items() if image.stand_in))

    def apply(self) -> None:
        """Carry the plan out. A failed step keeps everything done before it."""
        with self.stage("apply"):
            self.facts.result = self.engine(change=True).up(self.watch.engine, self.allow_replace)
        problem = self.facts.result.error()
        if problem is not None:
            raise advised(problem, self.prepared)

    def inventory(self) -> Inventory:
        """The hosts that the stack exports, as recorded; `InputError` while there is no such record."""
        exported = self.engine(change=False).outputs().get("inventory")
        if exported is None:
            raise InputError(f"stack {self.workspace.stack!r} is not up", hint=f"./rw up {self.workspace.stack}")
        return Inventory.model_validate(json.loads(exported) if isinstance(exported, str) else exported)

    def every_host(self) -> Inventory:
        """The recorded hosts and those that Slurm runs beside them now. Raises `StepFailed` where nobody says which."""
        is_down = self.is_local and self.endpoint is None
        return joined(self.inventory(), () if is_down else read_started(self.prepared.design, self.endpoint))

    def own_hosts(self) -> Inventory:
        """The hosts that are ours to configure: all that are not nodes of managed Kubernetes."""
        inventory, kubernetes = self.inventory(), self.prepared.design.kubernetes
        managed = kubernetes.pools if kubernetes is not None else ()
        own = tuple(host for host in inventory.hosts if host.pool not in managed)
        self.facts.managed = len(inventory.hosts) - len(own)
        return inventory.model_copy(update={"hosts": own})

    def wait_for_machines(self, inventory: Inventory) -> Inventory:
        """Wait until the machines answer on ssh; the hosts that have one, for an instance above the cap has none."""
        with self.stage("machines"):
            wanted = [host.instance_id for host in inventory.hosts if host.instance_id]
            machines = self.cloud.wait_for_machines(wanted, MACHINES_TIMEOUT_S, self.watch.note)
        names = {host.instance_id: host.name for host in inventory.hosts}
        self.facts.machines = tuple(replace(one, name=names.get(one.instance_id, one.name)) for one in machines)
        booted = {one.instance_id for one in machines}
        here = tuple(host for host in inventory.hosts if host.instance_id in booted)
        self.facts.above_cap = len(inventory.hosts) - len(here)
        return inventory.model_copy(update={"hosts": here})

    def ssh(self, host: Host) -> list[str]:
        """Command prefix that runs a command on `host`."""
        if self.way_in is not None:
            return [*own_ssh(self.way_in), f"{login_of(self.prepared.design)}@{host.address}"]
        return ssh_command(self.cloud.settings, str(host.address), ssh_key(self.workspace.folder))

    @property
    def way_in(self) -> Path | None:
        """The person's own ssh configuration that reaches hosts of a real cluster; None where none is named."""
        return None if self.is_local else ssh_configuration(os.environ)

    @property
    def lock(self) -> Lock:
        """The stack's lock; `InputError` when it has none."""
        if self.prepared.lock is None:
            raise InputError(f"stack {self.workspace.stack!r} has no lock", hint=f"./rw lock {self.workspace.stack}")
        return self.prepared.lock

    def configure(self, inventory: Inventory) -> None:
        """Run the playbooks over the inventory, or wait until its nodes have done so themselves."""
        with self.stage("configure"):
            self.facts.configured = self._pull(inventory) if self.pulls else self.push(inventory)
        self.facts.configured.raise_if_failed()

    def push(self, inventory: Inventory, limit: str | None = None) -> ConfigureResult:
        """Run the playbooks over `inventory`, or on the hosts of `limit` alone; from here or by named workers."""
        workers = workers_of(os.environ, own_ssh=self.way_in is not None)
        if self.way_in is not None:
            inventory = through(inventory, self.way_in)
        site = site_inventory(inventory, self.prepared.design, self.lock, self.services())
        if workers:
            return configure_sharded(
                site,
                workers,
                private_dir=self.workspace.folder / "ansible",
                ssh_key=ssh_key(self.workspace.folder),
                known_hosts=known_hosts(self.cloud.settings),
                secrets=self.secrets(),
                on_event=self.watch.task,
                limit=limit,
            )
        return configure(
            site,
            private_dir=self.workspace.folder / "ansible",
            ssh_key=None if self.way_in else ssh_key(self.workspace.folder),
            known_hosts=known_hosts(self.cloud.settings),
            secrets=self.secrets(),
            on_event=self.watch.task,
            limit=limit,
        )

    def publish(self, inventory: Inventory) -> None:
        """Let nodes that start from now on configure themselves by this lock; nothing to do where none does so."""
        outputs = exported(self.engine(change=False).outputs())
        if outputs.get("node_bucket"):
            bundle = self._bundle(inventory, self._secret_names())
            store_of(outputs, self.prepared.design, self.endpoint).publish(bundle.digest, bundle.data)

    def _bundle(self, inventory: Inventory, names: Mapping[str, str]) -> Bundle:
        key = bundle_key(self.workspace)
        bundle = pack(inventory, self.prepared.design, self.lock, self.services(), names, key)
        self.watch.note(f"bundle {bundle.digest[:12]}, {len(bundle.data) / 1e6:.1f} MB")
        return bundle

    def _secret_names(self) -> dict[str, str]:
        """Secrets of the roles: variable -> name of the secret that holds it."""
        return {name: f"{self.prepared.design.name}/node/{name}" for name in self.secrets()}

    def _pull(self, inventory: Inventory) -> ConfigureResult:
        engine = self.engine(change=False)
        store = store_of(exported(engine.outputs()), self.prepared.design, self.endpoint)
        names = self._secret_names()
        for name, text in self.secrets().items():
            store.keep_secret(names[name], text)
        bundle = self._bundle(inventory, names)
        collector = follow(store, bundle, inventory)
        log = self.workspace.folder / "pull.log"
        found = collect(collector, self.watch.task, timeout_s=PULL_TIMEOUT_S, log=log)
        self.facts.behind = collector.behind
        return found

    def reopened(self) -> Run:
        """The same run over the stack as it is on disk now, with nothing found out yet."""
        prepared = prepare(self.workspace.root, str(self.prepared.path), today())
        return replace(self, prepared=prepared, facts=Facts())

    def secrets(self) -> dict[str, str]:
        """Secrets of the roles: variable -> text. What a person need not give is made here."""
        given = given_secrets(self.workspace.secrets, self.prepared.design)
        names = [name for name in node_secrets(self.prepared.design) if name not in given]
        return {name: self.workspace.secret(name.partition("_")[0]) for name in names} | given

    @property
    def endpoint(self) -> str | None:
        """Address of the local AWS API; None while it does not run, and for a real cloud."""
        return running_endpoint(self.cloud) if self.is_local else None

    def accept(self, inventory: Inventory) -> None:
        """Prove what was configured."""
        lock = self.prepared.lock
        if lock is None:
            return
        with self.stage("accept"):
            self.facts.checks = accept(self.prepared.design, lock, inventory, self.ssh, self.watch.check)

    def audit_state(self) -> AuditResult:
        """Judge what is recorded now, with every value known."""
        with self.stage("audit"):
            findings = of_state(self.engine(change=False).deployment(), self.prepared)
            self.facts.audit = judged(findings, self.prepared, today())
        return self.facts.audit

    def services(self) -> LocalServices | None:
        """What the local cloud serves to its machines; None on a real cluster."""
        if not self.is_local:
            return None
        status = self.cloud.status()
        return LocalServices(apt_repo=status.apt_repo, registry=status.registry)


def exported(outputs: Mapping[str, object]) -> Mapping[str, object]:
    """The stack's own outputs; an engine may give them as JSON."""
    found = outputs.get("outputs") or {}
    return json.loads(found) if isinstance(found, str) else cast("Mapping[str, object]", found)
