"""What slurmctld calls: start nodes, stop nodes, and try again what EC2 refused."""

from __future__ import annotations

import fcntl
import json
import logging
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rackwright.elastic import slurm
from rackwright.elastic.ec2 import Ec2
from rackwright.elastic.launching import launch_params
from rackwright.elastic.outcomes import CALM, Backoff, Kind, Outcome, after, held_back, is_ours, kind_of, reason_of
from rackwright.elastic.settings import ElasticPool, Settings
from rackwright.elastic.wire import Refused

log = logging.getLogger("slurm-power")

STOPS_THE_REST = frozenset({Kind.CAPACITY, Kind.QUOTA, Kind.MISTAKE})
"""After such a refusal the other nodes of the pool would be refused too, so they are not asked for."""


class Power:
    """Starts and stops the nodes of a cluster's elastic pools."""

    def __init__(self, settings: Settings, ec2: Ec2 | None = None) -> None:
        self._settings, self._ec2, self._chance = settings, ec2 or Ec2(settings), random.SystemRandom()

    def resume(self, nodes: Sequence[str]) -> list[Outcome]:
        """Start `nodes`; what came of each. Those that failed are down in Slurm, with EC2's code as the reason."""
        by_pool: dict[ElasticPool, list[str]] = {}
        outcomes: list[Outcome] = []
        for node in nodes:
            pool = self._settings.pool_of(node)
            if pool is None:
                outcomes.append(Outcome(node, code="UnknownNode", message="no elastic pool has this node"))
            else:
                by_pool.setdefault(pool, []).append(node)
        for pool, wanted in by_pool.items():
            outcomes += self._resume_pool(pool, wanted)
        slurm.put_down({one.node: reason_of(one.code, one.message) for one in outcomes if one.code})
        return outcomes

    def _resume_pool(self, pool: ElasticPool, nodes: Sequence[str]) -> list[Outcome]:
        with self._memory(pool) as memory:
            backoff = memory.get(pool.name, CALM)
            try:
                there = self._ec2.running(nodes)
                if backoff.holds(time.time()):
                    return held_back(nodes, there, backoff)
                outcomes = self._start(pool, nodes, there)
            except Refused as refused:
                outcomes = [Outcome(node, code=refused.code, message=refused.message) for node in nodes]
            memory[pool.name] = after(backoff, outcomes, time.time(), self._chance.random())
        return outcomes

    def _start(self, pool: ElasticPool, nodes: Sequence[str], there: Mapping[str, str]) -> list[Outcome]:
        """Start those of `nodes` that are not `there`. Raises `Refused` where not even the first can be asked for."""
        subnet, interfaces = self._ec2.subnet_id(pool.subnet), self._ec2.interfaces(pool.template)
        outcomes = [Outcome(node, there[node]) for node in nodes if node in there]
        kinds = ["", *pool.alternatives]
        missing = [node for node in nodes if node not in there]
        for index, node in enumerate(missing):
            one = self._launch(node, {kind: launch_params(pool, node, subnet, interfaces, kind) for kind in kinds})
            outcomes.append(one)
            if one.code and kind_of(one.code) in STOPS_THE_REST:
                outcomes += [one._replace(node=left) for left in missing[index + 1 :]]
                break
        for one in outcomes:
            log.info("%s: %s", one.node, reason_of(one.code, one.message) if one.code else one.instance)
        return outcomes

    def _launch(self, node: str, choices: Mapping[str, Mapping[str, Any]]) -> Outcome:
        """Start `node` as the first of `choices`, instance type -> parameters, that EC2 has room for."""
        refusals: dict[str, Refused] = {}
        for kind, params in choices.items():
            try:
                return Outcome(node, self._ec2.launch(params))
            except Refused as refused:
                refusals[kind] = refused
                if kind_of(refused.code) is not Kind.CAPACITY:
                    break
        first, *others = refusals.values()
        also = "".join(f"{kind}: {one.code}; " for kind, one in zip(list(refusals)[1:], others, strict=True))
        return Outcome(node, code=first.code, message=f"{also}{first.message}")

    def suspend(self, nodes: Sequence[str]) -> list[str]:
        """Stop the instances of `nodes`, however they came to be; their ids. Raises `Refused`."""
        found = [instance for instance in self._ec2.running(nodes).values() if instance]
        self._ec2.terminate(found)
        log.info("stopped %d instances of %d nodes", len(found), len(nodes))
        return found

    def fail(self, nodes: Sequence[str]) -> None:
        """`nodes` were started and never spoke: stop their instances, and wait longer before the pool is tried again.

        Raises `Refused`.
        """
        self.suspend(nodes)
        silent = [Outcome(node, code="ResumeTimeout", message="the node did not come up in time") for node in nodes]
        for pool in {pool for node in nodes if (pool := self._settings.pool_of(node))}:
            with self._memory(pool) as memory:
                memory[pool.name] = after(memory.get(pool.name, CALM), silent, time.time(), self._chance.random())
        slurm.put_down({one.node: reason_of(one.code, one.message) for one in silent})

    def retry(self) -> list[str]:
        """Free the nodes that this program put down and whose pool may be tried again; their names."""
        now, memory = time.time(), self._read()
        ready = []
        for node in slurm.nodes_with_reasons():
            pool = self._settings.pool_of(node.name)
            if pool and is_ours(node.reason) and not memory.get(pool.name, CALM).holds(now):
                ready.append(node.name)
        slurm.power_down(ready)
        return ready

    @contextmanager
    def _memory(self, pool: ElasticPool) -> Iterator[dict[str, Backoff]]:
        """What is known of all pools, to be changed for `pool`; one call at a time asks EC2 for a pool's nodes."""
        folder = Path(self._settings.state)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{pool.name}.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            memory = self._read()
            yield memory
            self._write({pool.name: memory.get(pool.name, CALM)})

    def _read(self) -> dict[str, Backoff]:
        found: dict[str, Backoff] = {}
        for path in Path(self._settings.state).glob("*.json"):
            try:
                found[path.stem] = Backoff(**json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                log.warning("forgot the back-off of %s: its file cannot be read", path.stem)
        return found

    def _write(self, memory: Mapping[str, Backoff]) -> None:
        for name, backoff in memory.items():
            path = Path(self._settings.state) / f"{name}.json"
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps(backoff._asdict()), encoding="utf-8")
            fresh.replace(path)
