"""moto's backends to a file and back, by pickle with two additions.

moto was not written to be saved, but nearly everything in it is plain data. RSA and EC private keys (KMS, IAM) go as
PKCS #8, and the few functions defined inside functions (default factories) go as the place where they are defined.
"""

from __future__ import annotations

import importlib
import pickle
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import reduce
from types import CellType, CodeType, FunctionType
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto.core.base_backend import BackendDict, BaseBackend

from rackwright.cloud.aws.call import backends_of

TRUSTED = frozenset(
    (
        *("botocore", "builtins", "collections", "copyreg", "cryptography", "datetime", "dateutil", "decimal", "enum"),
        *("functools", "ipaddress", "moto", "rackwright", "re", "tempfile", "threading", "uuid", "werkzeug"),
    )
)
"""Top-level packages that a snapshot may name; anything else in the file is refused, not imported."""

_LOCK = type(threading.RLock())

Backends = dict[tuple[str, str, str], BaseBackend]


def dump_backends(file: IO[bytes]) -> None:
    """Write every live backend, with the links between them."""
    live: Backends = {
        (backends.service_name, account, region): backend
        for backends in _known_backends()
        for account, region, backend in backends.iter_backends()
    }
    _Writer(file, protocol=pickle.HIGHEST_PROTOCOL).dump(live)


def _known_backends() -> list[Any]:
    known: list[Any] = vars(BackendDict)["_instances"]  # moto has no public list of what it created
    return known


def load_backends(file: IO[bytes]) -> None:
    """Put the backends of a file in place of the live ones. Raises `pickle.UnpicklingError` for a foreign file."""
    saved: Backends = _Reader(file).load()
    for (service, account, region), backend in saved.items():
        dict.__setitem__(backends_of(service)[account], region, backend)


def _rebuild_key(der: bytes) -> Any:
    return load_der_private_key(der, None)


def _rebuild_function(module: str, qualname: str, line: int, defaults: Any, cells: tuple[Any, ...]) -> FunctionType:
    """A function defined inside another one, found again in the code of the module that it came from."""
    home: Any = sys.modules.get(module) or importlib.import_module(module)
    outer, _, name = qualname.partition(".<locals>.")
    code = reduce(getattr, outer.split("."), home).__code__
    inner = next(c for c in code.co_consts if isinstance(c, CodeType) and (c.co_name, c.co_firstlineno) == (name, line))
    return FunctionType(inner, vars(home), name, defaults, tuple(CellType(cell) for cell in cells))


def _rebuild_defaultdict(kind: type[defaultdict[Any, Any]], factory: Any) -> defaultdict[Any, Any]:
    fresh = kind.__new__(kind)
    fresh.default_factory = factory
    return fresh


class _Writer(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:  # constructors of its own
            return _rebuild_defaultdict, (type(obj), obj.default_factory), vars(obj), None, iter(obj.items())
        if isinstance(obj, RSAPrivateKey | EllipticCurvePrivateKey):
            return _rebuild_key, (obj.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(obj, _LOCK):
            return threading.RLock, ()  # a saved lock is nobody's
        if isinstance(obj, FunctionType) and "<locals>" in obj.__qualname__:
            cells = tuple(cell.cell_contents for cell in obj.__closure__ or ())
            line = obj.__code__.co_firstlineno
            return _rebuild_function, (obj.__module__, obj.__qualname__, line, obj.__defaults__, cells)
        return NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        unsafe = module == "builtins" and name in {"eval", "exec", "open", "__import__", "compile"}
        if module.partition(".")[0] not in TRUSTED or unsafe:
            raise pickle.UnpicklingError(f"the file names {module}.{name}, which no snapshot of ours does")
        found: Callable[..., Any] = super().find_class(module, name)
        return found
