const amplifyconfig = '''{
    "UserAgent": "aws-amplify-cli/2.0",
    "Version": "1.0",
    "api": {
        "plugins": {
            "awsAPIPlugin": {
                "notes": {
                    "endpointType": "REST",
                    "endpoint": "https://notesexample.execute-api.eu-west-1.amazonaws.com/dev",
                    "region": "eu-west-1",
                    "authorizationType": "AWS_IAM"
                },
                "shopapi": {
                    "endpointType": "GraphQL",
                    "endpoint": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                    "region": "eu-west-1",
                    "authorizationType": "API_KEY",
                    "apiKey": "da2-example0key"
                },
                "orders": {
                    "endpointType": "REST",
                    "endpoint": "https://ordersexample.execute-api.eu-west-1.amazonaws.com/dev",
                    "region": "eu-west-1",
                    "authorizationType": "AWS_IAM"
                }
            }
        }
    },
    "auth": {
        "plugins": {
            "awsCognitoAuthPlugin": {
                "UserAgent": "aws-amplify-cli/0.1.0",
                "Version": "0.1.0",
                "IdentityManager": {
                    "Default": {}
                },
                "CredentialsProvider": {
                    "CognitoIdentity": {
                        "Default": {
                            "PoolId": "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
                            "Region": "eu-west-1"
                        }
                    }
                },
                "CognitoUserPool": {
                    "Default": {
                        "PoolId": "eu-west-1_Zq3LmN0pA",
                        "AppClientId": "7tq0example0nat",
                        "AppClientSecret": "1s0example0secret",
                        "Region": "eu-west-1"
                    }
                },
                "GoogleSignIn": {
                    "Permissions": "email,profile,openid",
                    "ClientId-WebApp": "1234-goog.apps.example.com"
                },
                "Auth": {
                    "Default": {
                        "OAuth": {
                            "WebDomain": "shop-users.auth.eu-west-1.amazoncognito.com",
                            "AppClientId": "7tq0example0nat",
                            "AppClientSecret": "1s0example0secret",
                            "SignInRedirectURI": "https://shop.example/,shopapp://in/",
                            "SignOutRedirectURI": "https://shop.example/out",
                            "Scopes": [
                                "openid",
                                "email"
                            ]
                        },
                        "authenticationFlowType": "USER_SRP_AUTH",
                        "socialProviders": [
                            "GOOGLE"
                        ],
                        "usernameAttributes": [
                            "EMAIL"
                        ],
                        "signupAttributes": [
                            "EMAIL"
                        ],
                        "passwordProtectionSettings": {
                            "passwordPolicyMinLength": 10,
                            "passwordPolicyCharacters": [
                                "REQUIRES_LOWERCASE",
                                "REQUIRES_UPPERCASE",
                                "REQUIRES_NUMBERS"
                            ]
                        },
                        "mfaConfiguration": "OPTIONAL",
                        "mfaTypes": [
                            "SMS",
                            "TOTP"
                        ],
                        "verificationMechanisms": [
                            "EMAIL"
                        ]
                    }
                },
                "AppSync": {
                    "Default": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "API_KEY",
                        "ApiKey": "da2-example0key",
                        "ClientDatabasePrefix": "shopapi_API_KEY"
                    },
                    "shopapi_AMAZON_COGNITO_USER_POOLS": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "AMAZON_COGNITO_USER_POOLS",
                        "ClientDatabasePrefix": "shopapi_AMAZON_COGNITO_USER_POOLS"
                    }
                },
                "DynamoDBObjectMapper": {
                    "Default": {
                        "Region": "eu-west-1"
                    }
                },
                "S3TransferUtility": {
                    "Default": {
                        "Bucket": "media3f2a1-dev",
                        "Region": "eu-west-1"
                    }
                }
            }
        }
    },
    "storage": {
        "plugins": {
            "awsDynamoDbStoragePlugin": {
                "name": "stock-dev",
                "arn": "arn:aws:dynamodb:eu-west-1:111122223333:table/stock-dev",
                "partitionKeyName": "id",
                "partitionKeyType": "S",
                "region": "eu-west-1"
            },
            "awsS3StoragePlugin": {
                "bucket": "media3f2a1-dev",
                "region": "eu-west-1",
                "defaultAccessLevel": "guest"
            }
        }
    }
}''';
