"""Services that look for trouble: GuardDuty, Security Hub, Inspector, Macie, Access Analyzer."""

from __future__ import annotations

from typing import Any

from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.resource import Wanted, when_free
from rackwright.engine.providers.aws.shapes import Props, fixed
from rackwright.engine.providers.aws.types.declared import Calls, Declared, Setting, Tagging


class Detector(Declared):
    """GuardDuty; at most one in a region."""

    type_ = "aws:guardduty/detector:Detector"
    service = "guardduty"
    defaults = fixed({"enable": True})
    computed = ("arn", "accountId", "findingPublishingFrequency", "datasources", "tagsAll")
    calls = Calls("CreateDetector", "GetDetector", "DeleteDetector", "UpdateDetector")
    keys = ("DetectorId",)
    created = "DetectorId"
    listing = ("ListDetectors", "DetectorIds[0]")
    absent = frozenset({"BadRequestException"})
    tagging = Tagging("Tags", as_map=True)

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Its state as pulumi-aws calls it."""
        arn = cloud.arn("guardduty", f"detector/{id_}")
        return {"arn": arn, "accountId": cloud.account, "enable": item.get("Status") == "ENABLED"}


class DetectorFeature(Declared):
    """One source or protection of GuardDuty; it stays as it is when it is deleted, as in pulumi-aws."""

    type_ = "aws:guardduty/detectorFeature:DetectorFeature"
    service = "guardduty"
    replaces = frozenset({"detectorId", "name"})
    calls = Calls("UpdateDetector", "GetDetector", "UpdateDetector")
    keys = ("DetectorId", "Name")
    separator = "/"
    id_from = ("detectorId", "name")
    found = "Features[?Name=='$Name'] | [0]"
    names = fixed({"AdditionalConfiguration": "additionalConfigurations"})
    absent = frozenset({"BadRequestException"})
    puts = True

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """One feature of the detector; the others stay as they are."""
        feature = {key: value for key, value in wanted.props.items() if key != "detectorId"}
        params = cloud.params("guardduty", operation, {"features": [feature]}, self.names)
        return {**params, "DetectorId": wanted.get("detectorId")}

    def asked(self, id_: str, known: Props) -> dict[str, Any]:
        """The detector."""
        del known
        return {"DetectorId": id_.split("/", maxsplit=1)[0]}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Whose it is."""
        del cloud, item
        return {"detectorId": id_.split("/", maxsplit=1)[0]}

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Nothing to call."""


class SecurityHub(Setting):
    """Security Hub of the account in the region."""

    type_ = "aws:securityhub/account:Account"
    service = "securityhub"
    defaults = fixed({"enableDefaultStandards": True, "autoEnableControls": True})
    replaces = frozenset({"enableDefaultStandards"})
    computed = ("arn", "controlFindingGenerator")
    calls = Calls("EnableSecurityHub", "DescribeHub", "DisableSecurityHub", "UpdateSecurityHubConfiguration")
    names = fixed({"HubArn": "arn"})
    absent = frozenset({"InvalidAccessException"})

    def id_in(self, cloud: Cloud) -> str:
        """The account."""
        return cloud.account

    def arrange(self, cloud: Cloud, id_: str, wanted: Wanted) -> None:
        """What only an update can set."""
        del id_
        cloud.call("securityhub", "UpdateSecurityHubConfiguration", AutoEnableControls=wanted.get("autoEnableControls"))


class StandardsSubscription(Declared):
    """A standard that Security Hub checks."""

    type_ = "aws:securityhub/standardsSubscription:StandardsSubscription"
    service = "securityhub"
    replaces = frozenset({"standardsArn"})
    calls = Calls("BatchEnableStandards", "GetEnabledStandards", "BatchDisableStandards")
    keys = ("StandardsSubscriptionArn",)
    created = "StandardsSubscriptions[0].StandardsSubscriptionArn"
    listed = "StandardsSubscriptionArns"
    found = "StandardsSubscriptions[0]"
    listing = ("GetEnabledStandards", "StandardsSubscriptions[?StandardsArn=='$name'].StandardsSubscriptionArn | [0]")
    absent = frozenset({"InvalidAccessException"})

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """The API takes lists."""
        del cloud, operation
        return {"StandardsSubscriptionRequests": [{"StandardsArn": wanted.get("standardsArn")}]}

    def named(self, wanted: Wanted) -> str:
        """Found again by the standard."""
        return str(wanted.get("standardsArn"))

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """The API takes lists."""
        when_free(lambda: cloud.call("securityhub", self.calls.delete, **self.asked(id_, known)))


class Inspector(Setting):
    """Inspector for kinds of things of an account."""

    type_ = "aws:inspector2/enabler:Enabler"
    service = "inspector2"
    replaces = frozenset({"accountIds"})
    calls = Calls("Enable", "BatchGetAccountStatus", "Disable")
    listed = "accountIds"
    found = "accounts[?state.status=='ENABLED'] | [0]"
    kinds = fixed({"EC2": "ec2", "ECR": "ecr", "LAMBDA": "lambda", "LAMBDA_CODE": "lambdaCode"})

    def id_in(self, cloud: Cloud) -> str:
        """The account."""
        return cloud.account

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Kinds that are on."""
        del cloud
        states = item.get("resourceState", {})
        on = [kind for kind, member in self.kinds.items() if states.get(member, {}).get("status") == "ENABLED"]
        return {"accountIds": [id_], "resourceTypes": on}

    def update(self, cloud: Cloud, id_: str, old: Props, wanted: Wanted, changed: frozenset[str]) -> None:
        """What is no longer wanted goes off."""
        super().update(cloud, id_, old, wanted, changed)
        if gone := sorted(set(old.get("resourceTypes", [])) - set(wanted.get("resourceTypes", []))):
            cloud.call("inspector2", "Disable", accountIds=[id_], resourceTypes=gone)

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Off for all kinds that are on."""
        cloud.call("inspector2", "Disable", accountIds=[id_], resourceTypes=known.get("resourceTypes"))


class Macie(Setting):
    """Macie of the account in the region."""

    type_ = "aws:macie2/account:Account"
    service = "macie2"
    defaults = fixed({"status": "ENABLED"})
    computed = ("serviceRole", "createdAt", "updatedAt", "findingPublishingFrequency")
    calls = Calls("EnableMacie", "GetMacieSession", "DisableMacie", "UpdateMacieSession")
    absent = frozenset({"AccessDeniedException"})

    def id_in(self, cloud: Cloud) -> str:
        """The account."""
        return cloud.account


class ClassificationJob(Declared):
    """Macie reads buckets and tells what personal data it finds. A job is never deleted, only cancelled."""

    type_ = "aws:macie2/classificationJob:ClassificationJob"
    service = "macie2"
    autoname = "name"
    replaces = frozenset(
        (
            *("name", "namePrefix", "jobType", "s3JobDefinition", "scheduleFrequency", "samplingPercentage"),
            *("initialRun", "description", "customDataIdentifierIds"),
        )
    )
    defaults = fixed({"jobStatus": "RUNNING"})
    computed = ("jobArn", "jobId", "createdAt", "userPausedDetails", "tagsAll")
    calls = Calls("CreateClassificationJob", "DescribeClassificationJob", "UpdateClassificationJob")
    keys = ("jobId",)
    created = "jobId"
    listing = ("ListClassificationJobs", "items[?name=='$name' && jobStatus!='CANCELLED'].jobId | [0]")
    absent = frozenset({"AccessDeniedException"})
    tagging = Tagging("tags", as_map=True, where="resourceArn", added="tags", removed="tagKeys", found="tags")

    def params(self, cloud: Cloud, operation: str, wanted: Wanted) -> dict[str, Any]:
        """The token makes a repeated request the same job; schedules are flat in pulumi-aws."""
        plain = {key: value for key, value in wanted.props.items() if key != "scheduleFrequency"}
        params = super().params(cloud, operation, Wanted(wanted.urn, plain))
        if schedule := wanted.get("scheduleFrequency"):
            params["scheduleFrequency"] = _deep_schedule(schedule)
        return {**params, "clientToken": wanted.mark}

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """The same the other way round."""
        del cloud, id_
        return {"scheduleFrequency": _flat_schedule(item["scheduleFrequency"])} if item.get("scheduleFrequency") else {}

    def read(self, cloud: Cloud, id_: str, known: Props) -> Props | None:
        """A cancelled job is gone; an idle one waits for its next run."""
        found = super().read(cloud, id_, known)
        if found is None or found.get("jobStatus") == "CANCELLED":
            return None
        return {**found, "jobStatus": "RUNNING" if found["jobStatus"] == "IDLE" else found["jobStatus"]}

    def arn_of(self, cloud: Cloud, id_: str, known: Props) -> str:
        """Of the job."""
        del known
        return cloud.arn("macie2", f"classification-job/{id_}")

    def delete(self, cloud: Cloud, id_: str, known: Props) -> None:
        """Cancel it."""
        if self.read(cloud, id_, known) is not None:
            cloud.call("macie2", "UpdateClassificationJob", jobId=id_, jobStatus="CANCELLED")


def _deep_schedule(flat: Props) -> dict[str, Any]:
    found: dict[str, Any] = {"dailySchedule": {}} if flat.get("dailySchedule") else {}
    if day := flat.get("weeklySchedule"):
        found["weeklySchedule"] = {"dayOfWeek": day}
    if number := flat.get("monthlySchedule"):
        found["monthlySchedule"] = {"dayOfMonth": int(number)}
    return found


def _flat_schedule(deep: dict[str, Any]) -> Props:
    found: Props = {"dailySchedule": True} if "dailySchedule" in deep else {}
    if "weeklySchedule" in deep:
        found["weeklySchedule"] = deep["weeklySchedule"]["dayOfWeek"]
    if "monthlySchedule" in deep:
        found["monthlySchedule"] = deep["monthlySchedule"]["dayOfMonth"]
    return found


class Analyzer(Declared):
    """Access Analyzer: what strangers can reach."""

    type_ = "aws:accessanalyzer/analyzer:Analyzer"
    service = "accessanalyzer"
    replaces = frozenset({"analyzerName", "type"})
    defaults = fixed({"type": "ACCOUNT"})
    computed = ("arn", "tagsAll")
    calls = Calls("CreateAnalyzer", "GetAnalyzer", "DeleteAnalyzer")
    keys = ("analyzerName",)
    found = "analyzer"
    tagging = Tagging("tags", as_map=True, where="resourceArn", added="tags", removed="tagKeys", found="tags")

    def outputs(self, cloud: Cloud, id_: str, item: dict[str, Any]) -> Props:
        """Its name, which the answer calls otherwise than the request."""
        del cloud, item
        return {"analyzerName": id_}
