"""Topology picture of a design: zones, subnets, pools and storage as one SVG. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rackwright.design.model import Design, Pool, Subnet

WIDTH = 960
"""Width of the picture in SVG units; the height follows from the content."""
_PAD, _ROW, _POOL_H, _POOL_W = 16, 22, 74, 284


def topology_svg(design: Design) -> str:
    """Picture of `design`: one band per zone, one lane per subnet, one box per pool; storage underneath.

    Colours come from CSS classes with fall-backs, so that the report can restyle it for print.
    """
    parts: list[str] = []
    y = _PAD + _ROW
    for zone in design.network.zone_ids:
        lanes = [subnet for subnet in design.network.subnets if subnet.zone_id == zone]
        height = sum(_lane_height(design, lane) + 8 for lane in lanes) + _ROW + 12
        parts.append(_box(_PAD, y, WIDTH - 2 * _PAD, height, "zone"))
        parts.append(_text(_PAD + 12, y + 18, f"zone {zone}", "label"))
        y_lane = y + _ROW + 4
        for lane in lanes:
            parts.extend(_lane(design, lane, y_lane))
            y_lane += _lane_height(design, lane) + 8
        y += height + 12
    parts.extend(_storage_row(design, y))
    height = y + (_POOL_H if design.storage else 0) + _PAD
    title = _text(_PAD, _PAD + 6, f"{design.name}: {design.network.cidr}", "title")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Topology of {escape(design.name)}">{title}{"".join(parts)}</svg>'
    )


def _pools_in(design: Design, subnet: Subnet) -> list[Pool]:
    return [pool for pool in design.pools if pool.subnet == subnet.name]


def _lane_height(design: Design, subnet: Subnet) -> int:
    rows = -(-len(_pools_in(design, subnet)) // 3)
    return _ROW + 6 + rows * (_POOL_H + 8)


def _lane(design: Design, subnet: Subnet, y: int) -> Iterator[str]:
    x = _PAD + 12
    yield _box(x, y, WIDTH - 2 * x, _lane_height(design, subnet), f"subnet {subnet.tier}")
    yield _text(x + 10, y + 16, f"{subnet.tier} · {subnet.name} · {subnet.cidr}", "small")
    for index, pool in enumerate(_pools_in(design, subnet)):
        row, column = divmod(index, 3)
        yield from _pool(pool, x + 10 + column * (_POOL_W + 12), y + _ROW + row * (_POOL_H + 8))


def _pool(pool: Pool, x: int, y: int) -> Iterator[str]:
    count = str(pool.max_nodes) if pool.min_nodes == pool.max_nodes else f"{pool.min_nodes}-{pool.max_nodes}"
    yield _box(x, y, _POOL_W, _POOL_H, f"pool {pool.role}")
    yield _text(x + 10, y + 19, f"{pool.name} · {count} x {pool.machine}", "strong")
    gpus = f"{pool.gpus} x {pool.gpu_model}" if pool.gpus else f"{pool.vcpus} vCPU, {pool.memory_gib:g} GiB"
    yield _text(x + 10, y + 38, gpus, "small")
    fast = sum(nic.interface_type != "interface" for nic in pool.nics)
    links = f"{fast} EFA NICs, {pool.efa_gbps:g} Gbps" if fast else f"{max(1, len(pool.nics))} NIC"
    placed = f", {pool.placement} placement" if pool.placement != "none" else ""
    yield _text(x + 10, y + 56, links + placed, "small")


def _storage_row(design: Design, y: int) -> Iterator[str]:
    if not design.storage:
        return
    width = (WIDTH - 2 * _PAD - 12 * (len(design.storage) - 1)) // len(design.storage)
    for index, storage in enumerate(design.storage):
        x = _PAD + index * (width + 12)
        size = f"{storage.capacity_gib / 1024:g} TiB" if storage.capacity_gib else "elastic"
        yield _box(x, y, width, _POOL_H - 14, "storage")
        yield _text(x + 10, y + 20, f"{storage.name} · {storage.kind}", "strong")
        yield _text(x + 10, y + 40, f"{size}{' · ' + storage.mount if storage.mount else ''}", "small")


def _box(x: int, y: int, width: int, height: int, css: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{css}"/>'


def _text(x: int, y: int, text: str, css: str) -> str:
    return f'<text x="{x}" y="{y}" class="{css}">{escape(text)}</text>'
