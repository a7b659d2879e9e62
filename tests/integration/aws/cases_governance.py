"""Cases of the types about people, records, detection, fixes, copies and money."""

import json

from tests.integration.aws.world import NEW_TAGS, TAGS, Case, World, allow

ACCOUNT = "123456789012"
IMAGES_GO = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5},
                "action": {"type": "expire"},
            }
        ]
    }
)


def vault(w: World) -> str:
    return w.make("aws:backup/vault:Vault", {"name": "world", "kmsKeyArn": w.key["arn"]})[0]


def plan_inputs(w: World, **changes) -> dict:
    rule = {
        "ruleName": "daily",
        "targetVaultName": vault(w),
        "schedule": "cron(0 5 ? * * *)",
        "startWindow": 60,
        "completionWindow": 600,
        "lifecycle": {"deleteAfter": 35},
    }
    return {"name": "world", "rules": [{**rule, **changes}], "tags": TAGS}


def plan(w: World) -> str:
    return w.make("aws:backup/plan:Plan", plan_inputs(w))[0]


def lustre(w: World) -> str:
    inputs = {
        "deploymentType": "PERSISTENT_2",
        "storageCapacity": 1200,
        "perUnitStorageThroughput": 125,
        "subnetIds": w.subnet,
    }
    return w.make("aws:fsx/lustreFileSystem:LustreFileSystem", inputs)[0]


def detector(w: World) -> str:
    return w.once("aws:guardduty/detector:Detector", {"enable": True})


def recorder(w: World) -> str:
    return w.once("aws:cfg/recorder:Recorder", {"name": "default", "roleArn": w.role_arn})


def hub(w: World) -> str:
    return w.once("aws:securityhub/account:Account", {"enableDefaultStandards": False})


def macie(w: World) -> str:
    return w.once("aws:macie2/account:Account", {"status": "ENABLED"})


def repository(w: World) -> str:
    return w.make("aws:ecr/repository:Repository", {"name": "world", "forceDelete": True})[0]


def baseline(w: World) -> str:
    return w.make("aws:ssm/patchBaseline:PatchBaseline", {"name": "world", "operatingSystem": "UBUNTU"})[0]


def window(w: World) -> str:
    inputs = {"name": "world", "schedule": "cron(0 2 ? * SUN *)", "duration": 4, "cutoff": 1}
    return w.make("aws:ssm/maintenanceWindow:MaintenanceWindow", inputs)[0]


def window_target(w: World) -> str:
    inputs = {
        "windowId": window(w),
        "name": "world",
        "resourceType": "INSTANCE",
        "targets": [{"key": "tag:rackwright:stack", "values": ["world"]}],
    }
    return w.make("aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget", inputs)[0]


def instance(w: World) -> str:
    return w.invoke("aws:ssoadmin/getInstances:getInstances")["arns"][0]


def store(w: World) -> str:
    return w.invoke("aws:ssoadmin/getInstances:getInstances")["identityStoreIds"][0]


def permission_set(w: World) -> str:
    inputs = {"name": "world", "instanceArn": instance(w)}
    return w.make("aws:ssoadmin/permissionSet:PermissionSet", inputs)[1]["arn"]


def people(w: World) -> str:
    return w.make("aws:identitystore/group:Group", {"displayName": "world", "identityStoreId": store(w)})[1]["groupId"]


def budget(w: World) -> str:
    inputs = {
        "name": "world",
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "5000",
        "limitUnit": "USD",
    }
    w.make("aws:budgets/budget:Budget", inputs)
    return "world"


def group(w: World) -> str:
    inputs = {
        "name": "world",
        "minSize": 0,
        "maxSize": 2,
        "desiredCapacity": 0,
        "vpcZoneIdentifiers": [w.subnet],
        "launchTemplate": {"id": w.template, "version": "1"},
    }
    return w.make("aws:autoscaling/group:Group", inputs)[0]


def secret(w: World) -> str:
    return w.make("aws:secretsmanager/secret:Secret", {"name": "world", "recoveryWindowInDays": 0})[1]["arn"]


def event_rule(w: World) -> str:
    inputs = {"name": "world", "eventPattern": json.dumps({"source": ["aws.guardduty"]})}
    return w.make("aws:cloudwatch/eventRule:EventRule", inputs)[0]


