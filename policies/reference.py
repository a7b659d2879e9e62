"""The reference page of the rules, generated from their docstrings. Renew it with ``python -m policies.reference``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from policies.registry import RULES
from policies.rule import Enforcement, Rule, Severity

HEADINGS = ("Requirement", "Why it matters", "What it looks at", "Known limits", "Fix", "Sources")
"""Fixed headings of a rule file's docstring, in this order."""

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "policies.md"


def render_reference(rules: Iterable[Rule]) -> str:
    """The page as Markdown, rules by id."""
    rules = tuple(rules)
    lines = [
        "# Policy rules",
        "",
        "<!-- Generated from the rule files by `python -m policies.reference`; do not edit. -->",
        "",
        f"{len(rules)} rules. *Always* means that a violation stops every apply; *by framework* that it stops",
        "the apply of a stack that promises one of the frameworks named by its controls, and is advice elsewhere;",
        "*never* that it is advice everywhere, because the rule is not sure.",
        "",
        "| id | rule | severity | stops an apply |",
        "|---|---|---|---|",
        *(f"| [{rule.id}](#{rule.id.lower()}) | {rule.title} | {rule.severity} | {_stops(rule)} |" for rule in rules),
        "",
    ]
    for rule in rules:
        lines += _section(rule)
    return "\n".join(lines).rstrip() + "\n"


def sections(docs: str) -> dict[str, str]:
    """Heading -> text of a rule's docstring; a heading that is missing has an empty text."""
    found = dict.fromkeys(HEADINGS, "")
    current = ""
    for line in docs.splitlines():
        heading, colon, rest = line.partition(":")
        begins = bool(colon) and heading in found
        current = heading if begins else current
        if current:
            text = rest if begins else line
            found[current] = f"{found[current]} {text.strip()}".strip()
    return found


def _stops(rule: Rule) -> str:
    if rule.enforcement is Enforcement.MANDATORY:
        return "always"
    return "never" if rule.confidence is Severity.LOW else "by framework"


def _section(rule: Rule) -> list[str]:
    types = ", ".join(f"`{kind}`" for kind in sorted(rule.applies_to))
    return [
        f"## {rule.id}",
        "",
        f"**{rule.title}**",
        "",
        *(f"- **{heading}**: {text}" for heading, text in sections(rule.docs).items()),
        f"- **Code**: `{' '.join(rule.code.split())}`",
        f"- **Applies to**: {types}",
        f"- **Confidence**: {rule.confidence}{', mended when asked for' if rule.remedy else ''}",
        f"- **Controls**: {', '.join(rule.controls)}",
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(render_reference(RULES), encoding="utf-8")
