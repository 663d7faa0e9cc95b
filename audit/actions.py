"""The closed vocabulary of what people and jobs do, as `area:subject:verb`."""

from enum import StrEnum


class Action(StrEnum):
    PROJECT_CREATED = "environments:project:create"
    PROJECT_CHANGED = "environments:project:change"
    PROJECT_REMOVED = "environments:project:remove"
    ENVIRONMENT_CREATED = "environments:environment:create"
    ENVIRONMENT_CHANGED = "environments:environment:change"
    ENVIRONMENT_RENAMED = "environments:environment:rename"
    ENVIRONMENT_REMOVED = "environments:environment:remove"
    NOTIFICATIONS_CHANGED = "environments:notifications:change"
    PERSON_CHANGED = "accounts:person:change"
    MEMBER_INVITED = "environments:member:invite"
    INVITATION_WITHDRAWN = "environments:invitation:withdraw"
    MEMBER_JOINED = "environments:member:join"
    MEMBER_CHANGED = "environments:member:change"
    MEMBER_REMOVED = "environments:member:remove"
    TOKEN_CREATED = "environments:token:create"
    TOKEN_REVOKED = "environments:token:revoke"
    AUTH_PLANNED = "auth_import:plan:create"
    AUTH_IMPORTED = "auth_import:link:import"
    AUTH_UNLINKED = "auth_import:link:unlink"
    AUTH_SWAPPED = "auth_import:link:swap"
    AUTH_CHECKED = "auth_import:link:check"
    DRIFT_ACCEPTED = "auth_import:drift:accept"
    DRIFT_IGNORED = "auth_import:drift:ignore"
    DRIFT_HEEDED = "auth_import:drift:heed"
    WATCH_CHANGED = "auth_import:watch:change"
    AUTH_FIXED = "auth_import:resource:fix"
    FUNCTION_ACCESS_ANSWERED = "auth_import:functions:answer"
    SECRET_FILE_READ = "auth_import:file:read-secret"
    CLONE_STARTED = "deployments:clone:start"
    CLONED = "deployments:clone:finish"
    CLONE_UNDONE = "deployments:clone:undo"
    BACKEND_CREATED = "deployments:backend:create"
    BACKEND_DELETED = "deployments:backend:delete"
    UNLINK_FINISHED = "deployments:unlink:finish"
    UNLINK_STOPPED = "deployments:unlink:stop"
    MANAGED_PLANNED = "deployments:managed:plan"
    MANAGED_CREATED = "deployments:managed:create"
    MANAGED_REMOVED = "deployments:managed:remove"
    PUSH_PREVIEWED = "deployments:push:preview"
    PUSH_STARTED = "deployments:push:start"
    PUSHED = "deployments:push:finish"
    PUSH_UNDONE = "deployments:push:undo"
    PULLED = "deployments:pull:finish"
    SOURCE_BUNDLE_READ = "deployments:bundle:read"
    USER_CREATED = "user_management:user:create"
    USER_INVITED = "user_management:user:invite"
    USER_CONFIRMED = "user_management:user:confirm"
    USER_PASSWORD_RESET = "user_management:user:reset-password"
    USER_PASSWORD_SET = "user_management:user:set-password"
    USER_SUSPENDED = "user_management:user:suspend"
    USER_REACTIVATED = "user_management:user:reactivate"
    USER_SIGNED_OUT = "user_management:user:sign-out"
    USER_CHANGED = "user_management:user:change"
    USER_MFA_RESET = "user_management:user:reset-mfa"
    USER_MFA_CHANGED = "user_management:user:change-mfa"
    USER_DEVICE_FORGOTTEN = "user_management:device:forget"
    USER_SESSION_REVOKED = "user_management:session:revoke"
    USER_READ_BILLED = "user_management:user:read-billed"
    USER_DELETED = "user_management:user:delete"
    GROUP_CREATED = "user_management:group:create"
    GROUP_CHANGED = "user_management:group:change"
    GROUP_DELETED = "user_management:group:delete"
    GROUP_MEMBER_ADDED = "user_management:member:add"
    GROUP_MEMBER_REMOVED = "user_management:member:remove"
    GROUPS_COPIED = "user_management:groups:copy"
    USERS_EXPORTED = "user_management:users:export"
    USERS_IMPORT_PLANNED = "user_management:users:plan-import"
    USERS_IMPORTED = "user_management:users:import"
    BULK_STARTED = "user_management:bulk:start"
    BULK_FINISHED = "user_management:bulk:finish"
    BULK_RESULTS_READ = "user_management:bulk:read-results"
    INDEX_CHANGED = "user_management:index:change"
    INDEX_WIPED = "user_management:index:wipe"
    DATA_MODEL_READ = "data_authorization:model:read"
    DATA_RULES_CHANGED = "data_authorization:rules:change"
    DATA_RULES_DISCARDED = "data_authorization:rules:discard"
    DATA_RULES_RESTORED = "data_authorization:rules:restore"
    FUNCTION_ACCESS_WANTED = "function_access:function:want"
    FUNCTION_ACCESS_GRANTED = "function_access:function:grant"
    FUNCTION_ACCESS_REVOKED = "function_access:function:revoke"
    JOB_PAUSED = "jobs:job:pause"
    JOB_RESUMED = "jobs:job:resume"
    JOB_RETRIED = "jobs:job:retry"
    JOB_CANCELLED = "jobs:job:cancel"


