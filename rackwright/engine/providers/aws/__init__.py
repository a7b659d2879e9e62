"""The ``aws`` provider of the embedded engine: pulumi-aws resource types carried out with botocore on the local AWS.

`provider.AwsProvider` speaks Pulumi's provider protocol; ``types/`` has one class per resource type; a type that is not
there is *recorded*: kept in the state only, and shown as such.
"""

from rackwright.engine.providers.aws.provider import AwsProvider

__all__ = ["AwsProvider"]
