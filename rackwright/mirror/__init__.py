"""The air-gapped mirror: packages, images, charts, models and wheels of a stack in one folder, each with its checksum.

`sync` brings what is missing and can be interrupted at any moment; `verify` finds what is missing, changed or foreign.
"""

from rackwright.mirror.manifest import Difference, Entry, Manifest, verify
from rackwright.mirror.settings import MirrorSettings, load_settings
from rackwright.mirror.sync import Outcome, sync

__all__ = ["Difference", "Entry", "Manifest", "MirrorSettings", "Outcome", "load_settings", "sync", "verify"]
