"""Stand-in wheels: a real shared object with the one function that the roles ask, in the folders of NVIDIA's wheels."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

from rackwright.lock.model import Package

FOLDERS = {"cudnn": "nvidia/cudnn/lib", "tensorrt": "tensorrt_libs"}
"""Role -> folder of the libraries in its wheel."""
_LIBRARIES = {
    "cudnn": ("libcudnn", "cudnnGetVersion", "unsigned long"),
    "tensorrt": ("libnvinfer", "getInferLibVersion", "int"),
}
_NAMES = {"cudnn": "nvidia-cudnn-cu12", "tensorrt": "tensorrt-cu12-libs"}


def build_wheel(folder: Path, role: str, release: str) -> tuple[str, Package]:
    """Build the stand-in of `role`'s library in `release` with the machine's compiler; name and package of the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    library, function, kind = _LIBRARIES[role]
    major, minor, patch = (int(part) for part in release.split(".")[:3])
    shared = folder / f"{library}.so.{major}"
    text = f"{kind} {function}(void) {{ return {major * 10000 + minor * 100 + patch}; }} /* stand-in */\n"
    command = ["gcc", "-shared", "-fPIC", "-nostdlib", f"-Wl,-soname,{shared.name}", "-o", str(shared), "-x", "c", "-"]
    subprocess.run(command, input=text, text=True, check=True)
    path = _pack(folder, _NAMES[role], release, {f"{FOLDERS[role]}/{shared.name}": shared.read_bytes()})
    shared.unlink()
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    return _NAMES[role], Package(version=release, role=role, source="pypi", digest=digest)


def _pack(folder: Path, name: str, release: str, content: dict[str, bytes]) -> Path:
    """A wheel as PEP 427 has it."""
    word = name.replace("-", "_")
    about = f"{word}-{release}.dist-info"
    content = {
        **content,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\nSummary: stand-in\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_of_record(data)},{len(data)}" for path, data in content.items()]
    content[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    path = folder / f"{word}-{release}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, data in content.items():
            archive.writestr(zipfile.ZipInfo(inside), data)  # its date is 1980: the same content, the same digest
    return path


def _of_record(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
