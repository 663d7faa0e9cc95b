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
