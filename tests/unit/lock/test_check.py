import datetime as dt

from rackwright.catalog.software import load_software
from rackwright.diagnostics import Problem
from rackwright.lock import Image, Lock, check
from tests.unit.lock.test_resolve import TODAY, resolved


def found(lock: Lock, today: dt.date = TODAY) -> dict[str, str]:
    return {problem.where: problem.summary for problem in check(lock, load_software(), today)}


def with_software(**releases: str) -> Lock:
    lock = resolved().lock
    return lock.model_copy(update={"software": {**lock.software, **releases}})


def test_a_fresh_lock_has_nothing_wrong_with_it() -> None:
    assert check(resolved().lock, load_software(), TODAY) == ()


def test_it_goes_bad_when_a_line_reaches_its_end_of_life() -> None:
    problems = found(resolved().lock, dt.date(2028, 7, 1))
    assert problems["software.driver"] == "driver 580.173.02 is past its end of life (2028-06-30)"
    assert "software.slurm" in problems


def test_the_last_day_of_life_is_still_alive() -> None:
    assert "software.driver" not in found(resolved().lock, dt.date(2028, 6, 30))


def test_a_release_below_its_security_floor_is_named_with_the_bulletin() -> None:
    lock = resolved(software={"driver": "==580.126.20"}, secure_only=False).lock
    (problem,) = (p for p in check(lock, load_software(), TODAY) if p.where == "software.driver")
    assert isinstance(problem, Problem)
    assert "below its minimum safe version 580.159.03" in problem.summary
    assert "a_id/5821" in (problem.hint or "")


def test_a_fabric_manager_of_another_version_is_found() -> None:
    problems = found(with_software(**{"fabric-manager": "580.159.04"}))
    assert "stops when they differ" in problems["software.driver"]


def test_a_release_that_the_catalog_no_longer_has_is_found() -> None:
    assert found(with_software(driver="580.1.1"))["software.driver"] == "driver 580.1.1 is not in the catalog"


def test_a_package_that_was_edited_or_taken_out_is_found() -> None:
    lock = resolved().lock
    packages = dict(lock.packages)
    packages["nvidia-open"] = packages["nvidia-open"].model_copy(update={"version": "580.1-1"})
    del packages["nvidia-fabricmanager"]
    problems = found(lock.model_copy(update={"packages": packages}))
    assert problems.keys() == {"packages.nvidia-open", "packages.nvidia-fabricmanager"}


def test_a_lock_written_by_hand_is_told_to_be_written_by_the_resolver() -> None:
    lock = resolved().lock.model_copy(update={"software": {}})
    assert found(lock) == {"software": "the lock does not say which releases its packages come from"}


def test_an_image_below_its_security_floor_is_named() -> None:
    image = Image(digest="sha256:" + "a" * 64)
    references = {f"nvcr.io/nvidia/tritonserver:{tag}-py3": image for tag in ("25.10", "26.08")}
    problems = found(resolved().lock.model_copy(update={"images": references}))
    assert problems.keys() == {"images.nvcr.io/nvidia/tritonserver:25.10-py3"}
    assert "below its minimum safe release 26.06" in next(iter(problems.values()))
