"""Who may do what; what is watched, kept, patched and paid: decided from the spec and its promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackwright.catalog import load_catalog
from rackwright.design import design_cluster
from rackwright.design.access import LONGEST_SET_NAME, set_name
from rackwright.design.governance import Governance
from rackwright.design.governing import governance_of
from rackwright.design.idle import ROLE
from rackwright.design.model import Cost, Design
from rackwright.design.patching import patching_of
from rackwright.design.registry import repositories_of
from rackwright.spec import load_spec
from rackwright.spec.cluster import ClusterSpec
from tests.unit.preflight.case import spec_of

STACKS = Path(__file__).parents[3] / "stacks"
COST = Cost(usd_per_hour=100.0, by_pool={}, storage_usd_per_hour=0.0, not_priced=(), priced_on="2026-11-01")
H100, SITE = load_spec(STACKS / "h100-train.yaml"), load_spec(STACKS / "dgx-h100-4su.yaml")


def changed(spec: ClusterSpec = H100, **parts: dict[str, Any]) -> ClusterSpec:
    """`spec` with fields of its parts changed: ``monitoring={"macie": False}``."""
    return spec.model_copy(
        update={name: getattr(spec, name).model_copy(update=fields) for name, fields in parts.items()}
    )


def governed(spec: ClusterSpec) -> Governance:
    return governance_of(spec, COST)


def promising(*frameworks: str, classification: str = "internal") -> ClusterSpec:
    plain = changed(monitoring={"guardduty": False, "config_recorder": False}, data={"classification": classification})
    return plain.model_copy(update={"compliance": frameworks})


def test_each_class_of_data_has_one_key_and_no_service_of_the_nodes_reads_records_with_it() -> None:
    keys = {key.name: key for key in governed(H100).keys}
    assert set(keys) == {"data", "logs", "secrets", "alerts", "backups", "images"}
    assert not {"ec2", "fsx", "elasticfilesystem"} & set(keys["logs"].services)
    assert keys["secrets"].services == ("secretsmanager",)


def test_a_site_of_ones_own_gets_nothing_that_only_aws_has() -> None:
    found = governed(SITE)
    assert not found.keys
    assert found.patching is None
    assert found.backups is None
    assert found.spending is None
    assert not found.detection.account_defaults


def test_without_a_promise_nothing_is_watched_that_costs_money() -> None:
    detection = governed(promising()).detection
    assert not (detection.findings)
    assert not (detection.vulnerabilities)
    assert not (detection.configuration)
    assert not (detection.personal_data)
    assert governed(promising()).backups is None


@pytest.mark.parametrize("framework", ["hipaa", "pci-dss", "nist-800-53", "iso-27001"])
def test_a_framework_that_asks_for_monitoring_gets_it(framework) -> None:
    detection = governed(promising(framework)).detection
    assert detection.findings
    assert detection.vulnerabilities
    assert detection.configuration
    assert detection.external_access


def test_health_data_promises_what_hipaa_does_even_where_nobody_wrote_it_down() -> None:
    found = governed(promising(classification="phi"))
    assert found.detection.findings
    assert found.detection.personal_data == ("data",)


def test_what_the_account_has_already_is_not_made_again() -> None:
    found = governed(changed(monitoring={"account_wide": "exists"}))
    assert found.detection.model_dump(exclude_defaults=True) == {}
    assert found.access.passwords is None


def test_the_spec_has_the_last_word_on_each_service() -> None:
    off = {"security_hub": False, "inspector": False, "macie": False, "access_analyzer": False}
    detection = governed(changed(monitoring={**off, "config_recorder": False})).detection
    assert not (detection.findings)
    assert not (detection.vulnerabilities)
    assert not (detection.personal_data)
    assert not (detection.external_access)


def test_standards_follow_from_the_frameworks() -> None:
    standards = governed(promising("pci-dss", "cis")).detection.standards
    assert any("pci-dss" in one for one in standards)
    assert any("cis-aws" in one for one in standards)
    assert not any("800-53" in one for one in standards)


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "daily")


@given(st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59))
def test_the_window_means_the_same_in_systems_managers_words(day, hour, minute) -> None:
    found = patching_of(changed(patching={"window": f"{day} {hour:02}:{minute:02} Europe/Berlin"}))
    assert found is not None
    fields = found.schedule.removeprefix("cron(").removesuffix(")").split()
    assert (int(fields[0]), int(fields[1]), found.timezone) == (minute, hour, "Europe/Berlin")
    assert fields[4] == ("*" if day == "daily" else day.upper())


@given(st.one_of(st.integers(1, 50), st.floats(0.1, 50)))
def test_at_least_one_node_at_a_time_is_patched(most) -> None:
    found = patching_of(changed(patching={"max_unavailable": most}))
    assert found is not None
    assert int(found.max_concurrency.removesuffix("%")) >= 1


def test_fixes_are_installed_by_the_scheduler_unless_the_spec_says_otherwise() -> None:
    scheduler, window = (patching_of(changed(patching={"install": how})) for how in ("scheduler", "window"))
    assert scheduler is not None
    assert not scheduler.install
    assert window is not None
    assert window.install


def test_records_of_financial_systems_cannot_be_removed_early() -> None:
    assert governed(promising("sox")).trail.locked
    assert not governed(promising("cis")).trail.locked
    backups = governed(promising("sox")).backups
    assert backups is not None
    assert backups.locked


def test_a_linked_file_system_is_no_source_of_truth_and_is_not_copied() -> None:
    link = {"path": "/data", "bucket": "s3://b/p", "import_changes": True, "export_changes": False}
    scratch = type(H100.storage["scratch"]).model_validate({**H100.storage["scratch"].model_dump(), "links": [link]})
    linked = H100.model_copy(update={"storage": {**H100.storage, "scratch": scratch}})
    backups = governed(linked).backups
    assert backups is not None
    assert backups.storages == ("home", "data")
    (found,) = governed(linked).storage["scratch"].links
    assert (found.imports, found.exports) == (True, False)


def test_without_a_budget_the_designed_cost_is_the_limit() -> None:
    spending = governed(H100.model_copy(update={"budget": None})).spending
    assert spending is not None
    assert spending.usd_per_month == 100 * 730
    assert not spending.stop_pools


def test_only_elastic_pools_stop_above_the_budget() -> None:
    pools = {
        **H100.pools,
        "infer": H100.pools["train"].model_copy(update={"nodes": type(H100.pools["train"].nodes)(min=0, max=4)}),
    }
    elastic = changed(H100.model_copy(update={"pools": pools}), budget={"on_exceeded": "stop-elastic"})
    spending = governed(elastic).spending
    assert spending is not None
    assert spending.stop_pools == ("infer",)


def test_idle_nodes_go_only_where_the_pool_may_shrink() -> None:
    (watch,) = governed(changed(monitoring={"idle_action": "scale-down"})).idle
    assert (watch.pool, watch.scale_down) == ("train", False)
    assert governed(changed(monitoring={"idle_after": None})).idle == ()


def test_groups_become_permission_sets_where_people_come_from_a_provider() -> None:
    access = governed(H100).access
    assert {one.group: one.kind for one in access.permission_sets} == {
        "admins": "administrators",
        "researchers": "users",
    }
    assert not governed(changed(access={"sso": None})).access.identity_center


@given(st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True))
def test_names_of_permission_sets_fit_what_aws_takes(stack, group) -> None:
    name = set_name(stack, group)
    assert 1 <= len(name) <= LONGEST_SET_NAME
    assert not name.endswith("-")


def test_each_group_has_a_directory_of_its_own_with_its_own_id() -> None:
    points = governed(H100).storage["home"].access_points
    assert [point.path for point in points] == ["/groups/admins", "/groups/researchers"]
    assert len({point.gid for point in points}) == 2


def test_repositories_are_named_without_tags_digests_and_ports() -> None:
    images = ["nvcr.io/nvidia/pytorch:25.10-py3", "nvcr.io/nvidia/pytorch@sha256:0", "host:5000/a/b:1", "plain:2"]
    assert repositories_of(images) == ("host:5000/a/b", "nvcr.io/nvidia/pytorch", "plain")


def _elastic(scheduler: dict[str, Any], **monitoring: Any) -> Design:
    changes = {
        "pools.train.nodes": {"min": 1, "max": 4},
        "monitoring.idle_action": "scale-down",
        "scheduler": scheduler,
    }
    return design_cluster(changed(spec_of("aws", changes), monitoring=monitoring), load_catalog())


SLURM = {"kind": "slurm"}


def test_a_group_takes_idle_nodes_away_only_where_no_scheduler_started_them() -> None:
    assert [(one.pool, one.scale_down) for one in _elastic({"kind": "none"}).governance.idle] == [("train", True)]
    assert [(one.pool, one.scale_down) for one in _elastic(SLURM).governance.idle] == [("train", False)]


def test_under_slurm_idle_nodes_that_are_to_go_are_stopped_by_slurm() -> None:
    assert _elastic(SLURM).scheduler.suspend_idle_min == 60
    assert _elastic(SLURM, idle_action="alarm").scheduler.suspend_idle_min is None
    assert _elastic({**SLURM, "suspend_idle": "20 minutes"}).scheduler.suspend_idle_min == 20


def test_nodes_with_nvidia_gpus_report_them_and_others_do_not() -> None:
    assert ROLE in _elastic(SLURM).pool("train").ansible_roles
    assert ROLE not in _elastic(SLURM).pool("head").ansible_roles
    assert ROLE not in _elastic(SLURM, idle_after=None).pool("train").ansible_roles


def test_drives_whose_keys_are_wrapped_have_a_key_of_their_own_and_others_have_none() -> None:
    fast = {"kind": "nvme-raid0", "key_in": "kms"}
    names = {key.name: key for key in governed(spec_of("aws", {"storage.fast": fast})).keys}
    assert names["scratch"].of_nodes
    assert names["scratch"].services == ()
    for other in ({"key_in": "memory"}, {"encrypted": False}):
        assert "scratch" not in {key.name for key in governed(spec_of("aws", {"storage.fast": {**fast, **other}})).keys}
