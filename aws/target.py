"""Where a call goes: the Region and, for another account, the role to assume there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AwsTarget:
    """One account and Region as the console reaches it.

    `role_arn` empty means the process's default credentials; otherwise that role is assumed with `external_id`.
    Which AWS it is (the real one, an emulator) is never decided here: the SDK reads AWS_ENDPOINT_URL itself.
    """

    region: str
    role_arn: str = ""
    external_id: str = ""
