"""One case per resource type: inputs, what a later edit changes, and what must be true of the outputs."""

from tests.integration.aws.cases_eks import EKS
from tests.integration.aws.cases_governance import GOVERNANCE
from tests.integration.aws.cases_network import BORDER
from tests.integration.aws.world import NEW_TAGS, NICS, TAGS, TRUST, Case, allow

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
RULE = {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "description": "ssh"}

NETWORK = [
    Case(
        VPC,
        lambda w: {"cidrBlock": "10.8.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True, "tags": TAGS},
        {**NEW_TAGS, "enableDnsHostnames": False},
        {"cidrBlock": "10.7.0.0/16"},
        {"enableDnsHostnames": True, "tags": TAGS, "tagsAll": TAGS, "cidrBlock": "10.8.0.0/16"},
    ),
    Case(
        SUBNET,
        lambda w: {"vpcId": w.vpc, "cidrBlock": "10.9.7.0/24", "availabilityZoneId": "use1-az4", "tags": TAGS},
        {**NEW_TAGS, "mapPublicIpOnLaunch": True},
        {"availabilityZoneId": "use1-az1"},
        {"availabilityZoneId": "use1-az4", "mapPublicIpOnLaunch": False},
    ),
    Case("aws:ec2/internetGateway:InternetGateway", lambda w: {"tags": TAGS}, NEW_TAGS),
    Case(
        "aws:ec2/eip:Eip",
        lambda w: {"domain": "vpc", "tags": TAGS},
        NEW_TAGS,
        {"domain": "standard"},
        {"domain": "vpc"},
    ),
    Case(
        "aws:ec2/natGateway:NatGateway",
        lambda w: {"subnetId": w.subnet, "allocationId": w.address, "tags": TAGS},
        NEW_TAGS,
        {"subnetId": "subnet-other"},
        {"connectivityType": "public"},
    ),
    Case("aws:ec2/routeTable:RouteTable", lambda w: {"vpcId": w.vpc, "tags": TAGS}, NEW_TAGS, {"vpcId": "vpc-other"}),
    Case(
        "aws:ec2/route:Route",
        lambda w: {"routeTableId": w.table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": w.gateway},
        {},
        {"destinationCidrBlock": "1.0.0.0/8"},
    ),
    Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        lambda w: {"routeTableId": w.table, "subnetId": w.subnet},
        {},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.vpc,
            "serviceName": "com.amazonaws.us-east-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": [w.table],
            "tags": TAGS,
        },
        {"tags": {"Name": "b"}, "routeTableIds": []},
        {"serviceName": "com.amazonaws.us-east-1.dynamodb"},
    ),
    Case(
        "aws:ec2/securityGroup:SecurityGroup",
        lambda w: {"vpcId": w.vpc, "description": "nodes", "tags": TAGS},
        NEW_TAGS,
        {"description": "others"},
        {"name": "it-0102030"},
    ),
    Case(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        lambda w: {"vpcId": w.vpc, "ingress": [], "egress": [], "tags": TAGS},
        NEW_TAGS,
        expect={"ingress": [], "egress": []},
        stays=True,
    ),
    Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        lambda w: {"securityGroupId": w.group, **RULE, "tags": TAGS},
        {"cidrIpv4": "10.1.0.0/16", "tags": {"Name": "b"}},
        {"securityGroupId": "sg-other"},
        {"cidrIpv4": "10.0.0.0/8", "fromPort": 22},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {"securityGroupId": w.group, "referencedSecurityGroupId": w.group, "ipProtocol": "-1"},
        {"description": "fabric"},
        {"securityGroupId": "sg-other"},
    ),
]
IDENTITY = [
    Case(
        "aws:iam/role:Role",
        lambda w: {"assumeRolePolicy": TRUST, "description": "one", "tags": TAGS},
        {"description": "two", "maxSessionDuration": 7200, **NEW_TAGS},
        {"path": "/other/"},
        {"name": "it-0102030"},
    ),
    Case(
        "aws:iam/policy:Policy",
        lambda w: {"policy": allow("s3:GetObject"), "tags": TAGS},
        {"policy": allow("s3:PutObject"), **NEW_TAGS},
        {"description": "x"},
    ),
    Case(
        "aws:iam/rolePolicy:RolePolicy",
        lambda w: {"role": w.role, "name": "inline", "policy": allow("s3:GetObject")},
        {"policy": allow("s3:PutObject")},
        {"role": "other"},
    ),
    Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        lambda w: {"role": w.role, "policyArn": w.policy},
        {},
        {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    Case(
        "aws:iam/instanceProfile:InstanceProfile",
        lambda w: {"role": w.role, "tags": TAGS},
        {"tags": {"Name": "b"}},
        {"path": "/other/"},
        {"role": "world"},
    ),
    Case(
        "aws:kms/key:Key",
        lambda w: {"description": "data", "enableKeyRotation": True, "rotationPeriodInDays": 365, "tags": TAGS},
        {"description": "more data", **NEW_TAGS},
        {"keyUsage": "SIGN_VERIFY"},
        {"enableKeyRotation": True, "rotationPeriodInDays": 365},
    ),
    Case(
        "aws:kms/alias:Alias",
        lambda w: {"name": "alias/it", "targetKeyId": w.key["keyId"]},
        {},
        {"name": "alias/other"},
    ),
    Case(
        "aws:ebs/encryptionByDefault:EncryptionByDefault", lambda w: {"enabled": True}, {"enabled": False}, stays=True
    ),
]
BUCKETS = [
    Case(
        "aws:s3/bucket:Bucket",
        lambda w: {"bucket": "it-bucket", "forceDestroy": True, "tags": TAGS},
        {"forceDestroy": False, **NEW_TAGS},
        {"bucket": "other"},
        {"arn": "arn:aws:s3:::it-bucket"},
    ),
    Case(
        "aws:s3/bucketVersioning:BucketVersioning",
        lambda w: {"bucket": w.bucket, "versioningConfiguration": {"status": "Enabled"}},
        {"versioningConfiguration": {"status": "Suspended"}},
        {"bucket": "other"},
        stays=True,
    ),
    Case(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        lambda w: {
            "bucket": w.bucket,
            "rules": [
                {
                    "bucketKeyEnabled": True,
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": w.key["arn"],
                    },
                }
            ],
        },
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        lambda w: {
            "bucket": w.bucket,
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        {"restrictPublicBuckets": False},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        lambda w: {"bucket": w.bucket, "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        lambda w: {
            "bucket": w.bucket,
            "rules": [
                {
                    "id": "retention",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionExpiration": {"noncurrentDays": 400},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ],
        },
        {"rules": [{"id": "x", "status": "Enabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 30}}]},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        lambda w: {"bucket": w.locked_bucket, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}},
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 60}}},
        {"bucket": "other"},
        stays=True,
    ),
    Case(
        "aws:s3/bucketLogging:BucketLogging",
        lambda w: {"bucket": w.bucket, "targetBucket": w.log_bucket, "targetPrefix": "logs/"},
        {"targetPrefix": "more/"},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketPolicy:BucketPolicy",
        lambda w: {"bucket": w.bucket, "policy": allow("s3:GetObject", "arn:aws:s3:::world-bucket/*")},
        {"policy": allow("s3:PutObject", "arn:aws:s3:::world-bucket/*")},
        {"bucket": "other"},
    ),
    Case(
        "aws:s3/bucketObject:BucketObject",
        lambda w: {"bucket": w.bucket, "key": "it/file.txt", "content": "hello"},
        {"content": "world"},
        {"key": "other"},
    ),
]
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0mY5sD3Qe9kLlhGmUo4uFJrZ9jTq1m2x8R2vYw1Zyb it"
COMPUTE = [
    Case(
        "aws:ec2/keyPair:KeyPair",
        lambda w: {"keyName": "it", "publicKey": PUBLIC_KEY, "tags": TAGS},
        NEW_TAGS,
        {"publicKey": "ssh-ed25519 other"},
    ),
    Case(
        "aws:ec2/placementGroup:PlacementGroup",
        lambda w: {"name": "it", "strategy": "cluster", "tags": TAGS},
        NEW_TAGS,
        {"strategy": "spread"},
    ),
    Case(
        "aws:ec2/launchTemplate:LaunchTemplate",
        lambda w: {
            "imageId": "ami-1",
            "instanceType": "p5.48xlarge",
            "networkInterfaces": [{**nic, "securityGroups": [w.group]} for nic in NICS],
            "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
            "blockDeviceMappings": [
                {
                    "deviceName": "/dev/xvda",
                    "ebs": {"encrypted": "true", "volumeSize": 200, "volumeType": "gp3", "kmsKeyId": w.key["arn"]},
                }
            ],
            "instanceMarketOptions": {"marketType": "capacity-block"},
            "capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "cr-1"}},
            "iamInstanceProfile": {"arn": "arn:aws:iam::123456789012:instance-profile/x"},
            "tagSpecifications": [{"resourceType": "instance", "tags": TAGS}, {"resourceType": "volume", "tags": TAGS}],
            "monitoring": {"enabled": True},
            "ebsOptimized": "true",
            "userData": "IyEvYmluL3NoCg==",
            "updateDefaultVersion": True,
            "tags": TAGS,
        },
        {"instanceType": "p5en.48xlarge", **NEW_TAGS},
        {"name": "other"},
        {"latestVersion": 1, "defaultVersion": 1},
    ),
    Case(
        "aws:ec2/instance:Instance",
        lambda w: {
            "ami": w.image,
            "instanceType": "m7i.large",
            "subnetId": w.subnet,
            "privateIp": "10.9.0.99",
            "associatePublicIpAddress": False,
            "vpcSecurityGroupIds": [w.group],
            "iamInstanceProfile": w.profile,
            "userData": "#!/bin/sh\ntrue\n",
            "disableApiTermination": False,
            "ebsOptimized": True,
            "monitoring": True,
            "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 2},
            "rootBlockDevice": {"encrypted": True, "kmsKeyId": w.key["arn"], "volumeSize": 50, "volumeType": "gp3"},
            "tags": TAGS,
        },
        {"instanceType": "m7i.xlarge", "userData": "#!/bin/sh\nfalse\n", **NEW_TAGS},
        {"subnetId": "subnet-other"},
        {"privateIp": "10.9.0.99", "instanceState": "running"},
    ),
    Case(
        "aws:autoscaling/group:Group",
        lambda w: {
            "minSize": 1,
            "maxSize": 4,
            "desiredCapacity": 2,
            "vpcZoneIdentifiers": [w.subnet],
            "placementGroup": w.placement,
            "launchTemplate": {"id": w.template, "version": "1"},
            "tags": [
                {"key": "Name", "value": "node", "propagateAtLaunch": True},
                {"key": "a", "value": "b", "propagateAtLaunch": False},
            ],
        },
        {"desiredCapacity": 3, "tags": [{"key": "Name", "value": "other", "propagateAtLaunch": True}]},
        {"name": "other"},
    ),
]
STORAGE = [
    Case(
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        lambda w: {
            "deploymentType": "PERSISTENT_2",
            "storageType": "SSD",
            "storageCapacity": 4800,
            "perUnitStorageThroughput": 500,
            "fileSystemTypeVersion": "2.15",
            "dataCompressionType": "LZ4",
            "metadataConfiguration": {"mode": "AUTOMATIC"},
            "kmsKeyId": w.key["arn"],
            "subnetIds": w.subnet,
            "securityGroupIds": [w.group],
            "automaticBackupRetentionDays": 30,
            "copyTagsToBackups": True,
            "tags": TAGS,
        },
        {"storageCapacity": 7200, "automaticBackupRetentionDays": 7, "tags": {"Name": "b"}},
        {"kmsKeyId": "other"},
    ),
    Case(
        "aws:efs/fileSystem:FileSystem",
        lambda w: {
            "creationToken": "it",
            "encrypted": True,
            "kmsKeyId": w.key["arn"],
            "throughputMode": "elastic",
            "lifecyclePolicies": [{"transitionToIa": "AFTER_30_DAYS"}],
            "tags": TAGS,
        },
        {"throughputMode": "bursting", "tags": {"Name": "b"}},
        {"encrypted": False},
    ),
    Case(
        "aws:efs/mountTarget:MountTarget",
        lambda w: {"fileSystemId": w.file_system, "subnetId": w.subnet, "securityGroups": [w.group]},
        {"securityGroups": []},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:efs/accessPoint:AccessPoint",
        lambda w: {"fileSystemId": w.file_system, "posixUser": {"uid": 1000, "gid": 1000}, "tags": TAGS},
        {"tags": {"Name": "b"}},
        {"fileSystemId": "fs-other"},
    ),
    Case(
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        lambda w: {"fileSystemId": w.file_system, "policy": allow("elasticfilesystem:ClientMount")},
        {"policy": allow("elasticfilesystem:ClientWrite")},
        {"fileSystemId": "fs-other"},
    ),
    Case(
        "aws:efs/backupPolicy:BackupPolicy",
        lambda w: {"fileSystemId": w.file_system, "backupPolicy": {"status": "ENABLED"}},
        {},
        {"fileSystemId": "fs-other"},
    ),
]
RECORDS = [
    Case(
        "aws:ec2/flowLog:FlowLog",
        lambda w: {
            "vpcId": w.vpc,
            "trafficType": "ALL",
            "logDestinationType": "cloud-watch-logs",
            "logDestination": w.log_group["arn"],
            "iamRoleArn": w.role_arn,
            "maxAggregationInterval": 60,
            "tags": TAGS,
        },
        NEW_TAGS,
        {"trafficType": "REJECT"},
    ),
    Case(
        "aws:cloudwatch/logGroup:LogGroup",
        lambda w: {"name": "/it", "retentionInDays": 365, "kmsKeyId": w.key["arn"], "tags": TAGS},
        {"retentionInDays": 400, **NEW_TAGS},
        {"name": "/other"},
    ),
    Case(
        "aws:cloudtrail/trail:Trail",
        lambda w: {
            "name": "it-trail",
            "s3BucketName": w.bucket,
            "isMultiRegionTrail": True,
            "enableLogFileValidation": True,
            "kmsKeyId": w.key["arn"],
            "cloudWatchLogsGroupArn": w.log_group["arn"] + ":*",
            "cloudWatchLogsRoleArn": w.role_arn,
            "eventSelectors": [
                {
                    "readWriteType": "All",
                    "includeManagementEvents": True,
                    "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3:::world-bucket/"]}],
                }
            ],
            "tags": TAGS,
        },
        {"enableLogFileValidation": False, "enableLogging": False, "tags": {"Name": "b"}},
        {"name": "other-trail"},
    ),
    Case(
        "aws:sns/topic:Topic",
        lambda w: {"name": "it", "kmsMasterKeyId": w.key["arn"], "policy": allow("sns:Publish"), "tags": TAGS},
        {"policy": allow("sns:Subscribe"), "displayName": "alerts", "tags": {"Name": "b"}},
        {"name": "other"},
    ),
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        lambda w: {
            "name": "it",
            "comparisonOperator": "LessThanThreshold",
            "evaluationPeriods": 3,
            "metricName": "GPU",
            "namespace": "it",
            "period": 300,
            "statistic": "Average",
            "threshold": 5.5,
            "dimensions": {"Pool": "train"},
            "tags": TAGS,
        },
        {"threshold": 7, "tags": {"Name": "b"}},
        {"name": "other"},
    ),
    Case(
        "aws:budgets/budget:Budget",
        lambda w: {
            "name": "it",
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "5000",
            "limitUnit": "USD",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:a$b"]}],
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "notificationType": "ACTUAL",
                    "threshold": 80,
                    "thresholdType": "PERCENTAGE",
                    "subscriberSnsTopicArns": [w.topic],
                }
            ],
            "tags": TAGS,
        },
        {"limitAmount": "6000", "tags": {"Name": "b"}},
        {"name": "other"},
    ),
    Case(
        "aws:secretsmanager/secret:Secret",
        lambda w: {"name": "it", "kmsKeyId": w.key["arn"], "recoveryWindowInDays": 0, "tags": TAGS},
        {"description": "NGC key", "tags": {"Name": "b"}},
        {"name": "other"},
    ),
]
CASES = [*NETWORK, *IDENTITY, *BUCKETS, *COMPUTE, *STORAGE, *RECORDS, *GOVERNANCE, *EKS, *BORDER]
