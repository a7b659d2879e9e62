"""Small images that stand in for NVIDIA's, which cannot be had offline. The same bytes, hence digests, everywhere.

Each holds one static program that prints what it stands in for. Nothing is compressed and every time stamp is fixed,
so that the digest depends on the reference and this file only. Format: OCI image specification 1.1.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tarfile
from dataclasses import dataclass

LABEL = "org.rackwright.stand-in"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
_CREATED = "2026-01-01T00:00:00Z"
_PROGRAM = "stand-in"
_BASE = 0x400000
_ELF_HEADER = 64
_PROGRAM_HEADER = 56
_CODE = _ELF_HEADER + _PROGRAM_HEADER


@dataclass(frozen=True, slots=True)
class Image:
    """One image in all its architectures, as a registry stores it."""

    index: bytes
    manifests: tuple[bytes, ...]
    blobs: tuple[bytes, ...]
    """Configurations and layers."""

    @property
    def digest(self) -> str:
        """Digest of the index: what ``image@sha256:…`` names."""
        return digest_of(self.index)


def digest_of(content: bytes) -> str:
    """``sha256:…`` of some bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def stand_in_digest(reference: str) -> str:
    """Digest of the stand-in for `reference` (``nvcr.io/nvidia/pytorch:25.10-py3``), for the lock."""
    return stand_in(reference).digest


def message(reference: str) -> str:
    """What the stand-in prints when it runs."""
    return f"stand-in for {reference} (Rackwright local cloud): nothing of the real image is in here\n"


def stand_in(reference: str) -> Image:
    """The stand-in for `reference`, for amd64 and arm64."""
    text = message(reference).encode()
    programs = {"amd64": amd64_program(text), "arm64": arm64_program(text)}
    blobs: list[bytes] = []
    manifests: list[bytes] = []
    entries: list[dict[str, object]] = []
    for architecture, program in programs.items():
        layer = _layer(program)
        config = _config(reference, architecture, layer)
        manifest = _json(_manifest(reference, config, layer))
        blobs += [layer, config]
        manifests.append(manifest)
        platform = {"architecture": architecture, "os": "linux"}
        entries.append({**_descriptor(MANIFEST_TYPE, manifest), "platform": platform})
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries, "annotations": _labels(reference)}
    return Image(_json(index), tuple(manifests), tuple(blobs))


def amd64_program(text: bytes) -> bytes:
    """A static x86-64 program that writes `text` to stdout and ends with 0.

    write(1, text, n) is system call 1 and exit(0) is 60; numbers in eax, arguments in edi, rsi, edx.
    """
    code = b"\xb8\x01\x00\x00\x00\xbf\x01\x00\x00\x00"  # mov eax, 1; mov edi, 1
    rest = b"\xba" + struct.pack("<I", len(text))  # mov edx, n
    rest += b"\x0f\x05\xb8\x3c\x00\x00\x00\x31\xff\x0f\x05"  # syscall; mov eax, 60; xor edi, edi; syscall
    code += b"\x48\x8d\x35" + struct.pack("<i", len(rest)) + rest  # lea rsi, [rip + rest]
    return _elf(62, code + text)


def arm64_program(text: bytes) -> bytes:
    """A static AArch64 program that writes `text` to stdout and ends with 0.

    write is system call 64 and exit is 93; number in x8, arguments in x0 to x2.
    """
    instructions = 8
    to_text = (instructions - 1) * 4  # from the adr, which is the second one
    words = (
        _movz(0, 1),
        0x10000001 | (to_text & 3) << 29 | (to_text >> 2) << 5,  # adr x1, text
        _movz(2, len(text)),
        _movz(8, 64),
        0xD4000001,  # svc 0
        _movz(0, 0),
        _movz(8, 93),
        0xD4000001,
    )
    return _elf(183, struct.pack(f"<{instructions}I", *words) + text)


def _movz(register: int, value: int) -> int:
    return 0xD2800000 | value << 5 | register


def _elf(machine: int, code: bytes) -> bytes:
    """An executable with one segment. Layout: System V ABI, chapters 4 and 5."""
    size = _CODE + len(code)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    kind = struct.pack("<HHIQQQ", 2, machine, 1, _BASE + _CODE, _ELF_HEADER, 0)
    sizes = struct.pack("<IHHHHHH", 0, _ELF_HEADER, _PROGRAM_HEADER, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x10000)
    return ident + kind + sizes + segment + code


def _layer(program: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(_PROGRAM)
        entry.size, entry.mode, entry.mtime = len(program), 0o755, 0
        archive.addfile(entry, io.BytesIO(program))
    return buffer.getvalue()


def _config(reference: str, architecture: str, layer: bytes) -> bytes:
    run = {"Entrypoint": [f"/{_PROGRAM}"], "WorkingDir": "/", "Labels": _labels(reference)}
    files = {"type": "layers", "diff_ids": [digest_of(layer)]}
    return _json({"created": _CREATED, "architecture": architecture, "os": "linux", "config": run, "rootfs": files})


def _manifest(reference: str, config: bytes, layer: bytes) -> dict[str, object]:
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _descriptor(_CONFIG_TYPE, config),
        "layers": [_descriptor(_LAYER_TYPE, layer)],
        "annotations": _labels(reference),
    }


def _labels(reference: str) -> dict[str, str]:
    return {LABEL: "true", f"{LABEL}-for": reference}


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
