"""Giving a Lambda function access to the linked pool and taking it away, where no Amplify backend does it."""
