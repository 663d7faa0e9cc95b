"""A preview of new Cognito resources, and a link whose resources the console made, for the pages that show them."""

from auth_import.models import CognitoLink
from auth_import.observation import Choice
from benchmarks.rows import Console
from deployments.scratch.models import PlannedAuth
from deployments.scratch.template import CustomAttribute, NewAuth, render, template

STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/auth-benchmark/0a1b2c"


def review(console: Console, choice: Choice) -> str:
    """As much as a form can ask for."""
    custom = tuple(CustomAttribute(name=f"attribute_{number}") for number in range(50))
    urls = tuple(f"https://app.example.com/{number}" for number in range(100))
    new = NewAuth(name="benchmark", custom=custom, domain="benchmark", callback_urls=urls, logout_urls=urls)
    resources = template(new)["Resources"]
    planned = PlannedAuth.objects.create(
        environment=console.unlinked,
        choices=new.to_dict(),
        template=render(new),
        stack_name="auth-benchmark",
        stack_id=STACK,
        changes=[{"resource": name, "type": one["Type"], "action": "Add"} for name, one in resources.items()],
        phase=PlannedAuth.Phase.PLANNED,
        created_by_name="benchmark",
    )
    return planned.get_absolute_url()


def removal(console: Console, choice: Choice) -> str:
    CognitoLink.objects.filter(environment=console.linked).update(managed_stack=STACK)
    return console.url("remove-managed", console.linked)
