"""What exists in one region of an account, whoever made it: enumerated and read without changing anything."""

from rackwright.engine.providers.aws.listing.account import Live, NotRead, Survey, survey
from rackwright.engine.providers.aws.listing.reading import ReadOnlyCloud

__all__ = ["Live", "NotRead", "ReadOnlyCloud", "Survey", "survey"]
