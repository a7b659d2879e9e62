"""``rw explain``: every kind of thing has a page, and a slip is met with the nearest names of all kinds."""

import datetime as dt

import pytest

from rackwright.diagnostics import InputError
from rackwright.pipeline.knowledge.topics import every_topic, explain_topic

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("RW-NET-012", "Every zone is in the target's region"),
        ("rw-net-012", "Every zone is in the target's region"),
        ("p5.48xlarge", "vcpus                192"),
        ("h100-80gb", "hopper"),
        ("qm9700", "radix                64"),
        ("driver", "Releases, best first"),
        ("580.173.02", "Fixes until"),
        ("driver 580.173.02", "Fixes until"),
        ("pytorch", "nvcr.io/nvidia/pytorch"),
    ],
)
def test_a_page_says_what_a_thing_is_and_where_that_was_read(topic: str, words: str) -> None:
    page = explain_topic(topic, TODAY)
    assert words in page
    assert "https://" in page or "Source:" in page


def test_every_name_that_is_offered_has_a_page() -> None:
    empty = [topic for topic in every_topic() if not explain_topic(topic, TODAY).strip()]
    assert not empty


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("RW-NTE-012", "RW-NET-012"), ("p5.48xlrage", "p5.48xlarge"), ("qm970", "qm9700"), ("drivr", "driver")],
)
def test_a_slip_is_met_with_the_nearest_name_whatever_its_kind(slip: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        explain_topic(slip, TODAY)
    assert meant in (caught.value.hint or "")
