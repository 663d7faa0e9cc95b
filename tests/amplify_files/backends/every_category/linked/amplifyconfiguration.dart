const amplifyconfig = '''{
    "UserAgent": "aws-amplify-cli/2.0",
    "Version": "1.0",
    "analytics": {
        "plugins": {
            "awsPinpointAnalyticsPlugin": {
                "pinpointAnalytics": {
                    "appId": "0f1e2d3c4b5a",
                    "region": "eu-west-1"
                },
                "pinpointTargeting": {
                    "region": "eu-west-1"
                }
            }
        }
    },
    "notifications": {
        "plugins": {
            "awsPinpointPushNotificationsPlugin": {
                "appId": "0f1e2d3c4b5a",
                "region": "eu-west-1"
            },
            "awsPinpointInAppMessagingNotificationsPlugin": {
                "appId": "0f1e2d3c4b5a",
                "region": "eu-west-1"
            }
        }
    },
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
                    "authorizationType": "AMAZON_COGNITO_USER_POOLS",
                    "apiKey": "da2-example0key"
                },
                "container": {
                    "endpointType": "REST",
                    "endpoint": "https://container.shop.example",
                    "region": "eu-west-1",
                    "authorizationType": "AMAZON_COGNITO_USER_POOLS"
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
                "PinpointAnalytics": {
                    "Default": {
                        "AppId": "0f1e2d3c4b5a",
                        "Region": "eu-west-1"
                    }
                },
                "PinpointTargeting": {
                    "Default": {
                        "Region": "eu-west-1"
                    }
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
                "Lex": {
                    "ShopHelper_dev": {
                        "Name": "ShopHelper_dev",
                        "Alias": "\$LATEST",
                        "Region": "eu-west-1"
                    }
                },
                "S3TransferUtility": {
                    "Default": {
                        "Bucket": "media3f2a1-dev",
                        "Region": "eu-west-1"
                    }
                },
                "DynamoDBObjectMapper": {
                    "Default": {
                        "Region": "eu-west-1"
                    }
                },
                "AppSync": {
                    "Default": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "AMAZON_COGNITO_USER_POOLS",
                        "ClientDatabasePrefix": "shopapi_AMAZON_COGNITO_USER_POOLS"
                    },
                    "shopapi_API_KEY": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "API_KEY",
                        "ApiKey": "da2-example0key",
                        "ClientDatabasePrefix": "shopapi_API_KEY"
                    }
                }
            }
        }
    },
    "storage": {
        "plugins": {
            "awsS3StoragePlugin": {
                "bucket": "media3f2a1-dev",
                "region": "eu-west-1",
                "defaultAccessLevel": "guest"
            },
            "awsDynamoDbStoragePlugin": {
                "name": "stock-dev",
                "arn": "arn:aws:dynamodb:eu-west-1:111122223333:table/stock-dev",
                "partitionKeyName": "id",
                "partitionKeyType": "S",
                "region": "eu-west-1"
            }
        }
    }
}''';
