"""The Regions that the SDK knows."""

import pytest

from aws.regions import known_regions


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-northwest-1", "mx-central-1", "eusc-de-east-1"])
def test_regions_of_every_partition_are_known(region: str) -> None:
    assert region in known_regions()


@pytest.mark.parametrize("name", ["eu-west-9", "aws-global", "", "eu-west-1a", "EU-WEST-1"])
def test_what_is_no_region_is_not(name: str) -> None:
    assert name not in known_regions()
