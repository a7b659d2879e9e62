"""How things about people, records, detection, fixes, copies and money are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rackwright.engine.providers.aws.listing.finding import Found, Lister, listed, setting_of, single, under
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud

VAULT, PLAN, WINDOW = "aws:backup/vault:Vault", "aws:backup/plan:Plan", "aws:ssm/maintenanceWindow:MaintenanceWindow"
REPOSITORY, RULE, TOPIC = "aws:ecr/repository:Repository", "aws:cloudwatch/eventRule:EventRule", "aws:sns/topic:Topic"
DETECTOR, SECRET = "aws:guardduty/detector:Detector", "aws:secretsmanager/secret:Secret"
BUDGET, SET = "aws:budgets/budget:Budget", "aws:ssoadmin/permissionSet:PermissionSet"
IAM_GROUP = "aws:iam/group:Group"

Before = Mapping[str, Sequence[Found]]


def below(parent: str, service: str, operation: str, parameter: str, items: str, known_as: str) -> Lister:
    """Things whose ids do not name their parent: it is handed on as the property `known_as`."""

    def find(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
        return [
            Found(str(item), {known_as: each.id})
            for each in before.get(parent, ())
            for item in cloud.listed(service, operation, items, **{parameter: each.id})
        ]

    return find


def _region(cloud: ReadOnlyCloud) -> str:
    return cloud.region


def _account(cloud: ReadOnlyCloud) -> str:
    return cloud.account


def _instances(cloud: ReadOnlyCloud) -> list[tuple[str, str]]:
    """(ARN, identity store) of IAM Identity Center."""
    found = cloud.listed("sso-admin", "ListInstances", "Instances[]")
    return [(str(one["InstanceArn"]), str(one["IdentityStoreId"])) for one in found]


def _permission_sets(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    return [
        Found(f"{arn},{instance}")
        for instance, _store in _instances(cloud)
        for arn in cloud.listed("sso-admin", "ListPermissionSets", "PermissionSets[]", InstanceArn=instance)
    ]


def _managed_policies(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    found = []
    for each in before.get(SET, ()):
        where = dict(zip(("PermissionSetArn", "InstanceArn"), each.id.split(","), strict=True))
        arns = cloud.listed("sso-admin", "ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies[].Arn", **where)
        found += [Found(f"{arn},{each.id}") for arn in arns]
    return found


def _assignments(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    account, found = cloud.account, []
    for each in before.get(SET, ()):
        where = dict(zip(("PermissionSetArn", "InstanceArn"), each.id.split(","), strict=True))
        items = cloud.listed("sso-admin", "ListAccountAssignments", "AccountAssignments[]", AccountId=account, **where)
        found += [
            Found(f"{one['PrincipalId']},{one['PrincipalType']},{account},AWS_ACCOUNT,{each.id}") for one in items
        ]
    return found


def _people(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    return [
        Found(f"{store}/{id_}")
        for _instance, store in _instances(cloud)
        for id_ in cloud.listed("identitystore", "ListGroups", "Groups[].GroupId", IdentityStoreId=store)
    ]


def _targets(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    return [
        Found(f"{rule.id}-{id_}", {"rule": rule.id, "targetId": id_})
        for rule in before.get(RULE, ())
        for id_ in cloud.listed("events", "ListTargetsByRule", "Targets[].Id", Rule=rule.id)
    ]


def _metric_filters(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    found = cloud.listed("logs", "DescribeMetricFilters", "metricFilters[]")
    return [Found(str(one["filterName"]), {"logGroupName": one["logGroupName"]}) for one in found]


def _patch_groups(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    found = cloud.listed("ssm", "DescribePatchGroups", "Mappings[]")
    return [Found(f"{one['PatchGroup']},{one['BaselineIdentity']['BaselineId']}") for one in found]


def _patch_baselines(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    own = [{"Key": "OWNER", "Values": ["Self"]}]
    return [
        Found(str(id_))
        for id_ in cloud.listed("ssm", "DescribePatchBaselines", "BaselineIdentities[].BaselineId", Filters=own)
    ]


def _scaling_policies(cloud: ReadOnlyCloud, _: Before) -> list[Found]:
    found = cloud.listed("autoscaling", "DescribePolicies", "ScalingPolicies[]")
    return [Found(str(one["PolicyName"]), {"autoscalingGroupName": one["AutoScalingGroupName"]}) for one in found]


def _budget_actions(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    found = []
    for budget in before.get(BUDGET, ()):
        account, name = budget.id.split(":", 1)
        ids = cloud.listed(
            "budgets", "DescribeBudgetActionsForBudget", "Actions[].ActionId", AccountId=account, BudgetName=name
        )
        found += [Found(f"{account}:{id_}:{name}") for id_ in ids]
    return found


def _features(cloud: ReadOnlyCloud, before: Before) -> list[Found]:
    return [
        Found(f"{detector.id}/{name}")
        for detector in before.get(DETECTOR, ())
        for name in cloud.listed("guardduty", "GetDetector", "Features[].Name", DetectorId=detector.id)
    ]


GOVERNED: dict[str, Lister] = {
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": single(_region),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": single(_region),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": single(_region),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": single(lambda _: "iam-account-password-policy"),
    VAULT: listed("backup", "ListBackupVaults", "BackupVaultList[].BackupVaultName"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": setting_of(VAULT),
    PLAN: listed("backup", "ListBackupPlans", "BackupPlansList[].BackupPlanId"),
    "aws:backup/selection:Selection": below(
        PLAN, "backup", "ListBackupSelections", "BackupPlanId", "BackupSelectionsList[].SelectionId", "planId"
    ),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": listed(
        "fsx", "DescribeDataRepositoryAssociations", "Associations[].AssociationId"
    ),
    "aws:cfg/recorder:Recorder": listed("config", "DescribeConfigurationRecorders", "ConfigurationRecorders[].name"),
    "aws:cfg/recorderStatus:RecorderStatus": listed(
        "config", "DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus[].name"
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": listed("config", "DescribeDeliveryChannels", "DeliveryChannels[].name"),
    "aws:cfg/rule:Rule": listed("config", "DescribeConfigRules", "ConfigRules[].ConfigRuleName"),
    DETECTOR: listed("guardduty", "ListDetectors", "DetectorIds[]"),
    "aws:guardduty/detectorFeature:DetectorFeature": _features,
    "aws:securityhub/account:Account": single(_account),
    "aws:securityhub/standardsSubscription:StandardsSubscription": listed(
        "securityhub", "GetEnabledStandards", "StandardsSubscriptions[].StandardsSubscriptionArn"
    ),
    "aws:inspector2/enabler:Enabler": single(_account),
    "aws:macie2/account:Account": single(_account),
    "aws:macie2/classificationJob:ClassificationJob": listed("macie2", "ListClassificationJobs", "items[].jobId"),
    "aws:accessanalyzer/analyzer:Analyzer": listed("accessanalyzer", "ListAnalyzers", "analyzers[].name"),
    "aws:ssm/patchBaseline:PatchBaseline": _patch_baselines,
    "aws:ssm/patchGroup:PatchGroup": _patch_groups,
    WINDOW: listed("ssm", "DescribeMaintenanceWindows", "WindowIdentities[].WindowId"),
    "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget": below(
        WINDOW, "ssm", "DescribeMaintenanceWindowTargets", "WindowId", "Targets[].WindowTargetId", "windowId"
    ),
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": below(
        WINDOW, "ssm", "DescribeMaintenanceWindowTasks", "WindowId", "Tasks[].WindowTaskId", "windowId"
    ),
    REPOSITORY: listed("ecr", "DescribeRepositories", "repositories[].repositoryName"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": setting_of(REPOSITORY),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": listed(
        "ecr", "DescribePullThroughCacheRules", "pullThroughCacheRules[].ecrRepositoryPrefix"
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": single(_account),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": listed(
        "ecr", "DescribeRepositoryCreationTemplates", "repositoryCreationTemplates[].prefix"
    ),
    "aws:autoscaling/policy:Policy": _scaling_policies,
    "aws:secretsmanager/secretPolicy:SecretPolicy": setting_of(SECRET),
    SET: _permission_sets,
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": setting_of(SET),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": _managed_policies,
    "aws:ssoadmin/accountAssignment:AccountAssignment": _assignments,
    "aws:identitystore/group:Group": _people,
    IAM_GROUP: listed("iam", "ListGroups", "Groups[].GroupName"),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": under(
        IAM_GROUP, "iam", "ListAttachedGroupPolicies", "GroupName", "AttachedPolicies[].PolicyArn", "{parent}/{item}"
    ),
    "aws:budgets/budgetAction:BudgetAction": _budget_actions,
    "aws:costexplorer/costAllocationTag:CostAllocationTag": listed(
        "ce", "ListCostAllocationTags", "CostAllocationTags[].TagKey"
    ),
    "aws:cloudwatch/dashboard:Dashboard": listed("cloudwatch", "ListDashboards", "DashboardEntries[].DashboardName"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _metric_filters,
    RULE: listed("events", "ListRules", "Rules[].Name"),
    "aws:cloudwatch/eventTarget:EventTarget": _targets,
    "aws:sns/topicSubscription:TopicSubscription": under(
        TOPIC, "sns", "ListSubscriptionsByTopic", "TopicArn", "Subscriptions[].SubscriptionArn"
    ),
}

PARENTS_GOVERNED = (VAULT, PLAN, WINDOW, REPOSITORY, RULE, TOPIC, DETECTOR, SECRET, BUDGET, SET, IAM_GROUP)
"""Types that others are listed under, or are settings of."""
