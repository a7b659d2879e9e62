"""The one AWS provider of a cluster: pinned to a region, and for the local cloud to its endpoint."""

from __future__ import annotations

import pulumi_aws as aws

LOCAL_REGION = "us-east-1"
"""Region that the local cloud plays when the spec names none."""

LOCAL_ENDPOINT = "http://127.0.0.1:4599"
"""Where the local cloud answers unless the configuration names another port: a stack whose target is local must never
reach a real account, whoever runs it and whatever the configuration lacks."""

LOCAL_CREDENTIAL = "test"
"""The emulator takes any credential; no real account accepts this one."""

SERVICES = (
    "accessanalyzer",
    "autoscaling",
    "backup",
    "budgets",
    "cloudtrail",
    "cloudwatch",
    "configservice",
    "costexplorer",
    "ec2",
    "ecr",
    "efs",
    "eks",
    "events",
    "fsx",
    "guardduty",
    "iam",
    "identitystore",
    "inspector2",
    "kms",
    "logs",
    "macie2",
    "networkfirewall",
    "route53",
    "route53resolver",
    "s3",
    "secretsmanager",
    "securityhub",
    "sns",
    "ssm",
    "ssoadmin",
    "sts",
)
"""Every AWS service that the program calls; the local cloud answers all of them at one address."""


def cluster_provider(*, region: str | None, endpoint: str | None) -> aws.Provider:
    """Provider for `region`; with `endpoint`, one that can only reach the local cloud.

    The local one has a credential that no real account accepts, so that a wrong endpoint fails instead of building in
    somebody's account.
    """
    if endpoint is None:
        return aws.Provider("aws", region=region)
    return aws.Provider(
        "aws",
        region=region or LOCAL_REGION,
        access_key=LOCAL_CREDENTIAL,
        secret_key=LOCAL_CREDENTIAL,
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_requesting_account_id=False,
        s3_use_path_style=True,
        endpoints=[aws.ProviderEndpointArgs(**dict.fromkeys(SERVICES, endpoint))],
    )
