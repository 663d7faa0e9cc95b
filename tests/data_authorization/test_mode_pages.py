"""The page of the API's authorization modes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.actions import Action
from audit.models import AuditEvent
from data_authorization import services
from environments.models import Environment
from tests.auth_import.journeys import signed_in
from tests.data_authorization.drafts import ACTOR, BOOK, MODES, read, save, working
from tests.factories import make_cast, make_environment

JSON = {"accept": "application/json"}
POOLS, KEY, IAM, OIDC = "AMAZON_COGNITO_USER_POOLS", "API_KEY", "AWS_IAM", "OPENID_CONNECT"


@pytest.fixture
def environment(db: None) -> Environment:
    return make_environment(name="dev", kind="amplify", app_id="dexample1234")


@pytest.fixture
def member(environment: Environment) -> Client:
    return signed_in(environment)


def url(environment: Environment) -> str:
    return reverse("data-modes", kwargs={"project": environment.project.slug, "env": environment.name})


def text_of(response: Any) -> str:
    return str(response.content.decode())


def sent(default: str, *additional: str, expected: int = 1) -> dict[str, Any]:
    return {"default": default, "additional": additional, "expected": expected}


def test_the_page_shows_every_mode_and_how_many_rules_need_it(environment: Environment, member: Client) -> None:
    read(environment)
    shown = text_of(member.get(url(environment)))
    assert (
        'name="default" value="AMAZON_COGNITO_USER_POOLS" aria-label="Cognito user pool is the default mode" checked'
        in shown
    )
    assert 'name="additional" value="API_KEY" aria-label="API key is an additional mode" checked' in shown
    assert "add it with amplify update api" in shown
    assert "developer’s next push" in shown
    report = member.get(url(environment), headers=JSON).json()
    assert report == {"version": 1, "modes": list(MODES), "base_modes": list(MODES), "rules": {POOLS: 1}}


def test_the_rule_of_the_whole_api_needs_the_key(environment: Environment, member: Client) -> None:
    read(environment, "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }")
    assert member.get(url(environment), headers=JSON).json()["rules"] == {KEY: 1}
    said = member.post(url(environment), sent(POOLS), headers=JSON).json()
    assert "1 rule needs API key" in said["warning"]


def test_saving_keeps_the_modes_in_the_draft_and_says_which_rules_lose_theirs(
    environment: Environment, member: Client
) -> None:
    read(environment)
    response = member.post(url(environment), sent(IAM, KEY))
    assert response.status_code == 303
    assert working(environment).modes == (IAM, KEY)
    assert working(environment).text == BOOK
    assert AuditEvent.objects.filter(action=Action.DATA_RULES_CHANGED).count() == 1
    shown = text_of(member.get(response["Location"]))
    assert "Callers are let in by IAM, and API key beside it." in shown
    assert "1 rule needs Cognito user pool, which the API does not offer then." in shown


def test_a_mode_that_is_ticked_twice_counts_once_and_the_order_stays(environment: Environment, member: Client) -> None:
    read(environment, modes=(KEY, IAM, POOLS))
    answer = member.post(url(environment), sent(KEY, POOLS, KEY, IAM), headers=JSON)
    assert answer.json() == {"version": 1, "modes": [KEY, IAM, POOLS], "warning": None}
    assert not working(environment).has_draft


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"default": ""}, "Choose the default mode."),
        ({"default": "AWS_FUTURE"}, "knows no such mode"),
        (sent(OIDC), "OpenID Connect needs an OpenID Connect provider"),
        (sent(KEY, "AWS_LAMBDA"), "Lambda authorizer needs a Lambda function"),
        (sent(KEY, "<b>"), "&lt;b&gt; is not one of the available choices"),
        ({"default": KEY, "expected": "x"}, "Load the page again"),
    ],
)
def test_what_cannot_be_saved_is_said(
    environment: Environment, member: Client, values: dict[str, Any], said: str
) -> None:
    read(environment)
    response = member.post(url(environment), {"expected": 1} | values)
    assert response.status_code == 422
    assert said in text_of(response)
    assert working(environment).number == 1


def test_another_source_takes_every_mode_and_says_that_the_api_stays(environment: Environment, member: Client) -> None:
    read(environment, source="text", api="", api_name="", modes=())
    shown = text_of(member.get(url(environment)))
    assert "This console does not change the API itself" in shown
    assert "The modes of this API are not known" in shown
    assert member.post(url(environment), sent(OIDC, "AWS_LAMBDA")).status_code == 303
    assert working(environment).modes == (OIDC, "AWS_LAMBDA")


def test_a_draft_that_somebody_saved_meanwhile_is_not_overwritten(environment: Environment, member: Client) -> None:
    read(environment)
    save(environment, words="Added a rule.")
    response = member.post(url(environment), sent(IAM))
    assert response.status_code == 409
    shown = text_of(response)
    assert "Sample Person saved another version meanwhile" in shown
    assert 'name="expected" value="2"' in shown
    assert 'value="AWS_IAM" aria-label="IAM is the default mode" checked' in shown
    assert working(environment).modes == MODES


def test_a_schema_with_an_error_does_not_hinder(environment: Environment, member: Client) -> None:
    read(environment)
    services.save(environment=environment, text=BOOK, modes=MODES, words="", actor=ACTOR, expected=1)
    environment.data_model.revisions.update(text="type {")
    assert member.get(url(environment)).status_code == 200


def test_who_may_see_and_who_may_save(environment: Environment, client: Client) -> None:
    cast = make_cast(environment.project)
    assert signed_in(environment).get(url(environment))["Location"].endswith("/data/"), "nothing is read yet"
    read(environment)
    client.force_login(cast.viewer)
    shown = text_of(client.get(url(environment)))
    assert "Save the modes" not in shown
    assert client.post(url(environment), sent(IAM)).status_code == 403
    client.force_login(cast.stranger)
    assert client.get(url(environment)).status_code == 404
    assert client.post(url(environment), sent(IAM)).status_code == 404
    client.force_login(cast.owner)
    assert client.put(url(environment)).status_code == 405
    assert working(environment).modes == MODES
