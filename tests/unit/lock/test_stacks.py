"""The locks that are checked in are those that the resolver writes."""

import datetime as dt
from pathlib import Path

import pytest

from rackwright.catalog import load_catalog
from rackwright.catalog.software import load_software
from rackwright.design import design_cluster
from rackwright.design.wants import wants_of
from rackwright.diagnostics import InputError
from rackwright.lock import Resolution, Wants, check, difference, dump_lock, load_lock, lock_path, resolve
from rackwright.spec import load_spec
from rackwright.spec.scheduler import KubernetesSpec, Slurm
from rackwright.spec.software import SoftwareSpec

STACKS = Path(__file__).parents[3] / "stacks"
TODAY = dt.date(2026, 11, 21)
EXAMPLES = [path for path in sorted(STACKS.glob("*.yaml")) if "." not in path.stem]


def resolved(stack: Path) -> Resolution:
    spec = load_spec(stack)
    design = design_cluster(spec, load_catalog())
    images = load_lock(lock_path(stack)).images
    wants = wants_of(design, spec.software, images, slurm=spec.slurm, kubernetes=spec.kubernetes)
    return resolve(wants, load_software(), TODAY)


def test_there_are_at_least_eight_example_stacks() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("stack", EXAMPLES, ids=lambda path: path.stem)
def test_resolving_a_stack_again_gives_the_bytes_of_its_lock(stack: Path) -> None:
    new = resolved(stack).lock
    assert difference(load_lock(lock_path(stack)), new) == (), f"review ./rw lock {stack.stem} --upgrade"
    assert dump_lock(new) == lock_path(stack).read_text()


def local_wants(**software: str) -> Wants:
    spec = load_spec(STACKS / "local.yaml")
    return wants_of(design_cluster(spec, load_catalog()), SoftwareSpec.model_validate(software))


def test_on_the_local_cloud_defaults_become_what_the_distribution_offers_and_the_reasons_say_so() -> None:
    found = resolve(local_wants(), load_software(), TODAY)
    assert found.versions["driver"].startswith("550.")
    assert "no GPU is driven on the local cloud" in found.reasons["driver"]
    assert "stands in for 13.0" in found.reasons["cuda"]


def test_on_the_local_cloud_a_branch_that_the_distribution_lacks_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        resolve(local_wants(driver="r580-open"), load_software(), TODAY)
    assert {problem.where for problem in caught.value.problems} == {"software.driver", "system"}


def test_the_local_lock_is_past_its_drivers_life_and_nothing_else_is_wrong_with_it() -> None:
    problems = check(load_lock(lock_path(STACKS / "local.yaml")), load_software(), TODAY)
    assert [problem.where for problem in problems] == ["software.driver"]
    assert "past its end of life" in problems[0].summary


def test_a_stack_with_several_schedulers_gpus_and_pools_wants_all_of_them() -> None:
    spec = load_spec(STACKS / "h100-train.yaml")
    wants = wants_of(design_cluster(spec, load_catalog()), spec.software)
    assert (wants.system, wants.gpus, wants.fabrics, wants.schedulers) == (
        "ubuntu-24.04",
        ("h100-80gb",),
        ("efa",),
        ("slurm",),
    )
    assert wants.software["driver"] == "580.*"
    assert wants.named_in["cuda"] == "software.cuda"
    assert wants.supported_only


def test_a_kernel_that_the_driver_does_not_compile_against_is_refused() -> None:
    assert resolve(local_wants(kernel="6.12.94+deb13-amd64"), load_software(), TODAY).versions["kernel"] == "6.12.94"
    with pytest.raises(InputError) as caught:
        resolve(local_wants(kernel="6.12.117+deb13-amd64"), load_software(), TODAY)
    assert "software.kernel" in {problem.where for problem in caught.value.problems}
    assert "pci_resize_resource" in (caught.value.hint or "")


def test_schedulers_bring_the_releases_that_their_sections_ask_for() -> None:
    spec = load_spec(STACKS / "h100-train.yaml")
    design = design_cluster(spec, load_catalog())
    slurm = Slurm(kind="slurm", version="25.11", pyxis=False)
    cluster = KubernetesSpec(kind="kubernetes", version="1.35", gpu_operator="26.3.3")
    versions = resolve(
        wants_of(design, spec.software, slurm=slurm, kubernetes=cluster), load_software(), TODAY
    ).versions
    assert (versions["slurm"], versions["kubernetes"], versions["gpu-operator"]) == ("25.11.8", "1.35.9", "26.3.3")
    assert "pyxis" not in versions
    assert versions["container-toolkit"] == "1.19.1", "the operator's own"
