"""Settings of sshd, the audit, the patch window, and the seeds of one-time codes."""

import base64
import re
from urllib.parse import parse_qs, urlsplit

import jinja2
import pytest
from ansible.plugins.filter.core import get_hash
from hypothesis import given
from hypothesis import strategies as st

from rackwright.configure import site_inventory
from rackwright.configure.host import audit_rules, patch_window, second_factor, ssh_server
from rackwright.configure.host.tools import key_tools
from rackwright.configure.runner import PLAYBOOKS
from rackwright.design.host_model import HostSettings
from tests.unit.configure.sample import HOSTS, KEY, design, inventory, lock

settings = st.builds(
    HostSettings,
    strict=st.booleans(),
    passwords=st.booleans(),
    second_factor=st.booleans(),
    idle_minutes=st.integers(1, 60),
    ssh_authorities=st.sampled_from([(), (KEY,)]),
    groups=st.sampled_from([(), HOSTS.groups]),
    people=st.sampled_from([(), HOSTS.people]),
)


@given(settings)
def test_a_keyword_of_sshd_stands_once_because_the_first_one_wins(hosts: HostSettings) -> None:
    keywords = [keyword for keyword, _ in ssh_server.settings(hosts, "admin")]
    assert len(keywords) == len(set(keywords))


@given(settings)
def test_the_automation_may_always_come_in_and_root_never_by_a_password(hosts: HostSettings) -> None:
    found = dict(ssh_server.settings(hosts, "automate"))
    assert "AllowGroups" not in found or "automate" in found["AllowGroups"].split()
    assert found["PermitRootLogin"] in {"no", "prohibit-password"}
    assert found["PasswordAuthentication"] == ("yes" if hosts.passwords else "no")


def test_only_members_of_groups_that_become_root_give_a_code() -> None:
    assert ssh_server.second_factor_groups(HOSTS) == ["admins"]
    assert second_factor.people_with_codes(HOSTS) == ["ada"]
    assert second_factor.people_with_codes(HOSTS.model_copy(update={"second_factor": False})) == []


@given(st.text(min_size=32, max_size=64), st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True))
def test_the_template_makes_the_seed_that_enrolment_shows(secret: str, person: str) -> None:
    template = (PLAYBOOKS / "roles/mfa/templates/users.oath.j2").read_text().split("\n", 1)[1]
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["hash"] = get_hash
    line = environment.from_string(template).render(mfa_people=[person], mfa_secret=secret).split()
    assert bytes.fromhex(line[3]) == second_factor.seed(secret, person)
    query = parse_qs(urlsplit(second_factor.enrolment(secret, person, "sample")).query)
    assert base64.b32decode(query["secret"][0]) == second_factor.seed(secret, person)


def test_every_audit_rule_has_a_key_that_finds_it() -> None:
    for rule in audit_rules.rules(design()):
        assert re.search(r" -k [a-z-]+$", rule), rule


def test_sensitive_data_is_watched_and_ordinary_data_is_not() -> None:
    mounts = [f"-w {storage.mount} -p wa -k data" for storage in design().storage if storage.mount]
    assert not set(mounts) & set(audit_rules.rules(design()))
    sensitive = design().model_copy(update={"classification": "phi", "compliance": ("hipaa",)})
    assert set(mounts) <= set(audit_rules.rules(sensitive))
    assert audit_rules.is_locked(sensitive)
    assert not audit_rules.is_locked(design())


@pytest.mark.parametrize(
    ("window", "wanted"),
    [("Sun 02:00 UTC", "Sun *-*-* 02:00:00 UTC"), ("daily 23:30 Europe/Berlin", "*-*-* 23:30:00 Europe/Berlin")],
)
def test_the_window_is_written_as_systemd_reads_it(window: str, wanted: str) -> None:
    assert patch_window.calendar(window) == wanted


@given(st.lists(st.from_regex(r"[a-z][a-z0-9.+-]{1,20}", fullmatch=True), max_size=10))
def test_a_held_package_is_never_patched_and_its_neighbour_is(held: list[str]) -> None:
    patterns = [re.compile(text) for text in patch_window.kept_patterns(held)]
    for name in (*held, "nvidia-open", "linux-image-amd64", "libnvidia-ml1", "slurmd"):
        assert any(pattern.match(name) for pattern in patterns), name
    assert not any(pattern.match("openssl") for pattern in patterns if "openssl" not in held)


def test_fixes_come_from_the_security_archive_only() -> None:
    for distribution in ("debian", "ubuntu"):
        assert all("security" in origin for origin in patch_window.origins(distribution))


def test_a_design_without_people_asks_nobody() -> None:
    assert second_factor.people_with_codes(HostSettings()) == []


@pytest.mark.parametrize(
    ("key_in", "release", "wanted"),
    [
        ("memory", "trixie", ()),
        ("tpm", "trixie", ("tpm2-tools", "systemd-cryptsetup")),
        ("tpm", "22.04", ("tpm2-tools",)),
        ("kms", "trixie", ("awscli",)),
        ("kms", "24.04", ()),
    ],
)
def test_a_node_can_reach_the_key_of_its_drives(key_in: str, release: str, wanted: tuple[str, ...]) -> None:
    assert key_tools(key_in, release) == wanted


def test_who_may_be_shut_out_is_everybody_but_the_cluster() -> None:
    told = site_inventory(inventory(), design("aws"), lock(), None)["all"]["children"]["fail2ban"]["vars"]
    assert told["fail2ban_never"] == ["10.40.0.0/16"]
