"""An Amplify environment whose backend was read and pushed, as rows alone: the pages of pushing ask AWS nothing."""

from dataclasses import dataclass

from django.utils import timezone

from auth_import.models import CognitoLink
from backend_state.document.file_changes import FileChange
from backend_state.document.function_standing import FunctionStanding
from backend_state.document.parameters import ParameterChange
from backend_state.models import KnownBackend
from deployments.models import Deployment, Phase
from deployments.push_plan import PushPlan, StackChange
from environments.models import Environment

LINES = 120
"""Of the diff of one file; Amplify's files are about as long."""


@dataclass(frozen=True, slots=True)
class Backend:
    environment: Environment
    preview: Deployment


def plant_backend(linked: Environment, *, rows: int) -> Backend:
    """A copy of a link in an Amplify environment, with `rows` resources, files, parameters and pushes."""
    link = CognitoLink.objects.get(environment=linked)
    environment = Environment.objects.create(
        project=linked.project,
        name="backend",
        region=linked.region,
        kind=Environment.Kind.AMPLIFY,
        app_id="d2examplexyz01",
        app_name="shop",
        stack_name="amplify-shop-backend-3f2a1",
        deployment_bucket="amplify-shop-backend-3f2a1-deployment",
    )
    link.pk, link.environment, link.planned_import, link.pushed = None, environment, None, True
    link.save()
    facts = {
        "etag": "0",
        "stack": "UPDATE_COMPLETE",
        "auth": [
            {
                "name": "shop",
                "imported": True,
                "user_pool_id": link.user_pool_id,
                "web_client_id": link.web_client_id,
                "native_client_id": link.native_client_id,
                "identity_pool_id": link.identity_pool_id,
                "pushed": "2026-01-02T03:04:05.678Z",
            }
        ],
        "resources": {f"function/orders{number}": "Lambda" for number in range(rows)},
        "files": {f"function/orders{number}/parameters.json": "0:0" for number in range(rows)},
        "parameters": {f"/amplify/d2examplexyz01/backend/AMPLIFY_auth_shop_{number}": "0" for number in range(rows)},
        "dependents": [
            {"resource": f"function/orders{number}", "service": "Lambda", "words": "It uses it.", "declared": True}
            for number in range(rows)
        ],
        "functions": [
            FunctionStanding(
                f"orders{number}", "Lambda", operations=("read",), actions=("cognito-idp:List*",)
            ).to_dict()
            for number in range(rows)
        ],
    }
    differences = [f"Added by somebody: function/orders{number} (Lambda)." for number in range(rows)]
    KnownBackend.objects.create(environment=environment, facts=facts, differences=differences, read=timezone.now())
    document = _plan(link, rows).to_dict()
    for _ in range(rows):
        Deployment.objects.create(
            environment=environment, document=document, phase=Phase.APPLIED, created_by_name=link.created_by_name
        )
    preview = Deployment.objects.create(
        environment=environment, document=document, created_by_name=link.created_by_name
    )
    return Backend(environment, preview)


def _plan(link: CognitoLink, rows: int) -> PushPlan:
    diff = "\n".join([f"@@ -0,0 +1,{LINES} @@", *(f'+  "value{number}": "{number}",' for number in range(LINES))])
    return PushPlan(
        change="import",
        moment=timezone.now(),
        resource_name="shop",
        outputs=link.auth_outputs,
        etags={"#current-cloud-backend.zip": "0"},
        template_digest="0",
        parameter_digest="0",
        files=tuple(FileChange(f"function/orders{number}/parameters.json", "add", diff, "0") for number in range(4)),
        parameters=tuple(
            ParameterChange(f"/amplify/d2examplexyz01/backend/AMPLIFY_auth_shop_value{number}", None, '"a value"')
            for number in range(12)
        ),
        nested={f"functionorders{number}": {"authRoleName": (None, "shop-auth")} for number in range(rows)},
        change_set="arn:aws:cloudformation:eu-west-1:123456789012:changeSet/sample/1",
        stack_changes=tuple(
            StackChange(f"functionorders{number} / Role", "Modify", "AWS::IAM::Role", "False", ("Policies",))
            for number in range(rows)
        ),
        findings=tuple(link.last_findings),
    )
