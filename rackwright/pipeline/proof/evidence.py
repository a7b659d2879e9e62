"""What a run leaves as evidence."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import socket
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from policies.audit import AuditResult
from policies.rule import Status
from policies.trend import digest_of
from rackwright import __version__
from rackwright.configure import ConfigureResult
from rackwright.diagnostics import ClusterError, StepFailed
from rackwright.engine import Plan
from rackwright.evidence import digest
from rackwright.lock import lock_path
from rackwright.outcome import Verdict
from rackwright.pipeline.prepare import Prepared
from rackwright.pipeline.proof.approval import change_of
from rackwright.pipeline.proof.checkout import commit_of
from rackwright.pipeline.proof.evidence_logs import stack_log
from rackwright.pipeline.run import Run


def keep_evidence(run: Run, command: str) -> StepFailed | None:
    """Write the record of this run. What kept it from being written is returned: the run's own end goes first."""
    log = stack_log(run.workspace.root, run.prepared.stack, local=run.is_local)
    try:
        log.append(command, content_of(run))
    except (ClusterError, OSError) as problem:
        hint = problem.hint if isinstance(problem, ClusterError) else "make the folder writable and run it again"
        run.watch.note(f"no evidence of this {command} was recorded: {problem}")
        return StepFailed(f"no evidence of this {command} was recorded: {problem}", where=str(log.folder), hint=hint)
    return None


def content_of(run: Run) -> dict[str, object]:
    """What a record says of `run`: digests of what went in and came out, counts, who and with which tool. No secret."""
    facts, prepared = run.facts, run.prepared
    locked = prepared.lock.model_dump(mode="json") if prepared.lock else None
    return {
        "tool": __version__,
        "who": who(os.environ),
        "target": prepared.design.target,
        "engine": facts.engine,
        "inputs": inputs(prepared, run.workspace.root),
        "change": change_of(run.workspace.root),
        "plan": _plan(facts.plan),
        "approval": run.watch.answer,
        "policies": _policies(facts.audit),
        "locked": digest(locked) if locked else None,
        "hosts": _hosts(facts.configured),
        "acceptance": _acceptance(run),
        "outcome": facts.outcome or _audited(facts.audit),
    }


def who(environment: Mapping[str, str]) -> dict[str, object]:
    """The account that ran the command. `sudo` and `ci` are what the environment says, which that account can set."""
    return {
        "user": pwd.getpwuid(os.getuid()).pw_name,
        "uid": os.getuid(),
        "host": socket.gethostname(),
        "sudo": environment.get("SUDO_USER"),
        "ci": environment.get("GITHUB_ACTOR") or environment.get("GITLAB_USER_LOGIN"),
    }


def inputs(prepared: Prepared, root: Path) -> dict[str, object]:
    """Digests of the stack file and of its lock file, and the commit of the checkout."""
    return {
        "stack_file": _file_digest(prepared.path),
        "lock_file": _file_digest(lock_path(prepared.path)),
        "git": commit_of(root),
    }


def _file_digest(path: Path) -> str | None:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else None


def _plan(plan: Plan | None) -> dict[str, object] | None:
    if plan is None:
        return None
    return {
        "counts": {str(op): count for op, count in plan.counts().items()},
        "digest": digest(json.loads(plan.as_json())),
    }


def _policies(audit: AuditResult | None) -> dict[str, object] | None:
    if audit is None:
        return None
    by_status = {
        status: sorted({finding.rule for finding in audit.findings if finding.status is status})
        for status in (Status.FAILED, Status.WAIVED)
    }
    return {
        "profile": audit.profile.name,
        "counts": {str(status): count for status, count in audit.counts().items()},
        "blocking": sorted({finding.rule for finding in audit.blocking}),
        "failed": by_status[Status.FAILED],
        "waived": by_status[Status.WAIVED],
        "digest": digest_of(audit.findings),
    }


def _hosts(configured: ConfigureResult | None) -> dict[str, object] | None:
    if configured is None:
        return None
    failed = {host.host: host.error for host in configured.failed}
    return {"configured": len(configured.hosts) - len(failed), "changed": configured.changed, "failed": failed}


def _acceptance(run: Run) -> dict[str, object] | None:
    checks = run.facts.checks
    if not checks:
        return {"not_rehearsed": run.facts.not_rehearsed} if run.facts.not_rehearsed else None
    counted = Counter(check.verdict for check in checks)
    return {
        "counts": {verdict.value: counted[verdict] for verdict in Verdict},
        "failed": sorted({check.id for check in checks if check.verdict is Verdict.FAILED}),
        "digest": digest([check.model_dump(mode="json") for check in checks]),
    }


def _audited(audit: AuditResult | None) -> str:
    if audit is None:
        return "ended before anything was judged"
    return f"audited: {len(audit.blocking)} mandatory findings"
