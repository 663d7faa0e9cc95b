"""The closed vocabulary of what people and jobs do, as `area:subject:verb`."""

from enum import StrEnum


class Action(StrEnum):
    PROJECT_CREATED = "environments:project:create"
    PROJECT_CHANGED = "environments:project:change"
    PROJECT_REMOVED = "environments:project:remove"
    ENVIRONMENT_CREATED = "environments:environment:create"
    ENVIRONMENT_CHANGED = "environments:environment:change"
    ENVIRONMENT_REMOVED = "environments:environment:remove"
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
    AUTH_CHECKED = "auth_import:link:check"
    AUTH_FIXED = "auth_import:resource:fix"
    FUNCTION_ACCESS_ANSWERED = "auth_import:functions:answer"
    SECRET_FILE_READ = "auth_import:file:read-secret"
    BACKEND_CREATED = "deployments:backend:create"
    PUSH_PREVIEWED = "deployments:push:preview"
    PUSH_STARTED = "deployments:push:start"
    PUSHED = "deployments:push:finish"
    PUSH_UNDONE = "deployments:push:undo"
    PULLED = "deployments:pull:finish"
    SOURCE_BUNDLE_READ = "deployments:bundle:read"
    JOB_RETRIED = "jobs:job:retry"
    JOB_CANCELLED = "jobs:job:cancel"


ACTION_WORDS: dict[str, str] = {
    Action.PROJECT_CREATED: "Created the project",
    Action.PROJECT_CHANGED: "Changed the project",
    Action.PROJECT_REMOVED: "Removed the project",
    Action.ENVIRONMENT_CREATED: "Created the environment",
    Action.ENVIRONMENT_CHANGED: "Changed the environment",
    Action.ENVIRONMENT_REMOVED: "Removed the environment",
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
    Action.AUTH_CHECKED: "Checked authentication",
    Action.AUTH_FIXED: "Fixed an AWS resource",
    Action.FUNCTION_ACCESS_ANSWERED: "Answered about functions",
    Action.SECRET_FILE_READ: "Read a file with a secret",
    Action.BACKEND_CREATED: "Made a part of a backend",
    Action.PUSH_PREVIEWED: "Previewed a push",
    Action.PUSH_STARTED: "Started a push",
    Action.PUSHED: "Pushed",
    Action.PUSH_UNDONE: "Undid a push",
    Action.PULLED: "Pulled",
    Action.SOURCE_BUNDLE_READ: "Read a source bundle with a secret",
    Action.JOB_RETRIED: "Retried a job",
    Action.JOB_CANCELLED: "Cancelled a job",
}
"""What the activity says, with the person before it and the target after it."""
