"""The providers of one run: made when first needed, configured once, closed at the end."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from rackwright.diagnostics import InputError
from rackwright.engine.properties import contains_unknown
from rackwright.engine.provider import Provider
from rackwright.engine.state import ResourceState


class Registry:
    """Configured providers by reference (``URN::ID``) and, for the one the program uses now, by URN."""

    def __init__(self, makers: Mapping[str, Callable[[], object]]) -> None:
        self._makers = makers
        self._providers: dict[str, Provider] = {}
        self._all: list[Provider] = []
        self._lock = threading.Lock()

    def make(self, package: str, urn: str) -> Provider:
        """A provider of `package`, not configured yet. Raises `InputError` when none is known."""
        maker = self._makers.get(package)
        if maker is None:
            known = ", ".join(sorted(self._makers)) or "none"
            raise InputError(
                f"there is no provider for the package {package!r} (there are: {known})",
                where=urn,
                hint="real clouds and other packages need the pulumi CLI: ./rw tools install",
            )
        return Provider(maker(), urn)

    def keep(self, provider: Provider, resource: ResourceState) -> None:
        """Use `provider` for whatever refers to `resource`."""
        with self._lock:
            self._providers[resource.urn] = self._providers[reference(resource)] = provider
            self._all.append(provider)

    def current(self, urn: str) -> Provider | None:
        """The provider that the program registered under `urn`."""
        with self._lock:
            return self._providers.get(urn)

    def recorded(self, ref: str, resources: Iterable[ResourceState]) -> Provider:
        """The provider `ref`, made from its recorded configuration when the program has not registered it.

        Raises `InputError` when the package is not known.
        """
        with self._lock:
            found = self._providers.get(ref)
            if found is None:
                resource = next(r for r in resources if reference(r) == ref)
                found = self.make(resource.type.rsplit(":", 1)[-1], resource.urn)
                if not contains_unknown(resource.inputs):
                    found.configure(resource.inputs)
                self._providers[ref] = found
                self._all.append(found)
            return found

    def close(self, *, cancel: bool) -> None:
        """Let go of every provider; `cancel` asks them to end what they are doing first."""
        with self._lock:
            for provider in self._all:
                if cancel:
                    provider.cancel()
                provider.close()
            self._all.clear()
            self._providers.clear()


def reference(provider: ResourceState) -> str:
    """How other resources name the provider resource `provider`."""
    return f"{provider.urn}::{provider.id}"


def require_local_endpoint(url: str, allowed_networks: Iterable[str] = ()) -> str:
    """`url`, if it leads to this machine or into one of `allowed_networks` (``10.99.0.0/24``).

    The embedded engine is for the local cloud only. Raises `InputError` otherwise, also for host names other than
    ``localhost``: what a name leads to can change.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return url
    networks = [ipaddress.ip_network(network) for network in allowed_networks]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is not None and (address.is_loopback or any(address in network for network in networks)):
        return url
    also = f" or {', '.join(map(str, networks))}" if networks else ""
    raise InputError(
        f"the endpoint {url!r} is not on this machine: the embedded engine talks to loopback{also} only",
        where="provider endpoint",
        hint="real clouds need the pulumi CLI: ./rw tools install, then run the same command",
    )
