"""Which machines should exist: the instances that the emulator runs."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from moto.core.types import Base64EncodedString

from rackwright.cloud.aws.app import Emulator
from rackwright.cloud.aws.call import backends_of
from rackwright.cloud.instance import WantedInstance

WANTED_STATES = frozenset({"pending", "running"})
KEPT_STATES = WANTED_STATES | {"stopping", "stopped"}
"""Their machines keep their disks."""


def list_instances(emulator: Emulator) -> Sequence[WantedInstance]:
    """Instances that are not terminated, of all accounts and regions, oldest first; stopped ones are marked so."""
    with emulator.lock:
        return tuple(_wanted(state, instance) for state in _states() for instance in _kept(state))


def _states() -> Iterator[Any]:
    for regions in backends_of("ec2").values():
        yield from regions.values()


def _kept(state: Any) -> list[Any]:
    return [one for one in state.all_instances() if one.state in KEPT_STATES]


def _wanted(state: Any, instance: Any) -> WantedInstance:
    tags = {tag["key"]: tag["value"] for tag in instance.get_tags()}
    key = state.key_pairs.get(instance.key_name) if instance.key_name else None
    return WantedInstance(
        id=instance.id,
        private_ip=str(instance.private_ip),
        name=tags.get("Name") or str(instance.private_dns_name).partition(".")[0],
        user_data=decode_user_data(instance.user_data),
        ssh_public_keys=(_text(key.material_public),) if key is not None and key.material_public else (),
        tags=tags,
        generation=getattr(instance, "rackwright_generation", 0),
        image=_image_name(state, instance.image_id),
        running=instance.state in WANTED_STATES,
    )


def _image_name(state: Any, image_id: str) -> str:
    """Name of a registered image; for any other its id, by which the cache may know it."""
    image = state.amis.get(image_id)
    return str(image.name) if image is not None else image_id


def decode_user_data(data: Base64EncodedString | None) -> str:
    """User data as text; the API takes it in base64. Bytes that are no UTF-8 are replaced."""
    return base64.b64decode(data.as_bytes()).decode(errors="replace") if data else ""


def _text(value: str | bytes) -> str:
    return (value.decode() if isinstance(value, bytes) else value).strip()
