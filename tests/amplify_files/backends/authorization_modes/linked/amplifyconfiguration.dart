const amplifyconfig = '''{
    "UserAgent": "aws-amplify-cli/2.0",
    "Version": "1.0",
    "api": {
        "plugins": {
            "awsAPIPlugin": {
                "shopapi": {
                    "endpointType": "GraphQL",
                    "endpoint": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                    "region": "eu-west-1",
                    "authorizationType": "AWS_IAM",
                    "apiKey": "da2-example0key"
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
                "AppSync": {
                    "Default": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "AWS_IAM",
                        "ClientDatabasePrefix": "shopapi_AWS_IAM"
                    },
                    "shopapi_API_KEY": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "API_KEY",
                        "ApiKey": "da2-example0key",
                        "ClientDatabasePrefix": "shopapi_API_KEY"
                    },
                    "shopapi_AWS_LAMBDA": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "AWS_LAMBDA",
                        "ClientDatabasePrefix": "shopapi_AWS_LAMBDA"
                    },
                    "shopapi_OPENID_CONNECT": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "OPENID_CONNECT",
                        "ClientDatabasePrefix": "shopapi_OPENID_CONNECT"
                    },
                    "shopapi_AMAZON_COGNITO_USER_POOLS": {
                        "ApiUrl": "https://shopapiexample.appsync-api.eu-west-1.amazonaws.com/graphql",
                        "Region": "eu-west-1",
                        "AuthMode": "AMAZON_COGNITO_USER_POOLS",
                        "ClientDatabasePrefix": "shopapi_AMAZON_COGNITO_USER_POOLS"
                    }
                },
                "CognitoUserPool": {
                    "Default": {
                        "PoolId": "eu-west-1_Zq3LmN0pA",
                        "AppClientId": "7tq0example0nat",
                        "Region": "eu-west-1"
                    }
                },
                "Auth": {
                    "Default": {
                        "authenticationFlowType": "USER_SRP_AUTH",
                        "socialProviders": [],
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
                        "mfaConfiguration": "OFF",
                        "mfaTypes": [],
                        "verificationMechanisms": [
                            "EMAIL"
                        ]
                    }
                }
            }
        }
    }
}''';
