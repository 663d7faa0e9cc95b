"""The closed vocabulary of what people and jobs do, as `area:subject:verb`."""

from enum import StrEnum


class Action(StrEnum):
    PROJECT_CREATED = "environments:project:create"
    PROJECT_CHANGED = "environments:project:change"
    ENVIRONMENT_CREATED = "environments:environment:create"
    ENVIRONMENT_CHANGED = "environments:environment:change"
    MEMBER_INVITED = "environments:member:invite"
    MEMBER_JOINED = "environments:member:join"
    MEMBER_CHANGED = "environments:member:change"
    MEMBER_REMOVED = "environments:member:remove"
    TOKEN_CREATED = "environments:token:create"
    TOKEN_REVOKED = "environments:token:revoke"
    AUTH_PLANNED = "auth_import:plan:create"
    AUTH_IMPORTED = "auth_import:link:import"
    AUTH_UNLINKED = "auth_import:link:unlink"
    AUTH_CHECKED = "auth_import:link:check"
    AUTH_FIXED = "auth_import:resource:fix"
    FUNCTION_ACCESS_ANSWERED = "auth_import:functions:answer"
    SECRET_FILE_READ = "auth_import:file:read-secret"
    JOB_RETRIED = "jobs:job:retry"
    JOB_CANCELLED = "jobs:job:cancel"
