"""Templates by address: a TemplateURL leads to an object of this account's own S3."""

import re
from urllib.parse import unquote, urlsplit

from moto.s3.models import s3_backends

from aws.sandbox.cloudformation.errors import ValidationError
from aws.sandbox.ids import ACCOUNT_ID

_IN_HOST = re.compile(r"(?P<bucket>.+)\.s3[.-].*amazonaws\.com")
_HELP = "For more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"


def fetch(url: str) -> str:
    """The text at a TemplateURL, with the bucket in the host or in the path. Raises ValidationError as AWS does."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    in_host = _IN_HOST.fullmatch(parts.hostname or "")
    bucket_name, key_name = (in_host["bucket"], path) if in_host else path.partition("/")[::2]
    if not parts.scheme.startswith("http") or not bucket_name or not key_name:
        raise ValidationError("TemplateURL must be a supported URL.")
    bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket_name)
    if bucket is None:
        raise ValidationError(f"S3 error: The specified bucket does not exist\n{_HELP}")
    key = bucket.keys.get(key_name)
    if key is None or not hasattr(key, "value"):
        raise ValidationError(f"S3 error: The specified key does not exist.\n{_HELP}")
    return bytes(key.value).decode()
