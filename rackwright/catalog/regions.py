"""Regions, their zone prefix and country, and the services that have an interface endpoint.

Sources: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html,
https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping

REGION_PREFIX: Mapping[str, str] = {
    "us-east-1": "use1",
    "us-east-2": "use2",
    "us-west-1": "usw1",
    "us-west-2": "usw2",
    "us-gov-east-1": "usge1",
    "us-gov-west-1": "usgw1",
    "ca-central-1": "cac1",
    "ca-west-1": "caw1",
    "sa-east-1": "sae1",
    "mx-central-1": "mxc1",
    "eu-central-1": "euc1",
    "eu-central-2": "euc2",
    "eu-west-1": "euw1",
    "eu-west-2": "euw2",
    "eu-west-3": "euw3",
    "eu-north-1": "eun1",
    "eu-south-1": "eus1",
    "eu-south-2": "eus2",
    "ap-northeast-1": "apne1",
    "ap-northeast-2": "apne2",
    "ap-northeast-3": "apne3",
    "ap-southeast-1": "apse1",
    "ap-southeast-2": "apse2",
    "ap-southeast-3": "apse3",
    "ap-southeast-4": "apse4",
    "ap-south-1": "aps1",
    "ap-south-2": "aps2",
    "ap-east-1": "ape1",
    "me-central-1": "mec1",
    "me-south-1": "mes1",
    "il-central-1": "ilc1",
    "af-south-1": "afs1",
}
"""Region -> what its zone ids begin with."""

REGION_COUNTRY: Mapping[str, str] = {
    **{region: "us" for region in REGION_PREFIX if region.startswith("us-")},
    "ca-central-1": "ca",
    "ca-west-1": "ca",
    "sa-east-1": "br",
    "mx-central-1": "mx",
    "eu-central-1": "de",
    "eu-central-2": "ch",
    "eu-west-1": "ie",
    "eu-west-2": "gb",
    "eu-west-3": "fr",
    "eu-north-1": "se",
    "eu-south-1": "it",
    "eu-south-2": "es",
    "ap-northeast-1": "jp",
    "ap-northeast-2": "kr",
    "ap-northeast-3": "jp",
    "ap-southeast-1": "sg",
    "ap-southeast-2": "au",
    "ap-southeast-3": "id",
    "ap-southeast-4": "au",
    "ap-south-1": "in",
    "ap-south-2": "in",
    "ap-east-1": "hk",
    "me-central-1": "ae",
    "me-south-1": "bh",
    "il-central-1": "il",
    "af-south-1": "za",
}
"""Region -> country."""

EEA = frozenset(
    (
        *("at", "be", "bg", "hr", "cy", "cz", "dk", "ee", "fi", "fr", "de", "gr", "hu", "ie", "it", "lv", "lt"),
        *("lu", "mt", "nl", "pl", "pt", "ro", "sk", "si", "es", "se", "is", "li", "no"),
    )
)
"""European Economic Area, where the GDPR holds. Source: https://www.efta.int/eea, read 2026-11-21."""

ADEQUATE = frozenset(
    ("ad", "ar", "ca", "fo", "gg", "il", "im", "jp", "je", "nz", "kr", "ch", "gb", "us", "uy"),
)
"""Countries with an adequacy decision (the United States under the Data Privacy Framework only).
Source: https://commission.europa.eu/law/law-topic/data-protection/international-dimension-data-protection/
adequacy-decisions_en, read 2026-11-21."""

SERVICES = frozenset(
    (
        *(
            "autoscaling",
            "backup",
            "cloudformation",
            "cloudtrail",
            "config",
            "ec2",
            "ec2messages",
            "ecr.api",
            "ecr.dkr",
        ),
        *("ecs", "eks", "eks-auth", "elasticfilesystem", "elasticloadbalancing", "events", "fsx", "guardduty-data"),
        *("kms", "lambda", "logs", "monitoring", "pcs", "s3", "sagemaker.api", "secretsmanager", "sns", "sqs", "ssm"),
        *("ssmmessages", "states", "sts", "sync-states", "tagging", "xray", "aps-workspaces", "grafana"),
    )
)
"""Services with an interface endpoint that a cluster may want."""
