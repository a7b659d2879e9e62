"""A question to a machine and how its answer is judged; pure.

Many questions travel in one shell script and come back as one line each, so that a machine is asked over one ssh
command: ``<id> <exit status> <base64 of the output>``.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rackwright.outcome import Check, Verdict

TIMED_OUT = 124
"""Exit status of timeout(1) when time is up."""

LONGEST_ACTUAL = 300
"""Characters of an answer that a report shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    status: int
    """Exit status; 124 when it ran past its time."""
    text: str
    """Output and complaints together."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an answer is worth."""

    verdict: Verdict
    expected: str = ""
    actual: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One check: a command for the machine's root and the judge of its answer."""

    id: str
    """``<subject>.<what>``, without blanks."""
    title: str
    command: str
    judge: Callable[[Answer], Opinion]
    timeout_s: int = 20


_LINE = re.compile(r"(?P<id>\S+) (?P<status>\d{1,3}) (?P<text>[A-Za-z0-9+/=]*)")
_PROLOGUE = """\
cd /
ask() {
    said=$(timeout "$2" bash -c "$3" 2>&1 < /dev/null)
    printf '%s %s %s\\n' "$1" "$?" "$(printf '%s' "$said" | base64 --wrap=0)"
}
"""


def script(questions: Iterable[Question]) -> str:
    """Shell script that asks all of `questions`, one after the other."""
    lines = [f"ask {one.id} {one.timeout_s} {shlex.quote(one.command)}" for one in questions]
    return _PROLOGUE + "\n".join([*lines, ""])


def parse_answers(output: str) -> dict[str, Answer]:
    """Question id -> answer, from the script's output; lines of another form are not ours."""
    return dict(filter(None, map(_parse_line, output.splitlines())))


def judge(question: Question, answer: Answer | None, host: str | None) -> Check:
    """The check that comes of one question. No answer is a failure."""
    opinion = question.judge(answer) if answer else Opinion(Verdict.FAILED, reason="the machine gave no answer")
    if answer and answer.status == TIMED_OUT and opinion.verdict is Verdict.FAILED:
        opinion = Opinion(Verdict.FAILED, opinion.expected, reason=f"no answer within {question.timeout_s} s")
    return Check(
        id=question.id,
        title=question.title,
        host=host,
        verdict=opinion.verdict,
        expected=opinion.expected,
        actual=opinion.actual[:LONGEST_ACTUAL],
        reason=opinion.reason,
    )


def not_evaluated(id_: str, title: str, reason: str, host: str | None = None, expected: str = "") -> Check:
    """A check that cannot be made here, and why. It is never a pass."""
    return Check(id=id_, title=title, host=host, verdict=Verdict.NOT_EVALUATED, expected=expected, reason=reason)


def passes_when(met: object, expected: str, actual: str, reason: str) -> Opinion:
    """Passed when `met` is true; `reason` is told only when it is not."""
    return Opinion(Verdict.PASSED if met else Verdict.FAILED, expected, actual, "" if met else reason)


def equals(expected: str, reason: str) -> Callable[[Answer], Opinion]:
    """Judge of a command that must succeed and say exactly `expected`."""

    def judged(answer: Answer) -> Opinion:
        said = answer.text.strip()
        return passes_when(answer.status == 0 and said == expected, expected, said or "nothing", reason)

    return judged


def contains(wanted: Mapping[str, str], reason: str) -> Callable[[Answer], Opinion]:
    """Judge of a command whose output must hold every text in `wanted` (text -> what it stands for)."""

    def judged(answer: Answer) -> Opinion:
        lacking = [meaning for text, meaning in wanted.items() if text not in answer.text]
        expected = ", ".join(wanted.values())
        actual = f"lacks {', '.join(lacking)}" if lacking else expected
        return passes_when(not lacking, expected, actual, f"{reason}: {answer.text.strip()[-LONGEST_ACTUAL:]}")

    return judged


def _parse_line(line: str) -> tuple[str, Answer] | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        text = base64.b64decode(found["text"], validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return None
    return found["id"], Answer(int(found["status"]), text)
