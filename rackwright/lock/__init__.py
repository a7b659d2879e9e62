"""The resolved software set of a stack; pure. Main type: `Lock`.

Knows the catalog and nothing of specs or designs: what is wanted comes in as `Wants`.
"""

from rackwright.lock.check import check
from rackwright.lock.difference import Change, difference
from rackwright.lock.explain import Explanation, explain
from rackwright.lock.model import Image, Lock, OperatingSystem, Package
from rackwright.lock.resolve import Resolution, resolve
from rackwright.lock.store import dump_lock, load_lock, lock_path, parse_lock
from rackwright.lock.wants import Wants

__all__ = [
    "Change",
    "Explanation",
    "Image",
    "Lock",
    "OperatingSystem",
    "Package",
    "Resolution",
    "Wants",
    "check",
    "difference",
    "dump_lock",
    "explain",
    "load_lock",
    "lock_path",
    "parse_lock",
    "resolve",
]
