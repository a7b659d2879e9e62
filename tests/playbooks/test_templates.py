"""Every template of every role, rendered strictly from the inventory that we make, against golden files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jinja2
import pytest
from ansible.plugins.filter.core import comment, get_hash

from rackwright.configure.role_docs import defaults, roles
from rackwright.configure.runner import PLAYBOOKS
from rackwright.configure.variables import LocalServices, site_inventory
from tests.unit.configure.sample import design, lock, whole_inventory

SERVICES = LocalServices(apt_repo="http://10.40.0.1:3180", registry="http://10.40.0.1:5000")
TEMPLATES = sorted(path.relative_to(PLAYBOOKS) for path in PLAYBOOKS.glob("roles/*/templates/*.j2"))
HEADER = "#jinja2: trim_blocks:True, lstrip_blocks:True\n"
LONGEST_GOLDEN = 80


def variables(role: str, target: Any) -> dict[str, Any]:
    services = SERVICES if target == "local" else None
    site = cast("dict[str, Any]", site_inventory(whole_inventory(), design(target), lock(), services)["all"])
    members = site["children"][role]["hosts"]
    host = "train-1" if "train-1" in members else min(members)
    return {
        "ansible_managed": "Ansible managed",
        "inventory_hostname": host,
        "mfa_secret": "a secret of the tests",
        "object_store_secret": "another secret of the tests",
        "item": {"registry": "nvcr.io", "url": "http://10.40.0.1:5000"},
        **defaults(PLAYBOOKS / "roles" / role),
        **site["hosts"][host],
        **site["children"][role]["vars"],
    }


def render(template: Path, target: Any) -> str:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"comment": comment, "hash": get_hash}
    text = (PLAYBOOKS / template).read_text()
    assert text.startswith(HEADER), f"{template} lacks the header that fixes its white space"
    return environment.from_string(text.removeprefix(HEADER)).render(variables(template.parts[1], target))


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
@pytest.mark.parametrize("target", ["local", "aws"])
def test_a_template_renders_what_was_reviewed(template: Path, target: str, golden: Callable[[str, str], None]) -> None:
    rendered = render(template, target)
    assert rendered.count("\n") < LONGEST_GOLDEN
    golden(f"playbooks/{target}/{template.parts[1]}.{template.stem}", rendered)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_a_template_says_that_ansible_owns_the_file(template: Path) -> None:
    assert "{{ ansible_managed | comment }}" in (PLAYBOOKS / template).read_text()


def test_every_role_with_templates_is_covered() -> None:
    with_templates = {role.name for role in roles() if any((role / "templates").glob("*.j2"))}
    assert {template.parts[1] for template in TEMPLATES} == with_templates
