"""Stacks, resources, events and change sets as the answers show them."""

import json
from typing import Any

from aws.sandbox.cloudformation.records import Change, ChangeSet, Detail, Event, Output, Resource, Stack


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Without what AWS leaves out because there is nothing to say."""
    return {key: item for key, item in value.items() if item not in (None, "")}


def stack(one: Stack) -> dict[str, Any]:
    return _filled(
        {
            "StackId": one.id,
            "StackName": one.name,
            "Description": one.template.get("Description"),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": _echo(one, key, value)} for key, value in one.parameters.items()
            ],
            "CreationTime": one.created,
            "LastUpdatedTime": one.updated,
            "DeletionTime": one.deleted,
            "StackStatus": one.status,
            "StackStatusReason": one.reason,
            "DisableRollback": False,
            "NotificationARNs": [],
            "RollbackConfiguration": {},
            "Capabilities": one.capabilities,
            "Outputs": [_output(output) for output in one.outputs],
            "Tags": one.tags,
            "EnableTerminationProtection": False,
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
            "ParentId": one.parent,
            "RootId": one.root,
        }
    )


def _echo(one: Stack, key: str, value: str) -> str:
    return "****" if one.template.get("Parameters", {}).get(key, {}).get("NoEcho") else value


def _output(one: Output) -> dict[str, Any]:
    return _filled(
        {
            "OutputKey": one.key,
            "OutputValue": one.value,
            "Description": one.description,
            "ExportName": one.export,
        }
    )


def stack_summary(one: Stack) -> dict[str, Any]:
    described = stack(one)
    described["TemplateDescription"] = one.template.get("Description")
    shown = ("StackId", "StackName", "TemplateDescription", "CreationTime", "LastUpdatedTime", "DeletionTime")
    more = ("StackStatus", "StackStatusReason", "ParentId", "RootId", "DriftInformation")
    return _filled({key: described.get(key) for key in (*shown, *more)})


def export(one: Stack, output: Output) -> dict[str, Any]:
    return {"ExportingStackId": one.id, "Name": output.export, "Value": output.value}


def resource_summary(one: Resource) -> dict[str, Any]:
    return _filled(
        {
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.type,
            "LastUpdatedTimestamp": one.changed,
            "ResourceStatus": one.status,
            "ResourceStatusReason": one.reason,
            "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        }
    )


def resource(of: Stack, one: Resource) -> dict[str, Any]:
    summary = resource_summary(one)
    summary["Timestamp"] = summary.pop("LastUpdatedTimestamp")
    return {**summary, "StackName": of.name, "StackId": of.id}


def resource_detail(of: Stack, one: Resource) -> dict[str, Any]:
    metadata = of.template["Resources"].get(one.logical_id, {}).get("Metadata", {})
    return {**resource_summary(one), "StackName": of.name, "StackId": of.id, "Metadata": json.dumps(metadata)}


def event(of: Stack, one: Event) -> dict[str, Any]:
    return _filled(
        {
            "StackId": of.id,
            "EventId": one.id,
            "StackName": of.name,
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.type,
            "Timestamp": one.time,
            "ResourceStatus": one.status,
            "ResourceStatusReason": one.reason,
            "ClientRequestToken": one.token,
        }
    )


def change(one: Change) -> dict[str, Any]:
    shown = _filled(
        {
            "Action": one.action,
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.type,
            "Replacement": one.replacement,
            "ChangeSetId": one.nested,
        }
    )
    return {
        "Type": "Resource",
        "ResourceChange": {**shown, "Scope": one.scope, "Details": [_detail(detail) for detail in one.details]},
    }


def _detail(one: Detail) -> dict[str, Any]:
    target = _filled({"Attribute": one.attribute, "Name": one.name, "RequiresRecreation": one.recreation})
    evaluation = "Dynamic" if one.dynamic else "Static"
    return _filled({"Target": target, "Evaluation": evaluation, "ChangeSource": one.source, "CausingEntity": one.cause})


def change_set_summary(one: ChangeSet) -> dict[str, Any]:
    return _filled(
        {
            "StackId": one.stack_id,
            "StackName": one.stack_name,
            "ChangeSetId": one.id,
            "ChangeSetName": one.name,
            "ExecutionStatus": one.execution,
            "Status": one.status,
            "StatusReason": one.reason,
            "CreationTime": one.created,
            "Description": one.description,
            "IncludeNestedStacks": one.include_nested,
            "ParentChangeSetId": one.parent,
            "RootChangeSetId": one.root,
        }
    )


def change_set(one: ChangeSet) -> dict[str, Any]:
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in one.shown_parameters.items()]
    return {
        **change_set_summary(one),
        "Parameters": parameters,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": one.capabilities,
        "Tags": one.tags or [],
    }
