"""Volumes are encrypted where the account asks for it by default, whoever makes them; moto keeps the switch only.

https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend

_plain: Any = EC2Backend.create_volume


def _create_volume(state: Any, *arguments: Any, encrypted: bool = False, **named: Any) -> Any:
    return _plain(state, *arguments, encrypted=encrypted or state.ebs_encryption_by_default, **named)


def install() -> None:
    """Every new volume is encrypted once the switch is on."""
    type.__setattr__(EC2Backend, "create_volume", _create_volume)