ACTION_WORDS: dict[str, str] = {
    Action.PROJECT_CREATED: "Created the project",
    Action.PROJECT_CHANGED: "Changed the project",
    Action.PROJECT_REMOVED: "Removed the project",
    Action.ENVIRONMENT_CREATED: "Created the environment",
    Action.ENVIRONMENT_CHANGED: "Changed the environment",
    Action.ENVIRONMENT_RENAMED: "Renamed the environment",
    Action.ENVIRONMENT_REMOVED: "Removed the environment",
    Action.NOTIFICATIONS_CHANGED: "Changed the notifications",
    Action.PERSON_CHANGED: "Changed a person",
    Action.MEMBER_INVITED: "Made an invitation",
    Action.INVITATION_WITHDRAWN: "Withdrew an invitation",
    Action.MEMBER_JOINED: "Joined the project",
    Action.MEMBER_CHANGED: "Changed a member",
    Action.MEMBER_REMOVED: "Removed a member",
    Action.TOKEN_CREATED: "Made a token",
    Action.TOKEN_REVOKED: "Revoked a token",
    Action.AUTH_PLANNED: "Confirmed an import",
    Action.AUTH_IMPORTED: "Imported authentication",
    Action.AUTH_UNLINKED: "Unlinked authentication",
    Action.AUTH_SWAPPED: "Swapped the linked resources",
    Action.AUTH_CHECKED: "Checked authentication",
    Action.DRIFT_ACCEPTED: "Accepted a drift",
    Action.DRIFT_IGNORED: "Ignored a drift",
    Action.DRIFT_HEEDED: "Heeds a drift again",
    Action.WATCH_CHANGED: "Changed the drift watch",
    Action.AUTH_FIXED: "Fixed an AWS resource",
    Action.FUNCTION_ACCESS_ANSWERED: "Answered about functions",
    Action.SECRET_FILE_READ: "Read a file with a secret",
    Action.CLONE_STARTED: "Started a new environment",
    Action.CLONED: "Made a new environment",
    Action.CLONE_UNDONE: "Undid a new environment",
    Action.BACKEND_CREATED: "Made a part of a backend",
    Action.BACKEND_DELETED: "Deleted a part of a backend",
    Action.UNLINK_FINISHED: "Finished an unlink in the cloud",
    Action.UNLINK_STOPPED: "Stopped trying to finish an unlink in the cloud",
    Action.MANAGED_PLANNED: "Previewed resources from scratch",
    Action.MANAGED_CREATED: "Made resources from scratch",
    Action.MANAGED_REMOVED: "Deleted managed resources",
    Action.PUSH_PREVIEWED: "Previewed a push",
    Action.PUSH_STARTED: "Started a push",
    Action.PUSHED: "Pushed",
    Action.PUSH_UNDONE: "Undid a push",
    Action.PULLED: "Pulled",
    Action.SOURCE_BUNDLE_READ: "Read a source bundle with a secret",
    Action.USER_CREATED: "Created a user",
    Action.USER_INVITED: "Sent an invitation again",
    Action.USER_CONFIRMED: "Confirmed a user",
    Action.USER_PASSWORD_RESET: "Reset a password",
    Action.USER_PASSWORD_SET: "Set a password",
    Action.USER_SUSPENDED: "Suspended a user",
    Action.USER_REACTIVATED: "Reactivated a user",
    Action.USER_SIGNED_OUT: "Signed a user out everywhere",
    Action.USER_CHANGED: "Changed a user",
    Action.USER_MFA_RESET: "Reset an authenticator app",
    Action.USER_MFA_CHANGED: "Changed second factors",
    Action.USER_DEVICE_FORGOTTEN: "Forgot a device",
    Action.USER_SESSION_REVOKED: "Ended a session",
    Action.USER_READ_BILLED: "Read a user by a billed call",
    Action.USER_DELETED: "Deleted a user",
    Action.GROUP_CREATED: "Created a group",
    Action.GROUP_CHANGED: "Changed a group",
    Action.GROUP_DELETED: "Deleted a group",
    Action.GROUP_MEMBER_ADDED: "Put a user into a group",
    Action.GROUP_MEMBER_REMOVED: "Took a user out of a group",
    Action.GROUPS_COPIED: "Copied groups",
    Action.USERS_EXPORTED: "Exported users",
    Action.USERS_IMPORT_PLANNED: "Uploaded users to import",
    Action.USERS_IMPORTED: "Imported users",
    Action.BULK_STARTED: "Started a bulk change",
    Action.BULK_FINISHED: "Finished a bulk change",
    Action.BULK_RESULTS_READ: "Downloaded results of a bulk change",
    Action.INDEX_CHANGED: "Changed the search index",
    Action.INDEX_WIPED: "Wiped the search index",
    Action.DATA_MODEL_READ: "Read the data model",
    Action.DATA_RULES_CHANGED: "Changed data access rules",
    Action.DATA_RULES_DISCARDED: "Discarded changes of data access rules",
    Action.DATA_RULES_RESTORED: "Restored earlier data access rules",
    Action.FUNCTION_ACCESS_WANTED: "Chose a function's access, to be pushed",
    Action.FUNCTION_ACCESS_GRANTED: "Gave a function access to the user pool",
    Action.FUNCTION_ACCESS_REVOKED: "Took a function's access away",
    Action.JOB_PAUSED: "Paused a job",
    Action.JOB_RESUMED: "Resumed a job",
    Action.JOB_RETRIED: "Retried a job",
    Action.JOB_CANCELLED: "Cancelled a job",
}
"""What the activity says, with the person before it and the target after it."""
