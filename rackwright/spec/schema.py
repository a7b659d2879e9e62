"""The JSON Schema of a spec, for editors; `docs/reference/cluster-spec.schema.json` is its text."""

from __future__ import annotations

import json
from typing import Any

from rackwright.spec.cluster import ClusterSpec
from rackwright.spec.example import EXAMPLE

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def spec_schema() -> dict[str, Any]:
    """Schema of a stack file, with a description for every field and an example."""
    schema = ClusterSpec.model_json_schema()
    return {"$schema": DIALECT, "$id": "cluster-spec.schema.json", **schema, "examples": [EXAMPLE]}


def schema_text() -> str:
    """The schema as text; the same model gives the same bytes."""
    return json.dumps(spec_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
