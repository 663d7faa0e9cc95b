"""Sentences about data access that several pages say in the same words."""

from backend_state.redeploy import PUSH_ANYWAY

REDEPLOY = (
    "This console writes the schema into the backend. The API itself changes with the developer's next push. "
    f"{PUSH_ANYWAY}"
)
KEEP_IN_REPOSITORY = (
    "Whoever pushes an older checkout puts the old rules back: commit the schema file to the app's repository after "
    "the pull."
)
COMPILED = (
    "AppSync keeps the schema that Amplify compiled, not the one somebody wrote: rules became resolvers. The models "
    "are rebuilt without what the compiler added, and stand here without rules. To see the rules that are in force, "
    "paste or upload schema.graphql from the app's repository."
)
NOT_COMPILED = (
    "No model of Amplify's was found in this schema, so nothing was rebuilt. Rules of @auth only mean something where "
    "Amplify's transformer compiles the schema."
)
