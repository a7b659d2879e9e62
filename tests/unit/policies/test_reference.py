from __future__ import annotations

from policies.reference import HEADINGS, PAGE, render_reference, sections
from policies.registry import RULES


def test_reference_page_is_current() -> None:
    assert PAGE.read_text() == render_reference(RULES), "run: python -m policies.reference"


def test_a_section_spans_lines_and_ends_at_the_next_heading() -> None:
    found = sections("Title.\n\nRequirement: one\ntwo.\nFix: three: four.\n")
    assert found == {**dict.fromkeys(HEADINGS, ""), "Requirement": "one two.", "Fix": "three: four."}
