"""Digests of NVIDIA's ``cuda-keyring`` 1.1-1, the package that brings its repository and the key that signs it."""

from __future__ import annotations

from collections.abc import Mapping

KEYRINGS: Mapping[str, str] = {
    "ubuntu2204": "sha256:d93190d50b98ad4699ff40f4f7af50f16a76dac3bb8da1eaaf366d47898ff8df",
    "ubuntu2404": "sha256:d2a6b11c096396d868758b86dab1823b25e14d70333f1dfa74da5ddaf6a06dba",
    "debian12": "sha256:e7f219eab6fe4819cdb5c15b98233dc3420302d9c00883219cd3d896857cf48d",
    "debian13": "sha256:dd28f1f6ba0038180d6b23f846cefca1e3de4c9327751665241370bacea452a1",
}
"""Repository -> digest. Source: GoogleCloudPlatform/compute-gpu-installation (NVIDIA_KEYRING_SHA256_SUMS), read
2026-11-21; those of Ubuntu are pinned alike by several public projects."""

COMPONENTS: Mapping[str, tuple[str, ...]] = {"debian": ("contrib",)}
"""Distribution -> its components, beside ``main``, that packages of NVIDIA's repository depend on.
Source: https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/debian.html, read 2026-11-21."""

WHEEL_INDEX = "https://pypi.nvidia.com"
"""NVIDIA's own index of Python packages, which alone has the wheels of TensorRT's libraries.
Source: `index_url` in the source package of tensorrt-cu12-libs 11.4.0.106, read 2026-11-21."""

INDEX_OPTIONS: Mapping[str, tuple[str, ...]] = {"pypi": (), "nvidia-pypi": (f"--index-url={WHEEL_INDEX}",)}
"""Source of a package of the lock -> options by which pip finds it; none leaves it to how pip is set up."""

MIRROR_PAGE = "wheels/index.html"
"""Page of a mirror that links to its wheels; a page and no folder, so that any server of files can serve it."""
