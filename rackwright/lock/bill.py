"""A lock as a software bill of materials: CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/). Pure.

No time stamp and no random serial number: the same lock gives the same bytes. The serial number is a UUID made from the
lock's own bytes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from rackwright.catalog.gpu_repository import WHEEL_INDEX
from rackwright.lock.model import Image, Lock, Package
from rackwright.lock.store import dump_lock

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562, appendix A: names that are URLs

_REPOSITORY: Mapping[str, str] = {"debian": "deb", "ubuntu": "deb", "rocky": "rpm"}


def as_cyclonedx(lock: Lock, stack: str) -> str:
    """Bill of materials of `stack` as JSON text: every package, image and source module of `lock`, with its hash."""
    serial = uuid.uuid5(_NAMESPACE, f"{stack}\n{dump_lock(lock)}")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "platform", "name": stack, "bom-ref": f"stack:{stack}"}},
        "components": list(_components(lock)),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _components(lock: Lock) -> Iterator[dict[str, object]]:
    system = f"os:{lock.os.distribution}-{lock.os.release}"
    yield {"type": "operating-system", "name": lock.os.distribution, "version": lock.os.release, "bom-ref": system}
    for name, package in sorted(lock.packages.items()):
        yield _package(lock, name, package)
    for reference, image in sorted(lock.images.items()):
        yield _image(reference, image)
    for path, version in sorted(lock.modules.items()):
        yield _component("library", path, version, f"pkg:golang/{path}@{version}")
    for name, archive in sorted(lock.archives.items()):
        purl = f"pkg:generic/{quote(name)}@{quote(archive.version)}?download_url={quote(archive.url, safe='')}"
        yield _component("application", name, archive.version, purl, archive.digest)


def _package(lock: Lock, name: str, package: Package) -> dict[str, object]:
    if package.is_wheel:
        where = f"?repository_url={quote(WHEEL_INDEX, safe='')}" if package.source == "nvidia-pypi" else ""
        purl = f"pkg:pypi/{quote(name)}@{quote(package.version)}{where}"
    else:
        kind, distribution = _REPOSITORY[lock.os.distribution], lock.os.distribution
        where = f"?distro={distribution}-{lock.os.release}"
        purl = f"pkg:{kind}/{distribution}/{quote(name)}@{quote(package.version, safe=':')}{where}"
    found = _component("library", name, package.version, purl, package.digest)
    properties = {"role": package.role, "source": package.source, "held": str(package.held).lower()}
    return found | {"properties": [{"name": f"rackwright:{key}", "value": text} for key, text in properties.items()]}


def _image(reference: str, image: Image) -> dict[str, object]:
    repository, _, tag = reference.partition("@")[0].rpartition(":")
    name = (repository or tag).rpartition("/")[2]
    purl = f"pkg:oci/{name}@{quote(image.digest)}?repository_url={quote(repository, safe='')}&tag={quote(tag)}"
    found = _component("container", reference, image.digest, purl, image.digest)
    return found | {"properties": [{"name": "rackwright:stand_in", "value": str(image.stand_in).lower()}]}


def _component(kind: str, name: str, version: str, purl: str, digest: str | None = None) -> dict[str, object]:
    found: dict[str, object] = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if digest is not None:
        found["hashes"] = [{"alg": "SHA-256", "content": digest.removeprefix("sha256:")}]
    return found
