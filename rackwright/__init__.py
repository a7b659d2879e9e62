"""Rackwright: from one typed description of a GPU cluster to a running, configured and proven one.

Start with ``ARCHITECTURE.md``: it names the stages, the packages and who may import whom.
"""

__version__ = "0.1.0"
