"""Operations answered here from first to last. What is called often must not cost moto's way through Flask and models.

A benchmark makes hundreds of these calls a second, on the processor its own clients run on too.
"""

import datetime
import json
import threading
from collections.abc import Callable
from typing import Any, cast

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.exceptions import JsonRESTError
from moto.iam.models import get_account_id_from

from aws.sandbox import (
    user_accounts,
    user_attributes,
    user_factors,
    user_groups,
    user_import_jobs,
    user_lists,
    user_sessions,
)
from aws.sandbox.calls import Call
from aws.sandbox.errors import InvalidParameter, error_body
from aws.sandbox.request_rules import check_request
from aws.sandbox.user_pool_backend import SandboxUserPoolBackend
from aws.sandbox.user_pools import SandboxUserPool

Answer = tuple[str, list[tuple[str, str]], bytes]

_OPERATIONS: dict[str, Callable[[SandboxUserPool, dict[str, Any]], dict[str, Any]]] = {
    "AdminAddUserToGroup": user_groups.admin_add_user_to_group,
    "AdminConfirmSignUp": user_accounts.admin_confirm_sign_up,
    "AdminCreateUser": user_accounts.admin_create_user,
    "AdminDeleteSoftwareToken": user_factors.admin_delete_software_token,
    "AdminDeleteUser": user_accounts.admin_delete_user,
    "AdminDeleteUserAttributes": user_attributes.admin_delete_user_attributes,
    "AdminDisableUser": user_accounts.admin_disable_user,
    "AdminEnableUser": user_accounts.admin_enable_user,
    "AdminForgetDevice": user_sessions.admin_forget_device,
    "AdminGetDevice": user_sessions.admin_get_device,
    "AdminGetUser": user_accounts.admin_get_user,
    "AdminGetUserAuthFactors": user_factors.admin_get_user_auth_factors,
    "AdminListDevices": user_sessions.admin_list_devices,
    "AdminListGroupsForUser": user_groups.admin_list_groups_for_user,
    "AdminListUserAuthEvents": user_sessions.admin_list_user_auth_events,
    "AdminListUserSessions": user_sessions.admin_list_user_sessions,
    "AdminRemoveUserFromGroup": user_groups.admin_remove_user_from_group,
    "AdminResetUserPassword": user_accounts.admin_reset_user_password,
    "AdminRevokeUserSession": user_sessions.admin_revoke_user_session,
    "AdminSetUserMFAPreference": user_factors.admin_set_user_mfa_preference,
    "AdminSetUserPassword": user_accounts.admin_set_user_password,
    "AdminUpdateDeviceStatus": user_sessions.admin_update_device_status,
    "AdminUpdateUserAttributes": user_attributes.admin_update_user_attributes,
    "AdminUserGlobalSignOut": user_accounts.admin_user_global_sign_out,
    "CreateGroup": user_groups.create_group,
    "CreateUserImportJob": user_import_jobs.create_user_import_job,
    "DeleteGroup": user_groups.delete_group,
    "DescribeUserImportJob": user_import_jobs.describe_user_import_job,
    "GetCSVHeader": user_import_jobs.get_csv_header,
    "GetGroup": user_groups.get_group,
    "GetUserPoolSessionConfiguration": user_sessions.get_session_configuration,
    "ListGroups": user_groups.list_groups,
    "ListUserImportJobs": user_import_jobs.list_user_import_jobs,
    "ListUsers": user_lists.list_users,
    "ListUsersInGroup": user_lists.list_users_in_group,
    "SetUserPoolSessionConfiguration": user_sessions.set_session_configuration,
    "StartUserImportJob": user_import_jobs.start_user_import_job,
    "StopUserImportJob": user_import_jobs.stop_user_import_job,
    "UpdateGroup": user_groups.update_group,
}

#: One call at a time looks and writes, so that two of the same moment do not both find a name free.
one_at_a_time = threading.RLock()


def answer(call: Call, environ: dict[str, Any]) -> Answer | None:
    """The status line, headers and body for one of these operations; None for any other, which is moto's."""
    if environ.get("PATH_INFO", "").startswith(user_import_jobs.PREFIX):
        with one_at_a_time:
            return user_import_jobs.upload(environ)
    operation = _OPERATIONS.get(call.operation) if call.service == "cognito-idp" else None
    if operation is None:
        return None
    try:
        parameters = _parameters(environ)
        check_request(call.operation, parameters)
        with one_at_a_time:
            result = operation(_pool(call, environ, parameters["UserPoolId"]), parameters)
            body = json.dumps(result, default=as_epoch).encode()
    except JsonRESTError as error:
        refused, headers = error_body(code=error.error_type, message=error.message, wants_xml=False)
        return "400 Bad Request", headers, refused
    return "200 OK", [("Content-Type", "application/x-amz-json-1.1")], body


def _parameters(environ: dict[str, Any]) -> dict[str, Any]:
    try:
        parameters = json.loads(environ["wsgi.input"].getvalue() or b"{}")
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise InvalidParameter("The request body is not a JSON object.")
    return parameters


def _pool(call: Call, environ: dict[str, Any], pool_id: str) -> SandboxUserPool:
    _, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
    account = get_account_id_from(rest.partition("/")[0])
    backend = cast(SandboxUserPoolBackend, cognitoidp_backends[account][call.region or "us-east-1"])
    pool = cast(SandboxUserPool, backend.describe_user_pool(pool_id))
    pool.endpoint = f"http://{environ['HTTP_HOST']}"
    if pool.import_jobs:
        user_import_jobs.settle(pool)
    return pool


def as_epoch(value: object) -> float:
    """Dates as AWS's JSON has them; moto's have no zone and mean UTC."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=value.tzinfo or datetime.UTC).timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON form")
