"""The report: what a person and a program read after a run."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from rackwright.design.model import (
    Cost,
    Design,
    FabricSummary,
    Network,
    Nic,
    Pool,
    Power,
    Scheduler,
    Storage,
    Subnet,
)
from rackwright.outcome import Check, HostResult, Verdict
from rackwright.report import (
    Locked,
    MachineRow,
    PlanRow,
    RunReport,
    plan_counts,
    render_html,
    render_json,
    topology_svg,
)

HOSTILE = '<script>alert("x")</script>'


def design(**changes: object) -> Design:
    pool = Pool(
        name="train",
        role="gpu",
        machine="p5.48xlarge",
        min_nodes=2,
        max_nodes=2,
        subnet="gpu-a",
        architecture="x86_64",
        vcpus=192,
        memory_gib=2048,
        gpus=8,
        gpu_model="h100-80gb",
        nics=(
            Nic(card_index=0, device_index=0, interface_type="interface"),
            Nic(card_index=0, device_index=1, interface_type="efa-only"),
        ),
        efa_gbps=3200,
        placement="cluster",
    )
    fields: dict[str, object] = {
        "name": "demo",
        "target": "local",
        "classification": "internal",
        "compliance": (),
        "pools": (pool,),
        "network": Network(
            cidr="10.40.0.0/16",
            zone_ids=("use1-az6",),
            subnets=(
                Subnet(name="gpu-a", tier="gpu", zone_id="use1-az6", cidr="10.40.16.0/20", usable_addresses=4091),
            ),
        ),
        "storage": (Storage(name="scratch", kind="fsx-lustre", mount="/fsx", capacity_gib=49152),),
        "scheduler": Scheduler(kind="slurm"),
        "driver_branch": "r580",
        "driver_module": "open",
        "cuda": "13.0",
        "images": (),
        "retention_days": 400,
        "tags": {},
        "power": Power(it_kw=20.4, facility_kw=25.5, pue=1.25, not_known=()),
        "cost": Cost(
            usd_per_hour=110.08,
            by_pool={"train": 110.08},
            storage_usd_per_hour=0,
            not_priced=(),
            priced_on="2026-11-21",
        ),
        "fabric": FabricSummary(kind="efa", per_node_gbps=3200, endpoints=64),
    }
    return Design.model_validate(fields | changes)


def report(**changes: object) -> RunReport:
    check = {"id": "slurm.job", "title": "A job runs", "expected": "2 nodes"}
    fields: dict[str, object] = {
        "stack": "demo",
        "tool_version": "0.1.0",
        "generated_at": "2026-11-21T12:00:00+00:00",
        "engine": "embedded",
        "design": design(),
        "outcome": "up",
        "plan": (
            PlanRow(op="create", type="aws:ec2/vpc:Vpc", name="vpc", urn="u1"),
            PlanRow(op="create", type="aws:x/y:Z", name="z", urn="u2", recorded=True),
        ),
        "machines": (MachineRow(instance_id="i-1", name="head-4", address="10.40.0.4", state="running", boot_s=2.61),),
        "locked": (Locked(name="slurm-wlm", version="24.11.5-4", role="slurm_node", source="distribution"),),
        "hosts": (HostResult(host="head-4", ok=10, changed=2),),
        "checks": (
            Check(**check, verdict=Verdict.PASSED),
            Check(**check, verdict=Verdict.NOT_EVALUATED, reason="no GPU"),
        ),
    }
    return RunReport.model_validate(fields | changes)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]


def test_the_page_is_self_contained_and_has_every_section() -> None:
    page = _Page()
    page.feed(render_html(report(), findings_html="<p>ok</p>"))
    assert "svg" in page.tags
    assert "script" not in page.tags
    assert page.links == ["#topology", "#plan", "#machines", "#versions", "#acceptance", "#findings"]


def test_hostile_text_comes_out_escaped_everywhere() -> None:
    bad = report(
        stack=HOSTILE,
        outcome=HOSTILE,
        machines_not_rehearsed=HOSTILE,
        design=design(name=HOSTILE),
        plan=(PlanRow(op="create", type=HOSTILE, name=HOSTILE, urn="u", changes=(HOSTILE,)),),
        hosts=(HostResult(host=HOSTILE, error=HOSTILE),),
        checks=(Check(id=HOSTILE, title=HOSTILE, verdict=Verdict.FAILED, actual=HOSTILE, reason=HOSTILE),),
    )
    assert "<script" not in render_html(bad)


def test_what_was_not_evaluated_is_counted_apart_from_what_passed() -> None:
    assert report().check_counts() == {Verdict.PASSED: 1, Verdict.FAILED: 0, Verdict.NOT_EVALUATED: 1}
    assert "no GPU" in render_html(report())


def test_a_report_without_checks_claims_nothing() -> None:
    page = render_html(report(checks=()))
    assert "Nothing was checked, so nothing is accepted" in page
    assert "acceptance was not reached" in page
    assert "0 / 0 / 0" not in page


def test_recorded_resources_are_counted_and_marked() -> None:
    assert plan_counts(report()) == {"create": 2, "recorded": 1}
    assert ">recorded</span>" in render_html(report())


def test_json_is_the_same_bytes_for_the_same_report_and_reads_back() -> None:
    assert render_json(report()) == render_json(report())
    assert RunReport.model_validate(json.loads(render_json(report()))) == report()


@pytest.mark.parametrize("pools", [1, 2, 3, 4, 7])
def test_every_pool_is_in_the_picture_and_inside_it(pools: int) -> None:
    base = design().pools[0]
    picture = topology_svg(design(pools=tuple(base.model_copy(update={"name": f"p{n}"}) for n in range(pools))))
    assert all(f"p{n} · 2 x p5.48xlarge" in picture for n in range(pools))
    height = float(picture.split('viewBox="0 0 960 ')[1].split('"')[0])
    boxes = [part.split(" rx=")[0] for part in picture.split("<rect ")[1:]]
    bottoms = [sum(float(box.split(f'{key}="')[1].split('"')[0]) for key in (" y", "height")) for box in boxes]
    assert max(bottoms) <= height
