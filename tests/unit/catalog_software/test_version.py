import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog.version import Condition, version_order

ASCENDING = [
    "1.0~rc1", "1.0", "1.0-1", "1.0-1+deb13u1", "1.0.1", "1.9", "1.10", "580.95.05", "580.126.09", "1:0.1",
]  # fmt: skip
texts = st.from_regex(r"([0-9]:)?[0-9]{1,3}([.~+a-z][0-9]{1,3}){0,3}(-[0-9]{1,2})?", fullmatch=True)


def test_versions_of_every_style_sort_as_debian_policy_says() -> None:
    assert sorted(set(ASCENDING), key=version_order) == ASCENDING


def test_a_leading_v_does_not_count() -> None:
    assert version_order("v1.16.2") == version_order("1.16.2")


@given(texts, texts)
def test_the_order_is_that_of_dpkgs_algorithm(one: str, other: str) -> None:
    mine = (version_order(one) > version_order(other)) - (version_order(one) < version_order(other))
    assert mine == dpkg_compare(one, other)


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        (">=580.65.06", ["580.65.06", "580.126.09", "595.1"], ["570.211.01", None]),
        (">=12,<13", ["12", "12.9.79"], ["13", "13.0", "11.8", None]),
        ("580.*", ["580", "580.95.05"], ["5801.1", "58", None]),
        ("present", ["0"], [None]),
        ("absent", [None], ["1.0"]),
        ("open", ["open"], ["closed", None]),
        ("!=1.0", ["1.1"], ["1.0", None]),
    ],
)
def test_conditions_mean_what_they_say(condition: str, holds: list[str], fails: list[str]) -> None:
    parsed = Condition.parse(condition)
    assert all(parsed.holds(version) for version in holds)
    assert not any(parsed.holds(version) for version in fails)


@pytest.mark.parametrize("text", ["", ">=", "~1.2", ">=1.*", "1.2,", "a b", "=1"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no condition"):
        Condition.parse(text)


def dpkg_compare(one: str, other: str) -> int:
    """dpkg's own algorithm (lib/dpkg/version.c), character by character."""
    (e1, u1, r1), (e2, u2, r2) = split(one), split(other)
    return (e1 > e2) - (e1 < e2) or verrevcmp(u1, u2) or verrevcmp(r1, r2)


def split(text: str) -> tuple[int, str, str]:
    epoch, colon, rest = text.partition(":")
    rest, epoch = (rest, epoch) if colon else (epoch, "0")
    upstream, dash, revision = rest.rpartition("-")
    return (int(epoch), upstream, revision) if dash else (int(epoch), rest, "0")


def weight(char: str) -> int:
    if not char or char.isdigit():
        return 0
    return -1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256


def verrevcmp(a: str, b: str) -> int:
    i = j = 0
    while i < len(a) or j < len(b):
        while (i < len(a) and not a[i].isdigit()) or (j < len(b) and not b[j].isdigit()):
            left, right = weight(a[i : i + 1]), weight(b[j : j + 1])
            if left != right:
                return 1 if left > right else -1
            i, j = i + 1, j + 1
        first, second = number(a, i), number(b, j)
        if int(first or 0) != int(second or 0):
            return 1 if int(first or 0) > int(second or 0) else -1
        i, j = i + len(first), j + len(second)
    return 0


def number(text: str, start: int) -> str:
    end = start
    while end < len(text) and text[end].isdigit():
        end += 1
    return text[start:end]
