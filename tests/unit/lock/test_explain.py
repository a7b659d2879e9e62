import pytest

from rackwright.catalog.software import load_software
from rackwright.lock.explain import Explanation, explain
from tests.unit.lock.test_resolve import TODAY


def one(words: str, product: str) -> Explanation:
    (found,) = (item for item in explain(words, load_software(), TODAY) if item.product == product)
    return found


def test_a_version_alone_is_found_in_every_product_that_has_it() -> None:
    found = {item.product for item in explain("580.173.02", load_software(), TODAY)}
    assert found == {"driver", "fabric-manager", "imex"}


def test_a_release_says_its_life_its_safety_and_the_rules_about_it() -> None:
    text = " ".join(one("driver 580.126.20", "driver").lines)
    assert "Fixes until 2028-06-30." in text
    assert "Not safe: the newest bulletin for its line asks for 580.159.03" in text
    assert "RW-VER-002" in text
    assert any("a_id/5821" in source for source in one("driver 580.126.20", "driver").sources)


def test_a_line_that_ended_is_said_to_have_ended() -> None:
    assert "Fixes ended on 2026-06-30." in one("driver 535.309.01", "driver").lines


def test_a_product_lists_its_releases_best_first() -> None:
    assert "Releases, best first: 580.173.02, 580.159.04" in one("driver", "driver").lines[0]


@pytest.mark.parametrize("words", ["", "no-such", "driver 1.2.3", "cuda 580.173.02"])
def test_what_nobody_knows_has_no_explanation(words: str) -> None:
    assert explain(words, load_software(), TODAY) == ()


@pytest.mark.parametrize("product", sorted(load_software().products))
def test_every_product_and_release_can_be_explained(product: str) -> None:
    catalog = load_software()
    assert one(product, product).sources
    for release in catalog.products[product].releases:
        assert any(item.product == product for item in explain(f"{product} {release.version}", catalog, TODAY))
