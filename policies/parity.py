"""What peers check and what answers it here: a rule of ours, or the reason why there is none (`parity.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).with_name("parity.csv")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "rule-parity.md"

PEERS = {
    "checkov": "checkov 3.3, AWS",
    "prowler": "prowler 5.46, AWS",
    "checkov-k8s": "checkov 3.3, Kubernetes",
    "prowler-k8s": "prowler 5.46, Kubernetes",
}
"""Peer in the data -> its name for people. Only checks on resource types near ours were taken over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One check of a peer and our answer."""

    peer: str
    check: str
    subject: str
    answer: str
    """Id of a rule, alone or at the beginning; otherwise the reason why there is none."""

    @property
    def rule(self) -> str | None:
        """The rule that answers; None where a reason does."""
        return self.answer.partition(" ")[0] if self.answer.startswith("RW-") else None


def read_answers() -> tuple[Answer, ...]:
    """All answers, in the order of the data."""
    with DATA.open(newline="", encoding="utf-8") as file:
        return tuple(Answer(**row) for row in csv.DictReader(file))


def render_parity(answers: Sequence[Answer]) -> str:
    """The page as Markdown, peer by peer."""
    lines = [
        "# What other policy tools check, and what answers it here",
        "",
        "<!-- Generated from policies/parity.csv by `python -m policies.parity`; do not edit. -->",
        "",
        "| tool | checks | answered by a rule |",
        "|---|---|---|",
    ]
    by_peer = {peer: [each for each in answers if each.peer == peer] for peer in PEERS}
    for peer, mine in by_peer.items():
        lines.append(f"| {PEERS[peer]} | {len(mine)} | {sum(each.rule is not None for each in mine)} |")
    for peer, mine in by_peer.items():
        lines += ["", f"## {PEERS[peer]}", "", "| check | about | answer |", "|---|---|---|"]
        lines += [f"| {each.check} | {each.subject} | {each.answer} |" for each in mine]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render_parity(read_answers()), encoding="utf-8")
