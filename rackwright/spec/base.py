"""What every part of a spec shares: closed and frozen models, and the small text types that occur everywhere."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class SpecModel(BaseModel):
    """A part of the spec: no unknown keys, no change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _network(text: str) -> str:
    try:
        IPv4Network(text)
    except ValueError as problem:
        raise PydanticCustomError("cidr", "{problem}", {"problem": _cidr_problem(text, problem)}) from problem
    return text


def _cidr_problem(text: str, problem: ValueError) -> str:
    try:
        fixed = IPv4Network(text, strict=False)
    except ValueError:
        return f"'{text}' is not an IPv4 network ({problem}); write it as '10.40.0.0/16'"
    return f"'{text}' has host bits set; the network is '{fixed}'"


Cidr = Annotated[str, AfterValidator(_network), Field(examples=["10.40.0.0/16"])]
"""An IPv4 network without host bits: ``10.40.0.0/16``."""

NAME_FORM = r"^[a-z][a-z0-9-]{0,30}$"
MOUNT_FORM = r"^/[A-Za-z0-9._/-]+$"

Name = Annotated[str, Field(pattern=NAME_FORM, examples=["train"])]
"""A short name: lower case letters, digits and dashes, starting with a letter, at most 31 characters."""

MountPoint = Annotated[str, Field(pattern=MOUNT_FORM, examples=["/fsx"])]
"""An absolute path below the root."""

Arn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d*|aws):.+$")]
"""An Amazon resource name."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["ops@example.org"])]
"""An e-mail address."""
