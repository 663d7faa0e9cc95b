"""One category resource of a backend, and what every category contributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.sandbox.backends.texts import PUSHED


@dataclass(frozen=True)
class Resource:
    """A resource of a category with all it leaves behind.

    config: its entry in backend-config.json. files: below `CATEGORY/NAME/` in the zip. templates: what lies in the
    bucket below `amplify-cfn-templates/`. objects: other keys of the bucket. nested_parameters: of its nested stack,
    None where it has none. environment: its parameters in Parameter Store.
    """

    category: str
    name: str
    config: dict[str, Any]
    files: dict[str, str]
    output: dict[str, Any] = field(default_factory=dict)
    more_meta: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    objects: dict[str, str | bytes] = field(default_factory=dict)
    nested_parameters: dict[str, Any] | None = None
    nested_template: str = ""
    environment: dict[str, Any] = field(default_factory=dict)
    meta_entry: dict[str, Any] | None = None

    @property
    def logical_id(self) -> str:
        return f"{self.category}{self.name}"

    def meta(self, bucket: str, outputs: Mapping[str, str]) -> dict[str, Any]:
        """The entry in amplify-meta.json after a push; `outputs` are those of the nested stack."""
        if self.meta_entry is not None:
            return self.meta_entry
        return {
            **self.config,
            "output": {**outputs, **self.output},
            **self.more_meta,
            "lastPushTimeStamp": PUSHED,
            "providerMetadata": {
                "s3TemplateURL": f"https://s3.amazonaws.com/{bucket}/amplify-cfn-templates/{self.nested_template}",
                "logicalId": self.logical_id,
            },
            "lastPushDirHash": "c2FtcGxlLXNob3Atc2FtcGxl=",
        }
