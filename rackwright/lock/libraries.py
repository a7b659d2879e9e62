"""How programs find the libraries of a lock. Pure."""

from __future__ import annotations


def cuda_library(release: str) -> str:
    """Name by which programs load CUDA's runtime library of `release` (``12.4``).

    That of CUDA 11 has a minor number that never changes (the soname of Debian's libcudart11.0).
    """
    major = release.partition(".")[0]
    return f"libcudart.so.{major}.0" if major == "11" else f"libcudart.so.{major}"
