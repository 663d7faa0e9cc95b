"""The AWS CLI's own idea of a command, from the service models it is made of."""

import json
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel
from botocore.session import get_session

SESSION = get_session()
SERVICES = {
    name: SESSION.get_service_model(name) for name in ("cognito-idp", "cognito-identity", "iam", "cloudformation")
}
GLOBAL_FLAGS = frozenset({"region", "query", "output", "cli-input-json"})


def operation_named(service: str, name: str) -> OperationModel:
    model = SERVICES[service]
    by_name = {xform_name(one, "-"): one for one in model.operation_names}
    return model.operation_model(by_name[name])


def unknown_flags(words: list[str]) -> list[str]:
    """The flags of an `aws` command that its operation does not have."""
    assert words[0] == "aws"
    shape = operation_named(words[1], words[2]).input_shape
    known = {xform_name(name, "-") for name in (shape.members if shape else ())} | GLOBAL_FLAGS
    flags = [word[2:].partition("=")[0] for word in words[3:] if word.startswith("--")]
    return [flag for flag in flags if flag not in known and flag.removeprefix("no-") not in known]


def parse(words: list[str], *, region: str) -> tuple[OperationModel, dict[str, Any]]:
    """What the AWS CLI would send: flags of the operation's own parameters, JSON for everything that is not text."""
    assert words[0] == "aws"
    operation = operation_named(words[1], words[2])
    assert words[3:5] == ["--region", region]
    shape = operation.input_shape
    assert shape is not None
    members = {xform_name(name, "-"): name for name in shape.members}
    sent: dict[str, Any] = {}
    rest = iter(words[5:])
    for word in rest:
        assert word.startswith("--"), word
        flag, equals, attached = word[2:].partition("=")
        if flag == "cli-input-json":
            return operation, json.loads(next(rest))
        if flag in GLOBAL_FLAGS:
            next(rest)
            continue
        positive = flag if flag in members else flag.removeprefix("no-")
        name = members[positive]
        kind = shape.members[name].type_name
        if kind == "boolean":
            sent[name] = flag == positive
            continue
        value = attached if equals else next(rest)
        assert not value.startswith(("file://", "fileb://", "http://", "https://")), value
        sent[name] = value if kind == "string" else json.loads(value)
    return operation, sent
