"""CloudFormation, as far as Amplify's backends use it, in place of moto's own.

moto's updates stacks in place without a way back, gives change sets no details, and knows neither nested change sets
nor AppSync. This one is smaller, keeps stacks as plain data, and undoes an update that fails.
"""
