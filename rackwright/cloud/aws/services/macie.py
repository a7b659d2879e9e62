"""Macie: off until it is switched on, and jobs that read buckets.

Source: Amazon Macie API Reference, "Macie session" and "Classification Jobs"
(docs.aws.amazon.com/macie/latest/APIReference, 2026-11).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from moto.moto_api._internal import mock_random

from rackwright.cloud.aws.call import ApiError, Behaviours, Call, Reply
from rackwright.cloud.aws.shelf import shelf
from rackwright.cloud.aws.tagged import tagging

ENDED = frozenset({"CANCELLED", "COMPLETE"})


def _session(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = shelf(call, "session")
    if not found:
        raise ApiError("AccessDeniedException", "Macie is not enabled", 403)
    return found


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def enable(call: Call) -> Reply:
    """At most once."""
    if shelf(call, "session"):
        raise ApiError("ConflictException", "Macie has already been enabled", 409)
    role = f"arn:aws:iam::{call.account}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    settings = {"findingPublishingFrequency": "FIFTEEN_MINUTES", "status": "ENABLED", **_settings(call)}
    shelf(call, "session").update(settings, serviceRole=role, createdAt=_now(), updatedAt=_now())
    return call.answer({})


def _settings(call: Call) -> dict[str, Any]:
    return {key: value for key, value in call.params.items() if key in {"findingPublishingFrequency", "status"}}


def session(call: Call) -> Reply:
    """Its settings."""
    return call.answer(_session(call))


def update(call: Call) -> Reply:
    """Its settings, or a pause."""
    _session(call).update(_settings(call), updatedAt=_now())
    return call.answer({})


def disable(call: Call) -> Reply:
    """Jobs go with it."""
    _session(call).clear()
    shelf(call, "jobs").clear()
    return call.answer({})


def create_job(call: Call) -> Reply:
    """Once per token; a job with a schedule waits for its next run."""
    _session(call)
    asked, jobs = call.params, shelf(call, "jobs")
    for job in jobs.values():
        if job["clientToken"] == asked["clientToken"]:
            return call.answer({"jobId": job["jobId"], "jobArn": job["jobArn"]})
    id_ = mock_random.get_random_hex(32)
    arn = f"arn:aws:macie2:{call.region}:{call.account}:classification-job/{id_}"
    status = "IDLE" if asked["jobType"] == "SCHEDULED" else "RUNNING"
    jobs[id_] = {**asked, "jobId": id_, "jobArn": arn, "jobStatus": status, "createdAt": _now()}
    return call.answer({"jobId": id_, "jobArn": arn})


def _job(call: Call, id_: str) -> dict[str, Any]:
    _session(call)
    jobs = shelf(call, "jobs")
    if id_ not in jobs:
        raise ApiError("ResourceNotFoundException", "The request failed because the resource doesn't exist.", 404)
    found: dict[str, Any] = jobs[id_]
    return found


def job(call: Call) -> Reply:
    """As it is."""
    return call.answer(_job(call, call.params["jobId"]))


def jobs(call: Call) -> Reply:
    """All."""
    _session(call)
    return call.answer({"items": list(shelf(call, "jobs").values())})


def update_job(call: Call) -> Reply:
    """Cancelled for good, paused, or running again."""
    found = _job(call, call.params["jobId"])
    if found["jobStatus"] in ENDED:
        raise ApiError("ValidationException", f"the job is {found['jobStatus']}")
    found["jobStatus"] = call.params["jobStatus"]
    return call.answer({})


def _tags(call: Call) -> dict[str, str]:
    found: dict[str, str] = _job(call, call.params["resourceArn"].rpartition("/")[2]).setdefault("tags", {})
    return found


BEHAVIOURS: Behaviours = {
    **tagging("macie2", _tags),
    ("macie2", "EnableMacie"): enable,
    ("macie2", "GetMacieSession"): session,
    ("macie2", "UpdateMacieSession"): update,
    ("macie2", "DisableMacie"): disable,
    ("macie2", "CreateClassificationJob"): create_job,
    ("macie2", "DescribeClassificationJob"): job,
    ("macie2", "ListClassificationJobs"): jobs,
    ("macie2", "UpdateClassificationJob"): update_job,
}
