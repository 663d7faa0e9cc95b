"""The wizard in a standalone project: the place, the choice that must be made, the checks, the review."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.auth_import.journeys import bearer
from tests.auth_import.planted import Account, Planted
from tests.deployments.reading_pages import buttons, main_of

if TYPE_CHECKING:
    from environments.models import Environment, Project
    from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

CLONE = "/projects/shop/dev/clone/"
CREATE = "/projects/shop/environments/create/"
ROLE = "arn:aws:iam::123456789012:role/AdminUI"
PLACE: dict[str, Any] = {"name": "test", "region": "eu-west-1"}


@pytest.fixture(scope="module")
def planted(sample_account: Any) -> Planted:
    return Account(sample_account.url).plant()


@pytest.fixture
def dev(cast: "Cast", project: "Project", planted: Planted) -> "Environment":
    found: Environment = project.environments.get(name="dev")
    link(found, planted)
    return found


def link(environment: "Environment", planted: Planted) -> None:
    from tests.factories import make_link, make_outputs

    choice = planted.choice
    outputs = make_outputs(
        user_pool_id=choice.user_pool_id,
        user_pool_name=planted.name,
        web_client_id=choice.web_client_id,
        native_client_id=choice.native_client_id,
    )
    make_link(environment, outputs=outputs, identity_pool_id=choice.identity_pool_id)


def get(client: Client, path: str, status: int = 200, **data: str) -> str:
    answer = client.get(path, data)
    assert answer.status_code == status, (answer.headers.get("Location"), main_of(answer.content.decode())[:3000])
    return str(answer.content.decode())


def tile(html: str, value: str) -> str:
    return html.partition(f'value="{value}"')[2].partition("</label>")[0]


def chosen(planted: Planted) -> dict[str, str]:
    one = planted.choice
    return {
        "resources": "others",
        "pool": one.user_pool_id,
        "web": one.web_client_id,
        "native": one.native_client_id,
        "ipool": one.identity_pool_id,
    }


def plans() -> Any:
    from deployments.models import PlannedClone

    return PlannedClone.objects.all()


class TestThePlace:
    def test_it_begins_where_the_source_is(self, owner: Client, dev: "Environment") -> None:
        dev.role_arn, dev.external_id = ROLE, "nobodys-business"
        dev.save()
        html = get(owner, CLONE)
        assert f'value="{ROLE}"' in html
        assert "nobodys-business" not in html
        assert buttons(html) == ["Go on"]
        assert 'name="kind"' not in html

    def test_the_account_is_asked_before_the_next_step(self, owner: Client, dev: "Environment", sandbox: Any) -> None:
        answer = owner.post(CLONE, PLACE)
        assert (answer.status_code, answer["Location"]) == (303, f"{CLONE}?name=test&region=eu-west-1")
        assert [call["operation"] for call in sandbox.calls()] == ["GetCallerIdentity"]
        assert "account" not in answer["Location"]

    def test_a_role_that_cannot_be_assumed_is_told_in_words(
        self, owner: Client, dev: "Environment", sandbox: Any
    ) -> None:
        denied = {"code": "AccessDenied", "message": "not authorized to perform: sts:AssumeRole", "status": 403}
        sandbox.fail("AssumeRole", kind="fail", **denied)
        answer = owner.post(CLONE, PLACE | {"role_arn": "arn:aws:iam::123456789012:role/Refused"})
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "The AWS account answers" in html
        assert "AccessDenied" in html
        assert 'value="test"' in html

    def test_an_external_id_stays_out_of_every_address(self, owner: Client, dev: "Environment") -> None:
        typed = PLACE | {"role_arn": ROLE, "external_id": "nobodys-business"}
        address = owner.post(CLONE, typed)["Location"]
        assert "nobodys" not in address
        html = get(owner, address)
        assert "nobodys" not in html
        sealed = parse_qs(urlsplit(address).query)["sealed"][0]
        owner.post(CLONE, PLACE | {"role_arn": ROLE, "sealed": sealed, "resources": "none"})
        assert plans().get().plan.external_id == "nobodys-business"
        review = get(owner, f"/projects/shop/clones/{plans().get().pk}/")
        assert "nobodys" not in review
        back = unescape(re.findall(r'href="([^"]*clone/[^"]*)">Back to the choices', review)[0])
        assert "What comes along" in get(owner, back)

    def test_a_seal_that_does_not_open_asks_for_the_external_id_again(self, owner: Client, dev: "Environment") -> None:
        html = get(owner, CLONE, 422, **PLACE, role_arn=ROLE, sealed="made-up", resources="none")
        assert "Enter the external id once more" in html

    def test_the_sources_role_brings_its_external_id_along(self, owner: Client, dev: "Environment") -> None:
        dev.role_arn, dev.external_id = ROLE, "of-dev"
        dev.save()
        owner.post(CLONE, PLACE | {"role_arn": ROLE, "resources": "none"})
        owner.post(CLONE, PLACE | {"role_arn": ROLE + "2", "resources": "none"})
        assert [one.plan.external_id for one in plans().order_by("pk")] == ["of-dev", ""]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"name": ""}, "required"),
            ({"name": "Test"}, "lower-case letters, digits and hyphens"),
            ({"name": "clone"}, "is the name of a page"),
            ({"name": "dev"}, "already has an environment of this name"),
            ({"region": "eu-west-9"}, "Did you mean"),
            ({"role_arn": "AdminUI"}, "Enter the ARN"),
            ({"external_id": "x"}, "together with a role"),
        ],
    )
    def test_what_cannot_be_right_is_refused_beside_its_field(
        self, owner: Client, dev: "Environment", sandbox: Any, data: dict[str, str], words: str
    ) -> None:
        for sent in (PLACE | data, PLACE | data | {"resources": "none"}):
            answer = owner.post(CLONE, sent)
            assert answer.status_code == 422
            assert words in answer.content.decode()
        assert not sandbox.calls()
        assert not plans().exists()


class TestTheChoice:
    def test_nothing_is_chosen_for_anybody(self, owner: Client, dev: "Environment", planted: Planted) -> None:
        html = get(owner, CLONE, **PLACE)
        assert re.findall(r'name="resources" value="(\w+)"', html) == ["same", "others", "none", "scratch"]
        assert " checked" not in html.partition('class="tiles"')[2]
        assert planted.name in tile(html, "same")
        assert "Choose which Cognito resources" in get(owner, CLONE, 422, **PLACE, asked="1")

    def test_whoever_else_uses_the_pool_is_named_production_first(
        self, owner: Client, dev: "Environment", project: "Project", planted: Planted
    ) -> None:
        from tests.factories import make_environment

        link(make_environment(project, "live", production=True), planted)
        words = tile(get(owner, CLONE, **PLACE), "same")
        assert "test would work on production&#x27;s users." in words
        assert words.index("Shop / live (production)") < words.index("Shop / dev")

    def test_another_region_rules_the_same_out(self, owner: Client, dev: "Environment") -> None:
        place = PLACE | {"region": "us-east-1"}
        words = tile(get(owner, CLONE, **place), "same")
        assert words.startswith(" disabled")
        assert "Another Region or account rules this out: dev is in eu-west-1" in words
        assert "rules this out" in get(owner, CLONE, 422, **place, resources="same")
        assert owner.post(CLONE, place | {"resources": "same"}).status_code == 422
        assert not plans().exists()

    def test_another_account_rules_the_same_out(self, owner: Client, dev: "Environment") -> None:
        role = "arn:aws:iam::111122223333:role/AdminUI"
        words = tile(get(owner, CLONE, **PLACE, role_arn=role), "same")
        assert "dev is in the account 123456789012, test would be in 111122223333" in words
        assert owner.post(CLONE, PLACE | {"resources": "same", "role_arn": role}).status_code == 422

    def test_another_role_of_the_same_account_does_not(self, owner: Client, dev: "Environment") -> None:
        assert not tile(get(owner, CLONE, **PLACE, role_arn=ROLE), "same").startswith(" disabled")

    def test_an_account_that_is_not_known_is_not_taken_for_the_same(
        self, owner: Client, dev: "Environment", sandbox: Any
    ) -> None:
        sandbox.fail("AssumeRole", kind="fail", code="AccessDenied", message="no", status=403)
        words = tile(get(owner, CLONE, **PLACE, role_arn=ROLE + "X"), "same")
        assert "Whether both environments are in one account is not known" in words

    def test_nothing_linked_is_nothing_to_share(self, owner: Client, cast: "Cast") -> None:
        words = tile(get(owner, CLONE, **PLACE), "same")
        assert "Nothing is linked in dev" in words

    def test_others_are_chosen_on_the_page_of_the_import(
        self, owner: Client, dev: "Environment", planted: Planted
    ) -> None:
        answer = owner.get(CLONE, PLACE | {"resources": "others"})
        assert answer["Location"].startswith(f"{CLONE}resources/?name=test&region=eu-west-1&resources=others")
        html = get(owner, answer["Location"])
        assert "Choose the Cognito resources of test" in html
        assert '<input type="hidden" name="name" value="test">' in html
        for part in ("users", "clients", "identity-pools", "preflight"):
            path = f"{CLONE}resources/{part}/"
            sent = PLACE | chosen(planted) | {"id": planted.choice.user_pool_id}
            assert owner.get(path, sent, headers={"HX-Request": "true"}).status_code == 200, part
        answer = owner.post(f"{CLONE}resources/plan/", PLACE | chosen(planted))
        assert answer.status_code == 303
        assert "Checks of the resources" in get(owner, answer["Location"])
        assert not plans().exists()

    def test_the_page_of_the_import_needs_the_first_step(self, owner: Client, dev: "Environment") -> None:
        assert owner.get(f"{CLONE}resources/")["Location"].startswith(CLONE)
        assert owner.post(f"{CLONE}resources/plan/")["Location"].startswith(CLONE)


class TestTheReview:
    def test_the_same_from_the_checks_to_one_job(self, owner: Client, dev: "Environment", planted: Planted) -> None:
        from jobs.models import Job

        html = get(owner, CLONE, **PLACE, resources="same")
        assert "Checks of the place" in html
        assert "account 123456789012" in html
        assert "Where people are sent" in html
        answer = owner.post(CLONE, PLACE | {"resources": "same"})
        planned = plans().get()
        assert (answer.status_code, answer["Location"]) == (303, f"/projects/shop/clones/{planned.pk}/")
        plan = planned.plan
        assert (plan.source, plan.name, plan.kind, plan.resources) == ("dev", "test", "standalone", "same")
        assert plan.auth.choice == planted.choice
        words = main_of(get(owner, answer["Location"]))
        for part in (planted.name, "Nothing A standalone environment is a row", "Not copied", "client_config"):
            assert part in words
        made = [owner.post(f"{answer['Location']}apply/")["Location"] for _ in range(2)]
        assert made == [Job.objects.get().get_absolute_url()] * 2
        assert "This plan has been used" in get(owner, answer["Location"])

    def test_productions_addresses_are_named(
        self, owner: Client, dev: "Environment", project: "Project", planted: Planted
    ) -> None:
        dev.production = True
        dev.save()
        words = main_of(get(owner, CLONE, **PLACE, resources="same"))
        assert "is the very app client of dev" in words
        assert "https://app.example.com/in belongs to dev: people who sign in to test with" in words

    def test_a_failure_may_be_accepted_with_a_reason(self, owner: Client, dev: "Environment", planted: Planted) -> None:
        one = planted.choice
        sent = PLACE | chosen(planted) | {"native": one.web_client_id, "both": one.web_client_id}
        refused = owner.post(CLONE, sent)
        assert refused.status_code == 422
        accepted = re.findall(r'name="accept" value="([\w.-]+)"', refused.content.decode())
        assert accepted
        assert "Say why" in owner.post(CLONE, sent | {"accept": accepted}).content.decode()
        assert owner.post(CLONE, sent | {"accept": accepted, "reason": "One app."}).status_code == 303
        assert plans().get().plan.auth.reason == "One app."

    def test_groups_come_along_into_another_pool_only(
        self, owner: Client, dev: "Environment", planted: Planted, sandbox: Any
    ) -> None:
        account = Account(sandbox.url)
        other = account.plant(identity_pool=False)
        cognito = account.client("cognito-idp")
        for pool, name in ((planted, "Editors"), (planted, "Admins"), (other, "Admins")):
            cognito.create_group(UserPoolId=pool.choice.user_pool_id, GroupName=name)
        there = PLACE | chosen(other) | {"identity": "off"}
        words = main_of(get(owner, CLONE, **there))
        assert "Editors: names, descriptions, precedence" in words
        assert "has groups of these names: Admins" in words
        assert "nothing to copy" in main_of(get(owner, CLONE, **PLACE, resources="same"))
        owner.post(CLONE, there | {"carry": "groups"})
        assert plans().get().plan.carried == ("groups",)
        owner.post(CLONE, PLACE | {"resources": "same", "carry": "groups"})
        assert plans().first().plan.carried == ()

    @pytest.mark.parametrize("resources", ["none", "scratch"])
    def test_without_resources_nothing_is_linked(self, owner: Client, dev: "Environment", resources: str) -> None:
        answer = owner.post(CLONE, PLACE | {"resources": resources})
        assert plans().get().plan.auth is None
        words = main_of(get(owner, answer["Location"]))
        assert ("The page that makes the Cognito resources follows" in words) == (resources == "scratch")

    def test_a_name_that_is_taken_meanwhile_is_told(
        self, owner: Client, dev: "Environment", project: "Project"
    ) -> None:
        from tests.factories import make_environment

        review = owner.post(CLONE, PLACE | {"resources": "none"})["Location"]
        make_environment(project, "test")
        html = get(owner, review)
        assert "The name is taken by now" in html
        assert buttons(html) == []
        assert owner.post(f"{review}apply/")["Location"] == review
        assert "has an environment “test” by now" in get(owner, review)

    def test_a_script_gets_the_plan_and_then_the_job(self, dev: "Environment", planted: Planted) -> None:
        script = Client(headers=bearer(dev))
        answer = script.post(CLONE, PLACE | {"resources": "same"})
        assert answer.status_code == 201
        report = answer.json()
        assert (report["verdict"], report["environment"]["name"], report["job"]) == ("accepted", "test", None)
        assert {one["id"] for one in report["checks"]} == {"account.answers", "name.free"}
        path = f"/projects/shop/clones/{report['planned']}/"
        assert script.get(path).json()["environment"] == report["environment"]
        assert script.post(f"{path}apply/").status_code == 202
        assert script.post(CLONE, PLACE).json() == {"error": "Send resources: same, others, none or scratch."}
        assert script.post(CLONE, {"name": "dev"}).status_code == 422
        assert script.get(CLONE).status_code == 406

    def test_a_script_is_told_what_refuses(self, dev: "Environment", planted: Planted) -> None:
        script = Client(headers=bearer(dev))
        sent = PLACE | chosen(planted) | {"pool": "eu-west-1_Vanished1"}
        report = script.post(CLONE, sent)
        assert report.status_code == 409
        assert report.json()["verdict"] == "refused"
        assert "pool.exists" in report.json()["blocking"]


class TestWithoutASource:
    def test_the_same_is_not_offered(self, owner: Client, cast: "Cast") -> None:
        place = PLACE | {"kind": "standalone"}
        answer = owner.post(CREATE, place)
        assert answer["Location"] == f"{CREATE}?name=test&kind=standalone&region=eu-west-1"
        html = get(owner, answer["Location"])
        assert re.findall(r'name="resources" value="(\w+)"', html) == ["others", "none", "scratch"]
        assert owner.post(CREATE, place | {"resources": "same"}).status_code == 422

    def test_existing_ones_are_planned_and_reviewed(self, owner: Client, cast: "Cast", planted: Planted) -> None:
        place = PLACE | {"kind": "standalone"}
        answer = owner.get(CREATE, place | {"resources": "others"})
        assert "Choose the Cognito resources of test" in get(owner, answer["Location"])
        review = owner.post(CREATE, place | chosen(planted))["Location"]
        assert (plans().get().plan.source, plans().get().source) == ("", None)
        assert buttons(get(owner, review)) == ["Create test"]
        assert owner.post(f"{review}apply/").status_code == 303

    def test_start_from_scratch_leads_on(self, owner: Client, cast: "Cast", project: "Project") -> None:
        answer = owner.post(CREATE, PLACE | {"kind": "standalone", "resources": "scratch"})
        assert answer["Location"] == "/projects/shop/test/authentication/scratch/"
        assert project.environments.filter(name="test").exists()
        assert not plans().exists()


class TestWhoMay:
    @pytest.mark.parametrize("who", ["viewer", "manager", "limited_owner"])
    def test_members_without_the_permission_are_refused(
        self, client: Client, cast: "Cast", dev: "Environment", owner: Client, who: str
    ) -> None:
        owner.post(CLONE, PLACE | {"resources": "none"})
        review = f"/projects/shop/clones/{plans().get().pk}/"
        client.force_login(getattr(cast, who))
        for path in (CLONE, CREATE, f"{CLONE}resources/", f"{CREATE}resources/", review):
            assert client.get(path, PLACE | {"resources": "none"}).status_code == 403, path
        for path in (CLONE, CREATE, f"{CLONE}resources/plan/", f"{CREATE}resources/plan/", f"{review}apply/"):
            assert client.post(path, PLACE | {"resources": "none"}).status_code == 403, path
        assert plans().count() == 1
        assert plans().get().job is None

    def test_strangers_are_told_nothing(self, client: Client, cast: "Cast", dev: "Environment") -> None:
        client.force_login(cast.stranger)
        for path in (CLONE, CREATE, f"{CLONE}resources/", "/projects/shop/clones/1/"):
            assert client.get(path).status_code == 404

    def test_other_methods_are_none(self, owner: Client, dev: "Environment") -> None:
        assert owner.put(CLONE).status_code == owner.delete(CREATE).status_code == 405
        assert owner.get("/projects/shop/clones/1/apply/").status_code == 405
        assert owner.post("/projects/shop/clones/1/").status_code == 405
        assert owner.get(f"{CLONE}resources/plan/").status_code == 405

    def test_a_token_clones_and_creates_nothing_without_a_source(self, dev: "Environment") -> None:
        from environments.permissions import Role

        assert Client(headers=bearer(dev)).post(CREATE, PLACE | {"resources": "none"}).status_code == 403
        elsewhere = PLACE | {"resources": "none", "role_arn": ROLE}
        assert Client(headers=bearer(dev)).post(CLONE, elsewhere).status_code == 403, "another account, by a token"
        reader = Client(headers=bearer(dev, Role.VIEWER))
        assert reader.post(CLONE, PLACE | {"resources": "none"}).status_code == 403

    def test_the_number_of_queries_is_bounded(
        self, owner: Client, dev: "Environment", project: "Project", django_assert_max_num_queries: Any
    ) -> None:
        from tests.factories import make_environment, make_link

        for number in range(8):
            make_link(make_environment(project, f"more-{number}", production=True))
        with django_assert_max_num_queries(24):
            get(owner, CLONE, **PLACE, resources="same")
