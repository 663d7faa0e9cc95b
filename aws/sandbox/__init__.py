"""The sandbox: a pretend AWS account, served over real HTTP by moto and completed by what moto lacks.

`docs/sandbox.md` names every addition. Nothing outside this package knows that it exists: the console is
pointed at it with `AWS_ENDPOINT_URL`, as at any other AWS endpoint.
"""
