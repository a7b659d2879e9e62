import json

from hypothesis import given

from rackwright.lock import Lock
from rackwright.lock.bill import as_cyclonedx
from tests.unit.lock.strategies import locks
from tests.unit.lock.test_resolve import resolved


@given(locks)
def test_every_part_of_a_lock_is_in_its_bill_once_and_the_bytes_are_the_same_each_time(lock: Lock) -> None:
    text = as_cyclonedx(lock, "x")
    bill = json.loads(text)
    names = [component["name"] for component in bill["components"] if component["type"] != "operating-system"]
    assert sorted(names) == sorted([*lock.packages, *lock.images, *lock.modules])
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(set(references)) == len(references)
    assert as_cyclonedx(lock, "x") == text


def test_names_are_package_urls_with_the_hash_that_the_lock_has() -> None:
    bill = {part["name"]: part for part in json.loads(as_cyclonedx(resolved().lock, "train"))["components"]}
    assert bill["nvidia-open"]["purl"] == "pkg:deb/ubuntu/nvidia-open@580.173.02-1ubuntu1?distro=ubuntu-24.04"
    image = bill["nvcr.io/nvidia/pytorch:25.10-py3"]
    assert image["purl"].startswith("pkg:oci/pytorch@sha256%3A42263b24")
    assert image["hashes"][0]["content"].startswith("42263b24")


def test_another_lock_has_another_serial_number() -> None:
    one, other = (json.loads(as_cyclonedx(resolved(hold=hold).lock, "x"))["serialNumber"] for hold in (True, False))
    assert one != other
