"""What CloudFormation does in the console's name, because the console's stacks have no service role of their own."""

MADE_WITH_A_ROOT_STACK = (
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:GetRole",
    "s3:CreateBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
)
"""What CloudFormation does in the console's name while it makes an environment's root stack, or takes it back."""

MADE_WITH_AUTH = (
    "cognito-identity:CreateIdentityPool",
    "cognito-identity:DeleteIdentityPool",
    "cognito-identity:DescribeIdentityPool",
    "cognito-identity:GetIdentityPoolRoles",
    "cognito-identity:ListTagsForResource",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-identity:TagResource",
    "cognito-idp:CreateUserPool",
    "cognito-idp:CreateUserPoolClient",
    "cognito-idp:CreateUserPoolDomain",
    "cognito-idp:DeleteUserPool",
    "cognito-idp:DeleteUserPoolClient",
    "cognito-idp:DeleteUserPoolDomain",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:DescribeUserPoolClient",
    "cognito-idp:DescribeUserPoolDomain",
    "cognito-idp:GetUserPoolMfaConfig",
    "cognito-idp:ListUserPoolClientSecrets",
    "cognito-idp:SetUserPoolMfaConfig",
    "cognito-idp:TagResource",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:PassRole",
    "iam:TagRole",
)
"""What CloudFormation does in the console's name while it makes a stack of Cognito resources, or takes it back.

Source: the permissions in CloudFormation's own schemas of the resource types.
"""
