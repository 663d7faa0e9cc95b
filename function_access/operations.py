"""The operations of a function on a user pool, and the IAM actions of each (Amplify project format, 7.4). Pure."""
