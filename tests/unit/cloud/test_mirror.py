"""The machines' mirror is the one that this machine's apt uses."""

from __future__ import annotations

import pytest

from rackwright.cloud.mirror import Mirror, Source, choose_mirror, parse_sources
from rackwright.diagnostics import StepFailed

DEB822 = """\
# a comment in between
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm

Types: deb
URIs:
 http://other.example/tools
Suites: nodistro
"""
ONE_LINE = """\
# deb http://commented.example/debian trixie main
deb-src http://sources.example/debian trixie main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://mirror.example/debian/ trixie main  # mine
deb http://security.example/debian-security trixie-security main
"""


def test_both_forms_of_apts_sources_are_read() -> None:
    found = parse_sources([("debian.sources", DEB822), ("sources.list", ONE_LINE)])
    assert found == (
        Source("http://mirror.example/debian", "bookworm"),
        Source("http://mirror.example/debian", "bookworm-updates"),
        Source("http://mirror.example/debian-security", "bookworm-security"),
        Source("http://other.example/tools", "nodistro"),
        Source("https://mirror.example/debian/", "trixie"),
        Source("http://security.example/debian-security", "trixie-security"),
    )


def test_only_debians_archives_are_taken() -> None:
    found = choose_mirror(parse_sources([("x.sources", DEB822)]), {})
    assert found == Mirror("http://mirror.example/debian", "http://mirror.example/debian-security")


def test_a_named_mirror_wins_and_its_security_archive_lies_beside_it() -> None:
    assert choose_mirror([], {"RW_DEBIAN_MIRROR": "http://near.example/debian/"}) == Mirror(
        "http://near.example/debian", "http://near.example/debian-security"
    )


def test_a_machine_whose_apt_knows_no_debian_is_told_what_to_set() -> None:
    with pytest.raises(StepFailed) as refused:
        choose_mirror([Source("http://other.example/ubuntu", "noble")], {})
    assert refused.value.hint is not None
    assert "RW_DEBIAN_MIRROR" in refused.value.hint


def test_machines_have_all_components_and_the_security_archive() -> None:
    assert Mirror("http://m/debian", "http://m/debian-security").lines("trixie") == (
        "deb http://m/debian trixie main contrib non-free non-free-firmware",
        "deb http://m/debian trixie-updates main contrib non-free non-free-firmware",
        "deb http://m/debian-security trixie-security main contrib non-free non-free-firmware",
    )


def test_the_package_cache_speaks_tls_for_the_machines() -> None:
    through = Mirror("https://m/debian", "http://m/debian-security").through_cache()
    assert through == Mirror("http://HTTPS///m/debian", "http://m/debian-security")
