"""The map: what is done to each column. Text -> `ColumnMap`, or one `InputError` that carries every mistake. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from rackwright.anonymise.actions import (
    HEX_DIGITS,
    Action,
    DatePart,
    Drop,
    Keep,
    OrRedacted,
    Prefix,
    Pseudonym,
    Range,
    Redact,
)
from rackwright.anonymise.key import PseudonymKey
from rackwright.diagnostics import InputError, Problem
from rackwright.spec.places import Path, Places, read_document

SHORTEST = 16
"""Fewest hexadecimal digits of a pseudonym: 64 bits, so that a million values meet with a chance under 1 in 10^7."""

_SIMPLE: dict[str, Callable[[], Action]] = {"keep": Keep, "drop": Drop, "redact": Redact}
ACTIONS = (*_SIMPLE, "hmac", "generalise")


@dataclass(frozen=True, slots=True)
class Anonymity:
    """What k-anonymity is asked for."""

    k: int
    """Fewest rows that must share each combination of values."""
    columns: tuple[str, ...]
    """Quasi-identifiers: what somebody could know of a person from elsewhere."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The declared map."""

    columns: Mapping[str, Action]
    drops_unknown: bool
    """Whether columns that are not declared are dropped; otherwise they are mistakes."""
    anonymity: Anonymity | None

    @property
    def published(self) -> tuple[str, ...]:
        """Declared columns that are not dropped, in the order of the map."""
        return tuple(name for name, action in self.columns.items() if not isinstance(action, Drop))

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those of `names` about which the map says nothing."""
        return [] if self.drops_unknown else [name for name in names if name not in self.columns]


def needs_key(text: str, name: str) -> bool:
    """Whether the map in `text` makes pseudonyms, so that a key is wanted."""
    document, _ = _document(text, name)
    columns = document.get("columns")
    wanted = columns.values() if isinstance(columns, dict) else ()
    return any((one.get("action") if isinstance(one, dict) else one) == "hmac" for one in wanted)


def parse_map(text: str, name: str, key: PseudonymKey | None) -> ColumnMap:
    """The map in `text`; `name` is what messages call the file. InputError with all mistakes."""
    document, places = _document(text, name)
    reader = _Reader(places, key)
    found = reader.map(document)
    if reader.problems:
        count = "1 mistake" if len(reader.problems) == 1 else f"{len(reader.problems)} mistakes"
        raise InputError(f"{name} has {count}", where=name, hint="nothing was written", problems=reader.problems)
    return found


def _document(text: str, name: str) -> tuple[dict[str, object], Places]:
    try:
        return read_document(text, name)
    except InputError as problem:
        hint = "a map is YAML and begins with 'columns:'"
        raise InputError(problem.summary, where=problem.where, hint=hint, problems=problem.problems) from None


@dataclass(slots=True)
class _Reader:
    """Reads parts of the document and collects what is wrong with them."""

    places: Places
    key: PseudonymKey | None
    problems: list[Problem] = field(default_factory=list)

    def map(self, document: Mapping[str, object]) -> ColumnMap:
        self._only(document, (), ("columns", "default", "k_anonymity"))
        default = document.get("default")
        if default not in {None, "drop"}:
            self._wrong(
                ("default",), f"default is {default!r}, expected drop", "leave it out to refuse unknown columns"
            )
        declared = document.get("columns")
        if not isinstance(declared, dict) or not declared:
            self._wrong(("columns",), "no columns are declared", "columns: {name: drop, age: keep}")
            declared = {}
        columns = {str(name): self._column(str(name), value) for name, value in declared.items()}
        anonymity = self._anonymity(document.get("k_anonymity"), columns) if "k_anonymity" in document else None
        return ColumnMap(columns, default == "drop", anonymity)

    def _column(self, name: str, value: object) -> Action:
        path: Path = ("columns", name)
        options = value if isinstance(value, dict) else {"action": value}
        chosen = options.get("action")
        if not isinstance(chosen, str) or chosen not in ACTIONS:
            near = difflib.get_close_matches(str(chosen), ACTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(ACTIONS)}"
            self._wrong(path, f"column {name!r} has the action {chosen!r}", hint)
            return Drop()
        if chosen in _SIMPLE:
            self._only(options, path, ("action",))
            return _SIMPLE[chosen]()
        return self._pseudonym(name, options, path) if chosen == "hmac" else self._generalised(name, options, path)

    def _pseudonym(self, name: str, options: Mapping[str, object], path: Path) -> Action:
        self._only(options, path, ("action", "length", "domain"))
        length, domain = options.get("length", 32), options.get("domain", name)
        if not _is_whole(length, SHORTEST, HEX_DIGITS):
            self._wrong((*path, "length"), f"length is {length!r}, expected {SHORTEST} to {HEX_DIGITS} digits")
            length = HEX_DIGITS
        if not isinstance(domain, str) or not domain:
            self._wrong((*path, "domain"), f"domain is {domain!r}, expected a name")
        if self.key is None:
            self._wrong(path, f"column {name!r} wants a pseudonym, but there is no key", "name a key file: --key FILE")
            return Drop()
        return Pseudonym(self.key, str(domain), int(str(length)))

    def _generalised(self, name: str, options: Mapping[str, object], path: Path) -> Action:
        kinds = {"width": self._range, "date": self._date, "prefix": self._prefix}
        chosen = [kind for kind in kinds if kind in options]
        if len(chosen) != 1:
            what = f"column {name!r} is generalised by {' and '.join(chosen) or 'nothing'}"
            self._wrong(path, what, "say one of width (numbers), date (month, year), prefix (characters)")
            return Drop()
        invalid = options.get("invalid", "error")
        if invalid not in {"error", "redact"}:
            self._wrong((*path, "invalid"), f"invalid is {invalid!r}, expected error or redact")
        action = kinds[chosen[0]](options, path)
        return OrRedacted(action) if invalid == "redact" else action

    def _range(self, options: Mapping[str, object], path: Path) -> Action:
        self._only(options, path, ("action", "invalid", "width", "min", "max"))
        width = self._decimal(options, path, "width")
        low, high = self._decimal(options, path, "min"), self._decimal(options, path, "max")
        if width is not None and width <= 0:
            self._wrong((*path, "width"), f"width is {width}, expected more than 0")
            width = None
        if low is not None and high is not None and low >= high:
            self._wrong((*path, "max"), f"max is {high}, expected more than min ({low})")
        return Range(width or Decimal(1), low, high)

    def _date(self, options: Mapping[str, object], path: Path) -> Action:
        self._only(options, path, ("action", "invalid", "date", "format"))
        part, form = options["date"], options.get("format")
        parts: tuple[Literal["month", "year"], ...] = ("month", "year")
        found = next((one for one in parts if one == part), None)
        if found is None:
            self._wrong((*path, "date"), f"date is {part!r}, expected month or year")
        if form is not None and (not isinstance(form, str) or "%" not in form):
            self._wrong((*path, "format"), f"format is {form!r}, expected words of strptime", "format: '%d.%m.%Y'")
        return DatePart(found or "year", None if form is None else str(form))

    def _prefix(self, options: Mapping[str, object], path: Path) -> Action:
        self._only(options, path, ("action", "invalid", "prefix"))
        length = options["prefix"]
        if not _is_whole(length, 1, HEX_DIGITS):
            self._wrong((*path, "prefix"), f"prefix is {length!r}, expected 1 to {HEX_DIGITS} characters")
            return Drop()
        return Prefix(int(str(length)))

    def _anonymity(self, value: object, columns: Mapping[str, Action]) -> Anonymity | None:
        path: Path = ("k_anonymity",)
        if not isinstance(value, dict):
            self._wrong(path, "k_anonymity is no mapping", "k_anonymity: {k: 5, columns: [age, postcode]}")
            return None
        self._only(value, path, ("k", "columns"))
        k, names = value.get("k"), value.get("columns")
        if not _is_whole(k, 2, None):
            self._wrong((*path, "k"), f"k is {k!r}, expected a whole number of at least 2")
        if not isinstance(names, list) or not names:
            self._wrong((*path, "columns"), "no quasi-identifiers are named", "columns: [age, postcode]")
            return None
        for index, name in enumerate(names):
            if isinstance(columns.get(str(name), Drop()), Drop):
                self._wrong(
                    (*path, "columns", index), f"column {name!r} is dropped or not declared, so nobody can know it"
                )
        return Anonymity(int(str(k)), tuple(map(str, names))) if _is_whole(k, 2, None) else None

    def _decimal(self, options: Mapping[str, object], path: Path, name: str) -> Decimal | None:
        value = options.get(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return None if value is None else Decimal(str(value))
        self._wrong((*path, name), f"{name} is {value!r}, expected a number")
        return None

    def _only(self, given: Mapping[str, object], path: Path, known: Collection[str]) -> None:
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
                self._wrong((*path, str(name)), f"{name!r} is not known here", hint)

    def _wrong(self, path: Path, what: str, hint: str | None = None) -> None:
        self.problems.append(Problem(where=self.places.where(path), summary=what, hint=hint))


def _is_whole(value: object, least: int, most: int | None) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= least and (most is None or value <= most)
