"""``rw up``: the stages in order, and a report whatever happens."""

from __future__ import annotations

from rackwright.diagnostics import ClusterError, NotAccepted
from rackwright.outcome import Verdict
from rackwright.pipeline.local import mark_cloud
from rackwright.pipeline.nodes.started_nodes import refuse_push
from rackwright.pipeline.program.drift import record_known_drift
from rackwright.pipeline.proof.evidence import keep_evidence
from rackwright.pipeline.record import write_report
from rackwright.pipeline.removal.destroy import set_aside_if_gone
from rackwright.pipeline.run import Facts, Run
from rackwright.pipeline.upgrading.upgrade import note_proved

NOT_CONFIGURED = "hosts: not configured (there is no way in but Session Manager; --configure pull needs none)"
"""Said where hosts of a real cloud are to be pushed to: nothing was asked of them, so nothing about them is claimed."""

NOT_ASKED = "acceptance: not evaluated (it asks over ssh, and there is no way in but Session Manager)"
"""Said of hosts that configured themselves on a real cloud."""


def up(run: Run, *, command: str = "up") -> Facts | None:
    """Bring the stack up and prove it; None when the person said no.

    A failure is raised after evidence and report were written; what was done stays, and the next run goes on there.
    """
    unrecorded = None
    with run.workspace.only_run(command):
        try:
            if not _stages(run):
                return None
        except ClusterError as problem:
            run.facts.outcome = f"stopped: {problem.summary}"
            raise
        except KeyboardInterrupt:
            run.facts.outcome = "interrupted"
            raise
        finally:
            unrecorded = keep_evidence(run, command)
            write_report(run.prepared, run.workspace, run.facts)
    if unrecorded is not None:
        raise unrecorded
    return run.facts


def _stages(run: Run) -> bool:
    if not run.pulls:
        refuse_push(run.prepared.design)
    if not run.is_local:
        run.engine(change=True)  # without a CLI it refuses here, before anybody reads a plan
    set_aside_if_gone(run)
    record_known_drift(run)
    plan = run.plan()
    if run.facts.cost_change is not None:
        run.watch.note(f"price: {run.facts.cost_change.sentence()}")
    if not run.watch.approve(plan, run.prepared.design, run.packages_to_install()):
        run.facts.outcome = "not approved; nothing was changed"
        return False
    if run.is_local:
        run.start_cloud()
        mark_cloud(run.workspace)
    run.apply()
    _hosts(run)
    run.audit_state()
    run.facts.outcome = _sentence(run.facts) if run.is_local else f"{_changed(run.facts)}; {_far_hosts(run.facts)}"
    failed = [check for check in run.facts.checks if check.verdict is Verdict.FAILED]
    if failed:
        raise NotAccepted(
            f"{len(failed)} of {len(run.facts.checks)} acceptance checks failed",
            where=", ".join(sorted({check.host or "cluster" for check in failed})),
            hint="the report names each; mend and run ./rw up again",
        )
    if run.facts.checks:
        note_proved(run)
    return True


def _hosts(run: Run) -> None:
    """Configure and prove the hosts that are ours, as far as there is a way to them."""
    own = run.own_hosts()
    if not own.hosts:
        return
    if not run.is_local:
        if run.pulls or run.way_in is not None:
            run.configure(own)
        if run.way_in is not None:
            run.accept(own)
    elif run.facts.not_rehearsed is None:
        inventory = run.wait_for_machines(own)
        run.configure(inventory)
        run.accept(inventory)


def _far_hosts(facts: Facts) -> str:
    kept = _kept(facts)
    if facts.configured is None:
        return f"{NOT_CONFIGURED}{kept}"
    proved = f"{len(facts.checks)} acceptance checks" if facts.checks else NOT_ASKED
    told = f"{len(facts.configured.hosts)} hosts configured; {proved}{kept}"
    return f"{told}; {_behind(facts)}" if facts.behind else told


def _kept(facts: Facts) -> str:
    """What is said of nodes that are not ours to configure."""
    if not facts.managed:
        return ""
    return f"; {facts.managed} nodes are EKS's, from its own image: nothing is configured there"


def _behind(facts: Facts) -> str:
    return f"{len(facts.behind)} of them by an earlier bundle: ./rw upgrade changes running nodes"


def _sentence(facts: Facts) -> str:
    if facts.not_rehearsed is not None:
        return f"machines: not rehearsed ({facts.not_rehearsed}){_kept(facts)}"
    rest = f"; {facts.above_cap} hosts above the cap: not rehearsed" if facts.above_cap else ""
    rest += _kept(facts)
    rest += f"; {_behind(facts)}" if facts.behind else ""
    if facts.unchanged:
        return f"nothing to change: every resource is the same, and the playbooks changed nothing{rest}"
    changed = facts.configured.changed if facts.configured else 0
    return f"{_changed(facts)}, {changed} tasks changed on the hosts{rest}"


def _changed(facts: Facts) -> str:
    steps = sum(count for op, count in facts.result.counts().items() if op != "same") if facts.result else 0
    return f"up: {steps} resources changed"
