"""The Regions that the installed SDK knows, of every partition. Nothing is asked of AWS."""

from functools import cache

from botocore.loaders import Loader


@cache
def known_regions() -> frozenset[str]:
    """Their codes, for example `eu-west-1`, without the pretend ones (`aws-global`) that some services use."""
    partitions = Loader().load_data("endpoints")["partitions"]
    return frozenset(code for partition in partitions for code in partition["regions"])
