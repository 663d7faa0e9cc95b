"""Sentences about the access of functions that several pages say in the same words."""

REDEPLOY = (
    "This console writes the function's files into the backend. The function itself gets its role and its environment "
    "variable with the developer's next push. After amplify pull the CLI sees no difference between the checkout and "
    "the cloud, so it has to be told to push anyway."
)
REDEPLOY_COMMANDS = "amplify pull\namplify push --force"
KEEP_IN_REPOSITORY = (
    "Whoever pushes an older checkout puts the old access back: commit the function's files to the app's repository "
    "after the pull."
)
BY_REFERENCE = (
    "The policy names the pool by a reference to a parameter (Ref) and not by its id, as the Amplify CLI would. So one "
    "template fits every environment, and two of them with different pools do not write each other's id."
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
