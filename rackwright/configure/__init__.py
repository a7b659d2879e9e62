"""Runs `playbooks/` over an inventory through ansible-runner; one typed result per host.

`site_inventory` decides (pure), `configure` does. Knows nothing of clouds: it gets hosts, a key and a lock.
"""

from rackwright.configure.events import ConfigureEvent
from rackwright.configure.runner import ConfigureResult, configure
from rackwright.configure.variables import Access, LocalServices, site_inventory

__all__ = [
    "Access",
    "ConfigureEvent",
    "ConfigureResult",
    "LocalServices",
    "configure",
    "site_inventory",
]
