"""The resolved software set of a stack; pure. Main type: `Lock`.

Knows the catalog and nothing of specs or designs: what is wanted comes in as `Wants`.
"""

from rackwright.lock.model import Image, Lock, OperatingSystem, Package
from rackwright.lock.store import dump_lock, load_lock, lock_path, parse_lock

__all__ = ["Image", "Lock", "OperatingSystem", "Package", "dump_lock", "load_lock", "lock_path", "parse_lock"]
