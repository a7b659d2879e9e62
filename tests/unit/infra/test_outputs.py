"""Every export of the program is a documented member of `ClusterOutputs`, and the other way round."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from infra.aws.cluster import AwsCluster
from infra.settings import Settings
from rackwright import outputs
from rackwright.outputs import ClusterOutputs, Mountable

from .conftest import design

SETTINGS = Settings(spec=Path("stacks/test.yaml"), stack="test")


@pytest.fixture
def exported(declare) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def program() -> AwsCluster:
        cluster = AwsCluster(design(), SETTINGS)
        cluster.outputs.apply(found.update)
        return cluster

    declare(program)
    return found


def test_the_program_exports_what_the_model_knows(exported: dict[str, Any]) -> None:
    assert set(exported) <= set(ClusterOutputs.model_fields)
    assert {"vpc_id", "subnet_ids", "buckets", "file_systems", "key_arn", "traffic_bucket"} <= set(exported)


def test_what_is_exported_fits_its_type(exported: dict[str, Any]) -> None:
    known = {name: value for name, value in exported.items() if name not in {"file_systems", "kubernetes"}}
    assert ClusterOutputs.model_validate(known).vpc_id == exported["vpc_id"]
    assert set(exported["file_systems"]) == {"scratch", "home"}


def test_access_points_are_found_by_their_group() -> None:
    home = Mountable.model_validate({"id": "fs-1", "dns_name": "fs-1.efs", "access_point_admins": "fsap-1"})
    assert home.access_points == {"admins": "fsap-1"}


def test_every_member_whose_name_does_not_say_it_all_has_a_docstring() -> None:
    tree = ast.parse(inspect.getsource(outputs))
    model = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ClusterOutputs")
    documented = {
        field.target.id
        for field, after in pairwise(model.body)
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(field.target, ast.Name)
    }
    assert set(ClusterOutputs.model_fields) - documented <= {"vpc_id", "dns_zone_id", "kubernetes"}
