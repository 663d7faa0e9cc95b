"""Regions as people type them."""

import os
from difflib import get_close_matches

from django.core.exceptions import ValidationError

from aws.regions import known_regions


def validate_region(value: str) -> None:
    """Raises ValidationError for a code that no AWS Region has, with the Regions it may have been meant for."""
    known = known_regions()
    if value in known:
        return
    near = sorted(get_close_matches(value[:30], sorted(known), n=3, cutoff=0.7))
    meant = f"Did you mean {' or '.join(near)}?" if near else "Enter an AWS Region code, for example eu-west-1."
    raise ValidationError(f"AWS has no Region of this name, as far as this console's SDK knows. {meant}")


def default_region() -> str:
    """The Region a form begins with: the one the SDK's own variables name, as far as they do."""
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    return named if named in known_regions() else "eu-west-1"
