"""The audit's page in a real browser: it draws, its filters work, and a name in a finding is never a script."""

import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from tests.unit.policies.test_report_page import HOSTILE, judged, paged

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH; ./rw test installs it where it may")
RED = (0xB3, 0x26, 0x1E)
"""Colour of violations."""


def browse(page: Path, *options: str, fragment: str = "") -> str:
    profile = page.with_suffix(".profile")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
    command += [f"--user-data-dir={profile}", "--window-size=1200,1600", "--virtual-time-budget=2000", *options]
    done = subprocess.run(
        [*command, f"{page.as_uri()}{fragment}"], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def pixels(picture: bytes) -> tuple[int, int, set[tuple[int, ...]]]:
    """Width, height and colours of a PNG with 8 bits a channel."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", picture[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    packed, at = b"", 8
    while at < len(picture):
        (size,) = struct.unpack(">I", picture[at : at + 4])
        packed += picture[at + 8 : at + 8 + size] if picture[at + 4 : at + 8] == b"IDAT" else b""
        at += size + 12
    return width, height, colours(zlib.decompress(packed), width * channels, channels)


def colours(raw: bytes, stride: int, channels: int) -> set[tuple[int, ...]]:
    before, seen = bytearray(stride), set()
    for start in range(0, len(raw), stride + 1):
        row = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, channels)
        seen |= {tuple(row[at : at + 3]) for at in range(0, stride, channels)}
        before = row
    return seen


def unfiltered(kind: int, row: bytearray, above: bytearray, channels: int) -> bytearray:
    """PNG (third edition), 9.2: filter types."""
    for at in range(len(row)):
        left = row[at - channels] if at >= channels else 0
        corner = above[at - channels] if at >= channels else 0
        row[at] = (row[at] + (0, left, above[at], (left + above[at]) // 2, paeth(left, above[at], corner))[kind]) & 255
    return row


def paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def shown(dom: str) -> int:
    return int(re.search(r'id="shown">(\d+) findings shown', dom).group(1))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "audit.html"
    path.write_text(paged(judged(HOSTILE)))
    return path


def test_the_page_is_drawn_with_its_violations_in_red(page: Path) -> None:
    picture = page.with_suffix(".png")
    browse(page, f"--screenshot={picture}")
    width, height, seen = pixels(picture.read_bytes())
    assert (width, height) == (1200, 1600)
    assert RED in seen
    assert len(seen) > 20


def test_filters_of_the_address_choose_what_is_shown(page: Path) -> None:
    result = judged(HOSTILE)
    open_ones = [one for one in result.findings if one.status.value != "passed"]
    high = [one for one in open_ones if one.severity.value == "high"]
    assert 0 < len(high) < len(open_ones)
    assert shown(browse(page, "--dump-dom")) == len(open_ones)
    assert shown(browse(page, "--dump-dom", fragment="#severity=high")) == len(high)
    assert shown(browse(page, "--dump-dom", fragment="#text=no+such+words")) == 0


def test_a_hostile_name_stays_text(page: Path) -> None:
    dom = browse(page, "--dump-dom")
    assert dom.count("<script>") == 1
    assert "<img" not in dom