ACCOUNT_WIDE = [
    Case(
        "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
        lambda w: {"state": "block-new-sharing"},
        {"state": "unblocked"},
        stays=True,
    ),
    Case(
        "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        lambda w: {"state": "block-all-sharing"},
        {"state": "block-new-sharing"},
    ),
    Case(
        "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        lambda w: {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
        {"httpPutResponseHopLimit": 2},
        stays=True,
    ),
    Case(
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        lambda w: {"minimumPasswordLength": 14, "requireSymbols": True, "passwordReusePrevention": 24},
        {"minimumPasswordLength": 16},
    ),
]
COPIES = [
    Case(
        "aws:backup/vault:Vault",
        lambda w: {"name": "it", "kmsKeyArn": w.key["arn"], "tags": TAGS},
        NEW_TAGS,
        {"kmsKeyArn": "other"},
    ),
    Case(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        lambda w: {"backupVaultName": vault(w), "minRetentionDays": 35},
        {},
        {"minRetentionDays": 90},
    ),
    Case(
        "aws:backup/plan:Plan",
        lambda w: {**plan_inputs(w), "name": "it"},
        {"name": "it-again", **NEW_TAGS},
    ),
    Case(
        "aws:backup/selection:Selection",
        lambda w: {
            "name": "it",
            "planId": plan(w),
            "iamRoleArn": w.role_arn,
            "selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}],
        },
        {},
        {"iamRoleArn": "other"},
    ),
    Case(
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
        lambda w: {
            "fileSystemId": lustre(w),
            "fileSystemPath": "/data",
            "dataRepositoryPath": f"s3://{w.bucket}/data",
            "batchImportMetaDataOnCreate": True,
            "s3": {"autoImportPolicy": {"events": ["NEW", "CHANGED", "DELETED"]}},
            "tags": TAGS,
        },
        {"s3": {"autoImportPolicy": {"events": ["NEW"]}, "autoExportPolicy": {"events": ["NEW"]}}, **NEW_TAGS},
        {"fileSystemPath": "/other"},
    ),
]
DETECTION = [
    Case("aws:guardduty/detector:Detector", lambda w: {"enable": True, "tags": TAGS}, NEW_TAGS),
    Case(
        "aws:guardduty/detectorFeature:DetectorFeature",
        lambda w: {"detectorId": detector(w), "name": "S3_DATA_EVENTS", "status": "ENABLED"},
        {"status": "DISABLED"},
        {"name": "EKS_AUDIT_LOGS"},
        stays=True,
    ),
    Case(
        "aws:securityhub/account:Account",
        lambda w: {"enableDefaultStandards": False, "controlFindingGenerator": "SECURITY_CONTROL"},
        {"autoEnableControls": False},
        {"enableDefaultStandards": True},
    ),
    Case(
        "aws:securityhub/standardsSubscription:StandardsSubscription",
        lambda w: hub(w) and {"standardsArn": "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0"},
        {},
        {"standardsArn": "other"},
    ),
    Case(
        "aws:inspector2/enabler:Enabler",
        lambda w: {"accountIds": [ACCOUNT], "resourceTypes": ["EC2", "ECR"]},
        {"resourceTypes": ["EC2"]},
        {"accountIds": ["210987654321"]},
    ),
    Case(
        "aws:macie2/account:Account",
        lambda w: {"status": "ENABLED", "findingPublishingFrequency": "ONE_HOUR"},
        {"findingPublishingFrequency": "SIX_HOURS"},
    ),
    Case(
        "aws:macie2/classificationJob:ClassificationJob",
        lambda w: (
            macie(w)
            and {
                "name": "it",
                "jobType": "SCHEDULED",
                "scheduleFrequency": {"weeklySchedule": "MONDAY"},
                "s3JobDefinition": {"bucketDefinitions": [{"accountId": ACCOUNT, "buckets": [w.bucket]}]},
                "tags": TAGS,
            }
        ),
        NEW_TAGS,
        {"jobType": "ONE_TIME"},
    ),
    Case(
        "aws:accessanalyzer/analyzer:Analyzer",
        lambda w: {"analyzerName": "it", "type": "ACCOUNT", "tags": TAGS},
        NEW_TAGS,
        {"type": "ACCOUNT_UNUSED_ACCESS"},
    ),
]
CONFIGURATION = [
    Case(
        "aws:cfg/recorder:Recorder",
        lambda w: {
            "name": "default",
            "roleArn": w.role_arn,
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        },
        {"recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": False}},
        {"name": "other"},
    ),
    Case(
        "aws:cfg/deliveryChannel:DeliveryChannel",
        lambda w: recorder(w) and {"name": "default", "s3BucketName": w.bucket, "s3KmsKeyArn": w.key["arn"]},
        {"s3KeyPrefix": "config"},
        {"name": "other"},
    ),
    Case(
        "aws:cfg/recorderStatus:RecorderStatus",
        lambda w: (
            recorder(w)
            and w.once("aws:cfg/deliveryChannel:DeliveryChannel", {"name": "default", "s3BucketName": w.bucket})
            and {"name": "default", "isEnabled": True}
        ),
        {},
        {"name": "other"},
    ),
    Case(
        "aws:cfg/rule:Rule",
        lambda w: (
            recorder(w)
            and {
                "name": "it",
                "source": {"owner": "AWS", "sourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
                "description": "buckets keep versions",
                "tags": TAGS,
            }
        ),
        {"description": "buckets keep all versions", **NEW_TAGS},
        {"name": "other"},
    ),
]
FIXES = [
    Case(
        "aws:ssm/patchBaseline:PatchBaseline",
        lambda w: {
            "name": "it",
            "operatingSystem": "UBUNTU",
            "description": "fixes",
            "approvalRules": [
                {
                    "approveAfterDays": 7,
                    "complianceLevel": "CRITICAL",
                    "patchFilters": [{"key": "PRIORITY", "values": ["Required", "Important"]}],
                }
            ],
            "rejectedPatches": ["nvidia-*"],
            "tags": TAGS,
        },
        {"description": "fixes, later", "rejectedPatches": ["nvidia-*", "linux-image-*"], **NEW_TAGS},
        {"operatingSystem": "DEBIAN"},
    ),
    Case(
        "aws:ssm/patchGroup:PatchGroup",
        lambda w: {"baselineId": baseline(w), "patchGroup": "it"},
        {},
        {"patchGroup": "other"},
    ),
    Case(
        "aws:ssm/maintenanceWindow:MaintenanceWindow",
        lambda w: {
            "name": "it",
            "schedule": "cron(0 2 ? * SUN *)",
            "scheduleTimezone": "UTC",
            "duration": 4,
            "cutoff": 1,
            "tags": TAGS,
        },
        {"duration": 6, **NEW_TAGS},
    ),
    Case(
        "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
        lambda w: {
            "windowId": window(w),
            "name": "it",
            "resourceType": "INSTANCE",
            "targets": [{"key": "tag:rackwright:stack", "values": ["it"]}],
        },
        {"description": "nodes"},
        {"windowId": "other"},
    ),
    Case(
        "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
        lambda w: {
            "windowId": window(w),
            "name": "it",
            "taskType": "RUN_COMMAND",
            "taskArn": "AWS-RunPatchBaseline",
            "priority": 1,
            "maxConcurrency": "10%",
            "maxErrors": "1",
            "targets": [{"key": "WindowTargetIds", "values": [window_target(w)]}],
            "taskInvocationParameters": {
                "runCommandParameters": {
                    "parameters": [{"name": "Operation", "values": ["Scan"]}],
                    "timeoutSeconds": 3600,
                }
            },
        },
        {"maxConcurrency": "2"},
        {"taskType": "AUTOMATION"},
    ),
]
REGISTRIES = [
    Case(
        "aws:ecr/repository:Repository",
        lambda w: {
            "name": "it",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": w.key["arn"]}],
            "tags": TAGS,
        },
        {"imageTagMutability": "MUTABLE", "imageScanningConfiguration": {"scanOnPush": False}, **NEW_TAGS},
        {"name": "other"},
    ),
    Case(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        lambda w: {"repository": repository(w), "policy": IMAGES_GO},
        {"policy": IMAGES_GO.replace("5", "9")},
        {"repository": "other"},
    ),
    Case(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        lambda w: {"ecrRepositoryPrefix": "it", "upstreamRegistryUrl": "public.ecr.aws"},
        {},
        {"ecrRepositoryPrefix": "other"},
    ),
    Case(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        lambda w: {
            "scanType": "ENHANCED",
            "rules": [
                {
                    "scanFrequency": "CONTINUOUS_SCAN",
                    "repositoryFilters": [{"filter": "it/*", "filterType": "WILDCARD"}],
                }
            ],
        },
        {"scanType": "BASIC", "rules": []},
        stays=True,
    ),
    Case(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        lambda w: {
            "prefix": "it",
            "appliedFors": ["PULL_THROUGH_CACHE"],
            "imageTagMutability": "IMMUTABLE",
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": w.key["arn"]}],
        },
        {"imageTagMutability": "MUTABLE"},
        {"prefix": "other"},
    ),
]
PEOPLE = [
    Case(
        "aws:ssoadmin/permissionSet:PermissionSet",
        lambda w: {"name": "it", "instanceArn": instance(w), "sessionDuration": "PT4H", "tags": TAGS},
        {"description": "operators", "sessionDuration": "PT2H"},
        {"name": "other"},
    ),
    Case(
        "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
        lambda w: {
            "instanceArn": instance(w),
            "permissionSetArn": permission_set(w),
            "inlinePolicy": allow("s3:GetObject"),
        },
        {"inlinePolicy": allow("s3:PutObject")},
        {"permissionSetArn": "other"},
    ),
    Case(
        "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
        lambda w: {
            "instanceArn": instance(w),
            "permissionSetArn": permission_set(w),
            "managedPolicyArn": "arn:aws:iam::aws:policy/SecurityAudit",
        },
        {},
        {"managedPolicyArn": "other"},
    ),
    Case(
        "aws:ssoadmin/accountAssignment:AccountAssignment",
        lambda w: {
            "instanceArn": instance(w),
            "permissionSetArn": permission_set(w),
            "principalId": people(w),
            "principalType": "GROUP",
            "targetId": ACCOUNT,
            "targetType": "AWS_ACCOUNT",
        },
        {},
        {"principalId": "other"},
    ),
    Case(
        "aws:iam/group:Group",
        lambda w: {"name": "it", "path": "/people/"},
        {},
        {"path": "/other/"},
    ),
    Case(
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        lambda w: {"group": w.make("aws:iam/group:Group", {"name": "world"})[0], "policyArn": w.policy},
        {},
        {"group": "other"},
    ),
    Case(
        "aws:identitystore/group:Group",
        lambda w: {"displayName": "it", "identityStoreId": store(w), "description": "operators"},
        {"description": "all operators"},
        {"identityStoreId": "other"},
    ),
    Case(
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        lambda w: {"secretArn": secret(w), "policy": allow("secretsmanager:GetSecretValue")},
        {"policy": allow("secretsmanager:DescribeSecret")},
        {"secretArn": "other"},
    ),
]
MONEY = [
    Case(
        "aws:budgets/budgetAction:BudgetAction",
        lambda w: {
            "budgetName": budget(w),
            "actionType": "APPLY_IAM_POLICY",
            "approvalModel": "AUTOMATIC",
            "notificationType": "ACTUAL",
            "executionRoleArn": w.role_arn,
            "actionThreshold": {"actionThresholdType": "PERCENTAGE", "actionThresholdValue": 100},
            "definition": {"iamActionDefinition": {"policyArn": w.policy, "roles": [w.role]}},
            "subscribers": [{"address": "ops@example.org", "subscriptionType": "EMAIL"}],
            "tags": TAGS,
        },
        {"approvalModel": "MANUAL", **NEW_TAGS},
        {"budgetName": "other"},
    ),
    Case(
        "aws:costexplorer/costAllocationTag:CostAllocationTag",
        lambda w: {"tagKey": "rackwright:stack", "status": "Active"},
        {},
        {"tagKey": "other"},
    ),
    Case(
        "aws:autoscaling/policy:Policy",
        lambda w: {
            "name": "it",
            "autoscalingGroupName": group(w),
            "adjustmentType": "ChangeInCapacity",
            "scalingAdjustment": -1,
            "cooldown": 300,
        },
        {"cooldown": 600},
        {"name": "other"},
    ),
]
WATCHING = [
    Case(
        "aws:cloudwatch/dashboard:Dashboard",
        lambda w: {"dashboardName": "it", "dashboardBody": json.dumps({"widgets": []})},
        {"dashboardBody": json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "hello"}}]})},
        {"dashboardName": "other"},
    ),
    Case(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        lambda w: {
            "name": "it",
            "logGroupName": w.log_group["name"],
            "pattern": "{ $.errorCode = * }",
            "metricTransformation": {"name": "Refused", "namespace": "it", "value": "1"},
        },
        {"pattern": "{ $.errorCode = AccessDenied }"},
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/eventRule:EventRule",
        lambda w: {
            "name": "it",
            "description": "findings",
            "eventPattern": json.dumps({"source": ["aws.guardduty"]}),
            "tags": TAGS,
        },
        {"description": "all findings", **NEW_TAGS},
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/eventTarget:EventTarget",
        lambda w: {"rule": event_rule(w), "targetId": "it", "arn": w.topic},
        {"input": '{"told": true}'},
        {"rule": "other"},
    ),
    Case(
        "aws:sns/topicSubscription:TopicSubscription",
        lambda w: {"topic": w.topic, "protocol": "email", "endpoint": "ops@example.org"},
        {},
        {"endpoint": "other@example.org"},
    ),
]
GOVERNANCE = [*ACCOUNT_WIDE, *COPIES, *CONFIGURATION, *DETECTION, *FIXES, *REGISTRIES, *PEOPLE, *MONEY, *WATCHING]
