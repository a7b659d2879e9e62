import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import Gpu, load_catalog
from rackwright.catalog.gpus import arrange, geometry_of, placements, vgpu_sizes
from rackwright.diagnostics import InputError

GPUS = load_catalog().gpus
DIVISIBLE = [gpu for gpu in GPUS.values() if gpu.mig]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[Gpu, list[str]]:
    gpu = draw(st.sampled_from(DIVISIBLE))
    names = [profile.name for profile in gpu.mig]
    return gpu, draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))


def brute_force(gpu: Gpu, names: list[str]) -> bool:
    slices = {profile.name: profile.slices for profile in gpu.mig}
    geometry = geometry_of(gpu)
    assert geometry is not None
    if sum(slices[name] for name in names) > geometry.compute_slices:
        return False
    return any(
        len(frozenset().union(*(place.covers for place in places))) == sum(place.size for place in places)
        for places in itertools.product(*(placements(gpu, name) for name in names))
    )


@given(layouts())
def test_a_layout_is_placed_exactly_when_brute_force_finds_places(layout: tuple[Gpu, list[str]]) -> None:
    gpu, names = layout
    found = arrange(gpu, names)
    assert (found is not None) == brute_force(gpu, names)
    if found is not None:
        assert sorted(place.profile for place in found) == sorted(names)
        assert all(place in placements(gpu, place.profile) for place in found)
        assert not any(one.covers & other.covers for one, other in itertools.combinations(found, 2))


@given(layouts(), st.randoms(use_true_random=False))
def test_the_order_of_the_profiles_does_not_matter(layout: tuple[Gpu, list[str]], random) -> None:
    gpu, names = layout
    turned = list(names)
    random.shuffle(turned)
    assert arrange(gpu, turned) == arrange(gpu, names)


@pytest.mark.parametrize("gpu", DIVISIBLE, ids=lambda gpu: gpu.name)
def test_as_many_instances_of_a_profile_fit_as_the_catalog_says(gpu: Gpu) -> None:
    for profile in gpu.mig:
        assert arrange(gpu, [profile.name] * profile.most) is not None, profile.name
        assert arrange(gpu, [profile.name] * (profile.most + 1)) is None, profile.name


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        (["3g.40gb", "4g.40gb"], True),
        (["3g.40gb", "3g.40gb", "1g.10gb"], False),
        (["4g.40gb", "4g.40gb"], False),
        (["3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"], True),
    ],
)
def test_well_known_layouts_of_an_h100(names: list[str], fits: bool) -> None:
    assert (arrange(GPUS["h100-80gb"], names) is not None) == fits


def test_an_unknown_profile_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(InputError) as caught:
        arrange(GPUS["h100-80gb"], ["1g.5gb"])
    assert "1g.10gb" in (caught.value.hint or "")
    with pytest.raises(InputError, match="V100"):
        arrange(GPUS["v100-16gb"], ["1g.5gb"])


def test_a_gpu_without_mig_takes_the_empty_layout_only() -> None:
    assert geometry_of(GPUS["v100-16gb"]) is None
    assert arrange(GPUS["v100-16gb"], []) == ()


def test_vgpus_share_the_memory_of_the_gpu() -> None:
    sizes = {size.suffix: size for size in vgpu_sizes(GPUS["h100-80gb"])}
    assert (sizes["20c"].most, sizes["80c"].most) == (4, 1)
    for gpu in GPUS.values():
        assert all(0 < size.most * size.memory_gb <= gpu.memory_gb for size in vgpu_sizes(gpu)), gpu.name
