"""Amplify backends as they lie in a deployment bucket, by the Amplify project format (sections 2, 6.5, 7 and 8).

`BACKENDS` has one of each kind. `linked` is the state after an import, otherwise there is no auth resource.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.backend_state.samples import AUTH_ROLE, AUTH_ROLE_ARN, POOL_ID, UNAUTH_ROLE, UNAUTH_ROLE_ARN
from tests.backend_state.zips import UTF8, Entry, streamed, written

META, CONFIG = "amplify-meta.json", "backend-config.json"
ROOT = "awscloudformation/build/root-cloudformation-stack.json"
STACK_NAME = "amplify-shop-dev-3f2a1"

Files = dict[str, bytes]


def text(value: object, indent: int | str | None = 2) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=False).encode()


PROVIDERS = {
    "awscloudformation": {
        "AuthRoleName": f"{STACK_NAME}-authRole",
        "UnauthRoleArn": f"arn:aws:iam::111122223333:role/{STACK_NAME}-unauthRole",
        "AuthRoleArn": f"arn:aws:iam::111122223333:role/{STACK_NAME}-authRole",
        "Region": "eu-west-1",
        "DeploymentBucketName": f"{STACK_NAME}-deployment",
        "UnauthRoleName": f"{STACK_NAME}-unauthRole",
        "StackName": STACK_NAME,
        "StackId": f"arn:aws:cloudformation:eu-west-1:111122223333:stack/{STACK_NAME}/"
        "6b1d0a10-aaaa-11ee-9999-0a1b2c3d4e5f",
        "AmplifyAppId": "d2examplexyz01",
    }
}
TAGS = [{"Key": "user:Stack", "Value": "{project-env}"}, {"Key": "user:Application", "Value": "{project-name}"}]
ON_AUTH = {"category": "auth", "resourceName": "shop", "attributes": ["UserPoolId"]}
AUTH_ENTRY: dict[str, Any] = {
    "service": "Cognito",
    "serviceType": "imported",
    "providerPlugin": "awscloudformation",
    "dependsOn": [],
    "customAuth": False,
    "output": {
        "UserPoolId": POOL_ID,
        "UserPoolName": "shop-users",
        "AppClientID": "7tq0example0nat",
        "AppClientSecret": "1s0example0secret",
        "AppClientIDWeb": "5kq0example0web",
        "IdentityPoolId": "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
        "IdentityPoolName": "shop_identity",
    },
    "frontendAuthConfig": {
        "socialProviders": [],
        "usernameAttributes": ["EMAIL"],
        "signupAttributes": ["EMAIL"],
        "passwordProtectionSettings": {"passwordPolicyMinLength": 8, "passwordPolicyCharacters": []},
        "mfaConfiguration": "OFF",
        "mfaTypes": [],
        "verificationMechanisms": ["EMAIL"],
    },
    "lastPushTimeStamp": "2026-03-02T10:11:12.345Z",
}
AUTH_PARAMETERS = {
    "authSelections": "identityPoolAndUserPool",
    "resourceName": "shop",
    "serviceType": "imported",
    "region": "eu-west-1",
    "usernameAttributes": ["email"],
    "requiredAttributes": ["email"],
    "passwordPolicyMinLength": 8,
    "passwordPolicyCharacters": [],
    "mfaConfiguration": "OFF",
    "autoVerifiedAttributes": ["email"],
    "mfaTypes": [],
}
AUTH_PARAMETER_NAMES = (
    *("allowUnauthenticatedIdentities", "authRoleArn", "authRoleName", "googleClientId", "identityPoolId"),
    *("identityPoolName", "nativeClientId", "unauthRoleArn", "unauthRoleName", "userPoolId", "userPoolName"),
    "webClientId",
)


def _stack(category: str, name: str, **parameters: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {
            "TemplateURL": f"https://s3.amazonaws.com/{STACK_NAME}-deployment/amplify-cfn-templates/{category}/{name}.json",
            "Parameters": {**parameters, "env": "dev"},
        },
    }


def _sorted(value: Any) -> Any:
    return json.loads(json.dumps(value, sort_keys=True))


class Parts:
    """A backend while it is put together: its meta, its config, its root template and its other files."""

    def __init__(self, *, linked: bool) -> None:
        self.linked = linked
        self.meta: dict[str, Any] = {"providers": copy.deepcopy(PROVIDERS)}
        self.config: dict[str, Any] = {}
        self.resources: dict[str, Any] = {
            "DeploymentBucket": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
            "AuthRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "AuthRoleName"}}},
            "UnauthRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "UnauthRoleName"}}},
        }
        self.files: Files = {"tags.json": text(TAGS), "cli.json": text({"features": {"graphqltransformer": {}}})}
        if linked:
            self.meta["auth"] = {"shop": copy.deepcopy(AUTH_ENTRY)}
            reduced = ("service", "serviceType", "providerPlugin", "dependsOn", "customAuth")
            self.config["auth"] = {"shop": {key: AUTH_ENTRY[key] for key in reduced}}
            self.config["parameters"] = {
                f"AMPLIFY_auth_shop_{name}": {"usedBy": [{"category": "auth", "resourceName": "shop"}]}
                for name in AUTH_PARAMETER_NAMES
            }
            self.files["auth/shop/parameters.json"] = text(AUTH_PARAMETERS)

    def add(self, category: str, name: str, entry: dict[str, Any], files: dict[str, Any], **parameters: Any) -> None:
        """`parameters` are what the nested stack gets in the root template; an empty mapping is a stack without any."""
        self.meta.setdefault(category, {})[name] = entry
        self.config.setdefault(category, {})[name] = {
            key: value for key, value in entry.items() if key not in ("output", "lastPushTimeStamp")
        }
        self.resources[f"{category}{name}"] = _stack(category, name, **parameters)
        self.files |= {
            f"{category}/{name}/{path}": one if isinstance(one, bytes) else text(one) for path, one in files.items()
        }

    def template(self) -> dict[str, Any]:
        names = ("DeploymentBucketName", "AuthRoleName", "UnauthRoleName")
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Root Stack for AWS Amplify Gen 1 CLI",
            "Parameters": {name: {"Type": "String"} for name in names},
            "Resources": self.resources,
        }

    def all(self) -> Files:
        return {
            META: text(self.meta),
            CONFIG: text(_sorted(self.config)),
            **self.files,
            ROOT: text(self.template()),
        }

    def roles(self, *, arns: bool = False) -> dict[str, Any]:
        """The role parameters of a nested stack: the identity pool's own roles, or without one the root stack's."""
        if not self.linked:
            return {"authRoleName": {"Ref": "AuthRoleName"}, "unauthRoleName": {"Ref": "UnauthRoleName"}}
        names = {"authRoleName": AUTH_ROLE, "unauthRoleName": UNAUTH_ROLE}
        return names | ({"authRoleArn": AUTH_ROLE_ARN, "unauthRoleArn": UNAUTH_ROLE_ARN} if arns else {})


def add_graphql(to: Parts) -> None:
    """A GraphQL API that asks the pool, an API key, or IAM; it declares its dependency only when auth is linked."""
    entry = {
        "service": "AppSync",
        "providerPlugin": "awscloudformation",
        "dependsOn": [ON_AUTH] if to.linked else [],
        "output": {
            "authConfig": {
                "defaultAuthentication": {
                    "authenticationType": "AMAZON_COGNITO_USER_POOLS",
                    "userPoolConfig": {"userPoolId": "authshop"},
                },
                "additionalAuthenticationProviders": [
                    {
                        "authenticationType": "API_KEY",
                        "apiKeyConfig": {"apiKeyExpirationDays": 7, "description": ""},
                    },
                    {"authenticationType": "AWS_IAM"},
                ],
            },
            "GraphQLAPIIdOutput": "abcdefghijklmnopqrstuvwxyz",
        },
        "lastPushTimeStamp": "2026-03-02T10:11:12.345Z",
    }
    own = {
        "AppSyncApiName": "shopapi",
        "DynamoDBBillingMode": "PAY_PER_REQUEST",
        "DynamoDBEnableServerSideEncryption": False,
        "AuthCognitoUserPoolId": {"Fn::GetAtt": ["authshop", "Outputs.UserPoolId"]},
        "authRoleName": {"Ref": "AuthRoleName"},
        "unauthRoleName": {"Ref": "UnauthRoleName"},
    }
    files = {
        "parameters.json": own,
        "build/parameters.json": own,
        "schema.graphql": b"type Todo @model @auth(rules: [{ allow: owner }]) {\n  id: ID!\n}\n",
        "transform.conf.json": {"Version": 5, "ElasticsearchWarning": True},
    }
    literal = {key: own[key] for key in ("AppSyncApiName", "DynamoDBBillingMode")}
    pool = POOL_ID if to.linked else "eu-west-1_Gone00001"
    to.add("api", "shopapi", entry, files, **literal, AuthCognitoUserPoolId=pool, **to.roles())


def add_rest(to: Parts) -> None:
    entry = {
        "service": "API Gateway",
        "providerPlugin": "awscloudformation",
        "dependsOn": [],
        "output": {"ApiName": "orders", "RootUrl": "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/dev"},
    }
    paths = {"/orders": {"lambdaFunction": "report", "permissions": {"setting": "private", "auth": ["create", "read"]}}}
    to.add("api", "orders", entry, {"cli-inputs.json": {"version": 1, "paths": paths}})
    to.resources["APIGatewayAuthStack"] = _stack(
        "api", "APIGatewayAuthStack", authRoleName={"Ref": "AuthRoleName"}, unauthRoleName={"Ref": "UnauthRoleName"}
    )


def add_storage(to: Parts) -> None:
    own = {
        "bucketName": "shopphotos",
        "authPolicyName": "s3_amplify_1a2b3c4d",
        "unauthPolicyName": "s3_amplify_1a2b3c4d",
        "authRoleName": {"Ref": "AuthRoleName"},
        "unauthRoleName": {"Ref": "UnauthRoleName"},
        "s3PermissionsGuestPublic": "s3:GetObject",
    }
    inputs = {"resourceName": "photos", "storageAccess": "authAndGuest", "guestAccess": ["READ"]}
    entry = {
        "service": "S3",
        "providerPlugin": "awscloudformation",
        "dependsOn": [],
        "output": {"BucketName": "shopphotos-dev", "Region": "eu-west-1"},
    }
    files = {"build/parameters.json": own, "cli-inputs.json": inputs}
    to.add("storage", "photos", entry, files, bucketName="shopphotos", **to.roles())


def function_template(*, statements: list[Any] | None = None, **variables: Any) -> dict[str, Any]:
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"env": {"Type": "String"}},
        "Resources": {
            "LambdaFunction": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Environment": {
                        "Variables": {"ENV": {"Ref": "env"}, "REGION": {"Ref": "AWS::Region"}, **variables}
                    },
                },
            },
            "LambdaExecutionRole": {"Type": "AWS::IAM::Role"},
        },
    }
    if statements is not None:
        template["Resources"]["AmplifyResourcesPolicy"] = {
            "DependsOn": ["LambdaExecutionRole"],
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "amplify-lambda-execution-policy",
                "Roles": [{"Ref": "LambdaExecutionRole"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            },
        }
    return template


def add_functions(to: Parts) -> None:
    """One function without access, and when auth is linked one that the CLI gave access to the pool (section 7)."""
    entry = {
        "build": True,
        "providerPlugin": "awscloudformation",
        "service": "Lambda",
        "output": {"Name": "report-dev", "Region": "eu-west-1"},
        "lastBuildTimeStamp": "2026-03-02T10:11:00.000Z",
    }
    files = {
        "report-cloudformation-template.json": function_template(),
        "function-parameters.json": {"lambdaLayers": []},
        "src/index.js": b"exports.handler = async () => {};\n",
    }
    to.add("function", "report", entry, files, deploymentBucketName=f"{STACK_NAME}-deployment")
    if to.linked:
        pool = ["arn:aws:cognito-idp:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":userpool/", POOL_ID]
        statement = {
            "Effect": "Allow",
            "Action": ["cognito-idp:ListUsers"],
            "Resource": [{"Fn::Join": ["", pool]}],
        }
        template = function_template(statements=[statement], AUTH_SHOP_USERPOOLID={"Ref": "authshopUserPoolId"})
        template["Parameters"]["authshopUserPoolId"] = {"Type": "String", "Default": "authshopUserPoolId"}
        files = {
            "admins-cloudformation-template.json": template,
            "function-parameters.json": {"permissions": {"auth": {"shop": ["read"]}}, "lambdaLayers": []},
        }
        to.add("function", "admins", {**entry, "dependsOn": [ON_AUTH]}, files, authshopUserPoolId=POOL_ID)


def empty(*, linked: bool) -> bytes:
    """Auth only, or nothing at all."""
    return streamed(Parts(linked=linked).all())


def graphql(*, linked: bool) -> bytes:
    parts = Parts(linked=linked)
    add_graphql(parts)
    add_rest(parts)
    return streamed(parts.all())


def storage(*, linked: bool) -> bytes:
    parts = Parts(linked=linked)
    add_storage(parts)
    return streamed(parts.all())


def functions(*, linked: bool) -> bytes:
    parts = Parts(linked=linked)
    add_functions(parts)
    return streamed(parts.all())


def everything(*, linked: bool) -> bytes:
    """Every category that Amplify has."""
    parts = Parts(linked=linked)
    for add in (add_graphql, add_rest, add_storage, add_functions):
        add(parts)
    plugin = {"providerPlugin": "awscloudformation"}
    parts.add("storage", "orders", {"service": "DynamoDB", **plugin}, {"parameters.json": {"tableName": "orders"}})
    parts.add("analytics", "clicks", {"service": "Pinpoint", **plugin, "dependsOn": []}, {}, **parts.roles(arns=True))
    parts.add("predictions", "words", {"service": "Translate", **plugin}, {"parameters.json": {"access": "auth"}})
    parts.add("geo", "map", {"service": "Map", **plugin, "accessType": "AuthorizedUsers"}, {}, **parts.roles())
    parts.add("interactions", "bot", {"service": "Lex", **plugin}, {})
    parts.add("custom", "alarms", {"service": "customCDK", **plugin, "dependsOn": []}, {})
    parts.add("hosting", "amplifyhosting", {"service": "amplifyhosting", "type": "manual", **plugin}, {})
    parts.add("notifications", "Pinpoint", {"service": "Pinpoint", **plugin, "output": {"SMS": {"Enabled": True}}}, {})
    return streamed(parts.all())


def foreign(*, linked: bool) -> bytes:
    """What other tools and other people's editors leave behind: every style of text, every kind of entry."""
    parts = Parts(linked=linked)
    add_storage(parts)
    files = parts.all()
    meta = {"storage": parts.meta.pop("storage"), **parts.meta, "x-note": ["é", 1.50, -0.0, 10000000000000000000001]}
    names = {
        META: b"\xef\xbb\xbf" + text(meta, "\t").replace(b"\n", b"\r\n") + b"\r\n",
        CONFIG: text(_sorted(parts.config), 4) + b"\n",
        ROOT: json.dumps(parts.template(), separators=(",", ":")).encode(),
    }
    entries: list[Entry] = []
    for name, body in [*(files | names).items(), ("notes/größe – 注.md", "ü\n".encode()), ("notes/raw.bin", bytes(99))]:
        flags = 0x8 if len(entries) % 2 else 0
        entries.append(
            Entry(
                name=name.encode(),
                content=body,
                method=0 if name.endswith((".bin", "tags.json")) else 8,
                flags=flags | (0 if name.isascii() else UTF8),
                # Info-ZIP's "extended timestamp".
                extra=b"UT\x05\x00\x01\x00\xa5\xa1\x69" if len(entries) % 3 else b"",
                system=0 if len(entries) % 4 == 1 else 3,
                attributes=0x20 if len(entries) % 4 == 1 else 0o100755 << 16,
                comment=b"of one file" if len(entries) % 5 == 0 else b"",
            )
        )
    folder = Entry(name=b"auth/", content=b"", method=0, attributes=0o40755 << 16 | 0x10)
    folders = [folder, replace(folder, name=b"auth/shop/")] if linked else [folder]
    return written(*folders, *entries, comment=b"made by hand")


BACKENDS: dict[str, Callable[..., bytes]] = {
    "empty": empty,
    "graphql": graphql,
    "storage": storage,
    "functions": functions,
    "everything": everything,
    "foreign": foreign,
}
