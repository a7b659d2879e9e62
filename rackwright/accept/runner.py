"""Asks every host its questions over ssh, in parallel, and judges the answers. All that acts here."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from rackwright.accept.gpu_checks import fabric_not_evaluated, gpu_not_evaluated, gpu_questions
from rackwright.accept.gpu_services import service_not_evaluated, service_questions
from rackwright.accept.host_checks import host_not_evaluated, host_questions
from rackwright.accept.question import Question, judge, parse_answers, script
from rackwright.accept.role_checks import role_not_evaluated, role_questions
from rackwright.accept.slurm_checks import slurm_questions
from rackwright.design.model import Design
from rackwright.inventory import Host, Inventory
from rackwright.lock.model import Lock
from rackwright.outcome import Check, Verdict

AT_ONCE = 16
"""Hosts that are asked at the same time; each costs one ssh process here."""

SLACK_S = 30
"""Time for ssh itself, beyond what the questions may take."""

SshCommand = Callable[[Host], list[str]]
OnCheck = Callable[[Check], None]


def accept(design: Design, lock: Lock, inventory: Inventory, ssh: SshCommand, on_check: OnCheck) -> tuple[Check, ...]:
    """Every check of the cluster, by host and id; `on_check` hears of each as soon as it is known.

    `ssh` gives the command that opens a shell on a host as a user who may sudo. A host that does not answer is a failed
    check with the reason, never an error.
    """
    checks: list[Check] = []

    def take(found: Iterable[Check]) -> None:
        for check in found:
            checks.append(check)
            on_check(check)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        waiting = [pool.submit(_check_host, design, lock, host, ssh(host)) for host in inventory.hosts]
        for done in as_completed(waiting):
            take(done.result())
    take(_check_slurm(design, inventory, ssh))
    take(fabric_not_evaluated(design))
    return tuple(sorted(checks, key=lambda check: (check.host or "", check.id)))


def _check_host(design: Design, lock: Lock, host: Host, ssh: Sequence[str]) -> tuple[Check, ...]:
    pool = next((pool for pool in design.pools if pool.name == host.pool), None)
    questions = [*host_questions(host, design, lock), *role_questions(host, design)]
    skipped = [*host_not_evaluated(host, design), *role_not_evaluated(host, design)]
    if pool is not None:
        questions += [*gpu_questions(host, pool, design), *service_questions(host, pool, design, lock)]
        skipped += [*gpu_not_evaluated(host, pool, design), *service_not_evaluated(host, pool, design, lock)]
    return (*_ask(questions, ssh, host.name), *skipped)


def _check_slurm(design: Design, inventory: Inventory, ssh: SshCommand) -> tuple[Check, ...]:
    """Asked after the hosts, so that their checks do not take the GPUs that the job needs."""
    controllers = inventory.in_role("slurm_controller")
    return _ask(slurm_questions(inventory, design), ssh(controllers[0]), controllers[0].name) if controllers else ()


def _ask(questions: Sequence[Question], ssh: Sequence[str], host: str) -> tuple[Check, ...]:
    command = [*ssh, "sudo -n bash -s"]
    limit_s = sum(question.timeout_s for question in questions) + SLACK_S
    try:
        done = subprocess.run(
            command,
            input=script(questions),
            text=True,
            errors="replace",
            capture_output=True,
            check=False,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired:
        return (_unreachable(host, f"no answer within {limit_s} s"),)
    except OSError as cause:
        return (_unreachable(host, f"{command[0]} cannot be started: {cause.strerror}"),)
    answers = parse_answers(done.stdout)
    if not answers:
        return (_unreachable(host, done.stderr.strip()[-300:] or f"ssh ended with {done.returncode}"),)
    return tuple(judge(question, answers.get(question.id), host) for question in questions)


def _unreachable(host: str, reason: str) -> Check:
    return Check(id="host.answers", title="The host answers", host=host, verdict=Verdict.FAILED, reason=reason)
