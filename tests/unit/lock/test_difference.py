from hypothesis import given, settings

from rackwright.lock import Image, Lock, OperatingSystem, Package, difference
from tests.unit.lock.strategies import locks

OLD = Lock(
    os=OperatingSystem(distribution="ubuntu", release="24.04"),
    software={"driver": "580.126.20"},
    packages={
        "nvidia-open": Package(version="580.126.20-1", role="gpu_driver"),
        "libnccl2": Package(version="2.30-1", role="cuda"),
        "gone": Package(version="1", role="x"),
    },
    images={"a:1": Image(digest="sha256:" + "a" * 64)},
)
NEW = OLD.model_copy(
    update={
        "software": {"driver": "580.173.02"},
        "packages": {
            "nvidia-open": Package(version="580.173.02-1", role="gpu_driver"),
            "libnccl2": Package(version="2.29-1", role="cuda"),
            "new": Package(version="1", role="x"),
        },
        "images": {"a:1": Image(digest="sha256:" + "b" * 64)},
    }
)


def test_each_kind_of_change_is_named() -> None:
    found = {(change.section, change.name): change.kind for change in difference(OLD, NEW)}
    assert found == {
        ("software", "driver"): "upgraded",
        ("package", "nvidia-open"): "upgraded",
        ("package", "libnccl2"): "downgraded",
        ("package", "gone"): "removed",
        ("package", "new"): "added",
        ("image", "a:1"): "changed",
    }


@given(locks)
def test_a_lock_does_not_differ_from_itself(lock: Lock) -> None:
    assert difference(lock, lock) == ()


@settings(max_examples=30)
@given(locks, locks)
def test_the_way_back_is_the_same_changes_turned_round(one: Lock, other: Lock) -> None:
    forth = {(c.section, c.name, c.before, c.after) for c in difference(one, other)}
    assert {(c.section, c.name, c.after, c.before) for c in difference(other, one)} == forth
