"""Access Analyzer, which moto lacks: analyzers and their tags.

Source: IAM Access Analyzer API Reference, "CreateAnalyzer" and "GetAnalyzer"
(docs.aws.amazon.com/access-analyzer/latest/APIReference, 2026-11).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf
from rackwright.cloud.aws.tagged import tag_listing, tagging


def _all(call: Call) -> dict[str, Any]:
    return shelf(call, "analyzers", "sts")


def _one(call: Call, name: str) -> dict[str, Any]:
    if name not in _all(call):
        raise ApiError("ResourceNotFoundException", f"The analyzer {name} does not exist", 404)
    found: dict[str, Any] = _all(call)[name]
    return found


def create(call: Call) -> Reply:
    """Names are unique in a region."""
    asked, name = call.params, call.params["analyzerName"]
    if name in _all(call):
        raise ApiError("ConflictException", f"An analyzer with the name {name} already exists", 409)
    arn = f"arn:aws:access-analyzer:{call.region}:{call.account}:analyzer/{name}"
    made = {"arn": arn, "name": name, "type": asked["type"], "status": "ACTIVE", "tags": asked.get("tags") or {}}
    _all(call)[name] = {**made, "createdAt": dt.datetime.now(dt.UTC).isoformat()}
    return call.answer({"arn": arn})


def get(call: Call) -> Reply:
    """As it is."""
    return call.answer({"analyzer": _one(call, call.params["analyzerName"])})


def analyzers(call: Call) -> Reply:
    """All."""
    return call.answer({"analyzers": list(_all(call).values())})


def delete(call: Call) -> Reply:
    """Gone at once."""
    _one(call, call.params["analyzerName"])
    del _all(call)[call.params["analyzerName"]]
    return call.answer(None)


def _tags(call: Call) -> dict[str, str]:
    found: dict[str, str] = _one(call, call.params["resourceArn"].rpartition("/")[2])["tags"]
    return found


BEHAVIOURS: Behaviours = {
    **tagging("accessanalyzer", _tags),
    **tag_listing("accessanalyzer", _tags),
    ("accessanalyzer", "CreateAnalyzer"): create,
    ("accessanalyzer", "GetAnalyzer"): get,
    ("accessanalyzer", "ListAnalyzers"): analyzers,
    ("accessanalyzer", "DeleteAnalyzer"): delete,
}
