"""What can be done to the values of a column. Pure; no message of these functions contains a value."""

from __future__ import annotations

import datetime as dt
import hmac
import time
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import ClassVar, Literal, Protocol

from rackwright.anonymise.key import PseudonymKey

REDACTED = "[redacted]"
"""What stands in place of a redacted value."""

MOST_DIGITS = 30
"""Numbers with more digits before or after the point are no measurements; ranges of them are refused."""

HEX_DIGITS = 64
"""Length of a whole HMAC-SHA256 in hexadecimal."""

DAY_LENGTH = len("2026-11-21")


class Number(str):
    """A JSON number as it was written, so that a kept one stays exactly the same."""

    __slots__ = ()


class Unfit(ValueError):
    """A value that an action cannot take; the message says why, never what the value is."""


class Action(Protocol):
    """Turns one value into the value that is published."""

    name: ClassVar[str]

    @property
    def detail(self) -> str:
        """Its settings, for the report."""

    def apply(self, value: object) -> object:
        """The published value. Raises `Unfit`."""


def text_of(value: object) -> str:
    """A scalar as text: ``1`` in CSV and in JSON are the same. `Unfit` for lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    raise Unfit("is a list or an object, which can only be kept, dropped or redacted")


def is_missing(value: object) -> bool:
    """Whether there is no value: ``null`` or empty text. A missing value stays missing."""
    return value is None or value == ""


@dataclass(frozen=True, slots=True)
class Keep:
    """The value as it is."""

    name: ClassVar[str] = "keep"
    detail: str = ""

    def apply(self, value: object) -> object:
        """`value`."""
        return value


@dataclass(frozen=True, slots=True)
class Drop:
    """The column is left out."""

    name: ClassVar[str] = "drop"
    detail: str = ""

    def apply(self, value: object) -> object:
        """Nothing."""
        del value
        return None


@dataclass(frozen=True, slots=True)
class Redact:
    """Every value is the same word, missing ones too."""

    name: ClassVar[str] = "redact"
    detail: str = ""

    def apply(self, value: object) -> object:
        """`REDACTED`."""
        del value
        return REDACTED


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Keyed HMAC-SHA256 of the value: the same for the same value, and not to be reversed without the key."""

    key: PseudonymKey
    domain: str
    """Columns of one domain have the same pseudonym for the same value."""
    length: int = 32
    """Hexadecimal digits that are kept of 64."""
    name: ClassVar[str] = "hmac"

    @property
    def detail(self) -> str:
        """How much of the digest is kept."""
        return f"HMAC-SHA256, first {self.length} of {HEX_DIGITS} digits ({4 * self.length} bits), domain {self.domain}"

    def apply(self, value: object) -> object:
        """The pseudonym."""
        if is_missing(value):
            return value
        domain, text = self.domain.encode(), text_of(value).encode("utf-8", "surrogatepass")
        message = len(domain).to_bytes(4, "big") + domain + text
        return hmac.digest(self.key.secret, message, "sha256").hex()[: self.length]


@dataclass(frozen=True, slots=True)
class Range:
    """A number becomes the half-open range that it lies in: ``[30,40)``; beyond the limits ``<18`` and ``>=90``."""

    width: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    name: ClassVar[str] = "generalise"

    @property
    def detail(self) -> str:
        """Width and limits."""
        limits = f", from {self.low}" if self.low is not None else ""
        return f"ranges of {self.width}{limits}" + (f", to {self.high}" if self.high is not None else "")

    def apply(self, value: object) -> object:
        """The range."""
        if is_missing(value):
            return value
        number = _number(text_of(value))
        if self.low is not None and number < self.low:
            return f"<{self.low:f}"
        if self.high is not None and number >= self.high:
            return f">={self.high:f}"
        start = (number / self.width).to_integral_value(ROUND_FLOOR) * self.width
        end = start + self.width
        start = start if self.low is None else max(start, self.low)
        end = end if self.high is None else min(end, self.high)
        return f"[{start:f},{end:f})"


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Unfit("is no number") from None
    if not number.is_finite():
        raise Unfit("is no finite number")
    exponent = number.as_tuple().exponent
    if number.adjusted() > MOST_DIGITS or (isinstance(exponent, int) and exponent < -MOST_DIGITS):
        raise Unfit(f"has more than {MOST_DIGITS} digits")
    return number.normalize() + 0


@dataclass(frozen=True, slots=True)
class DatePart:
    """A date becomes its year (``2026``) or its month (``2026-11``); a time of day behind an ISO date is ignored."""

    part: Literal["month", "year"]
    form: str | None = None
    """In the words of `datetime.strptime`; None for ISO 8601 (``2026-11-21``, ``2026-11-21T13:00``)."""
    name: ClassVar[str] = "generalise"

    @property
    def detail(self) -> str:
        """Which part is left."""
        return f"date to {self.part}"

    def apply(self, value: object) -> object:
        """The part."""
        if is_missing(value):
            return value
        text = text_of(value).strip()
        try:
            year, month = _in_form(text, self.form) if self.form else _iso(text)
        except ValueError:
            raise Unfit("is no date of the declared form") from None
        return f"{year:04d}" if self.part == "year" else f"{year:04d}-{month:02d}"


def _in_form(text: str, form: str) -> tuple[int, int]:
    found = time.strptime(text, form)
    return found.tm_year, found.tm_mon


def _iso(text: str) -> tuple[int, int]:
    if len(text) > DAY_LENGTH and text[DAY_LENGTH] not in "T ":
        raise ValueError(text)
    found = dt.date.fromisoformat(text[:DAY_LENGTH])
    return found.year, found.month


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first characters and a star: ``902*``. A value that is not longer than that becomes the star alone."""

    length: int
    name: ClassVar[str] = "generalise"

    @property
    def detail(self) -> str:
        """How many characters are left."""
        return f"first {self.length} characters"

    def apply(self, value: object) -> object:
        """The prefix."""
        if is_missing(value):
            return value
        text = text_of(value).strip()
        return f"{text[: self.length]}*" if len(text) > self.length else "*"


@dataclass(frozen=True, slots=True)
class OrRedacted:
    """Another action, and the redaction of what that one cannot take."""

    action: Action
    name: ClassVar[str] = "generalise"

    @property
    def detail(self) -> str:
        """The other action's settings."""
        return f"{self.action.detail}; what does not fit is redacted"

    def apply(self, value: object) -> object:
        """The other action's value."""
        try:
            return self.action.apply(value)
        except Unfit:
            return REDACTED
