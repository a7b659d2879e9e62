import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.diagnostics import InputError
from rackwright.hostlist import compress, expand

names = st.builds(
    lambda pool, width, number: f"{pool}-{number:0{width}d}",
    st.sampled_from(["train", "infer", "gpu2x", "a"]),
    st.integers(1, 4),
    st.integers(0, 300),
)


@given(st.lists(names | st.sampled_from(["head", "login"]), max_size=40))
def test_a_compressed_list_expands_to_the_same_names(found: list[str]) -> None:
    assert sorted(expand(compress(found))) == sorted(set(found))


@given(st.lists(names, max_size=40))
def test_order_and_repetition_do_not_matter(found: list[str]) -> None:
    assert compress(found) == compress([*reversed(found), *found])


def test_neighbours_become_a_range() -> None:
    assert compress(["train-1", "train-2", "train-3", "train-7"]) == "train-[1-3,7]"


def test_leading_zeros_are_kept() -> None:
    assert compress(["n001", "n002", "n010"]) == "n[001-002,010]"


def test_one_name_stays_as_it_is() -> None:
    assert compress(["head"]) == "head"
    assert compress(["train-9"]) == "train-9"
    assert compress([]) == ""


def test_a_number_that_has_outgrown_its_zeros_stays_in_the_range() -> None:
    assert compress([f"node{number:04d}" for number in range(998, 10_002)]) == "node[0998-10001]"
    assert compress(["train-9", "train-10"]) == "train-[9-10]"


def test_what_is_no_host_list_is_refused() -> None:
    for text in ("node[2-1]", "node[", "7"):
        with pytest.raises(InputError):
            expand(text)
