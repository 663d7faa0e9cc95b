"""Sentences about the access of functions that several pages say in the same words."""

from backend_state.redeploy import PUSH_ANYWAY

REDEPLOY = (
    "This console writes the function's files into the backend. The function itself gets its role and its environment "
    f"variable with the developer's next push. {PUSH_ANYWAY}"
)
KEEP_IN_REPOSITORY = (
    "Whoever pushes an older checkout puts the old access back: commit the function's files to the app's repository "
    "after the pull."
)
BY_REFERENCE = (
    "The policy names the pool by a reference to a parameter (Ref) and not, as the Amplify CLI would, by its id. So "
    "one template fits every environment, and two of them with different pools do not write each other's id."
)
SOURCE_COMMENT = (
    "The Amplify CLI also lists the variables in a comment at the top of the function's source. The source is yours: "
    "this console leaves it alone."
)
BREADTHS = {
    "least": "least privilege",
    "passwords": "least privilege and setting passwords",
    "cli": "the lists of the Amplify CLI",
    "": "a list of its own",
}
