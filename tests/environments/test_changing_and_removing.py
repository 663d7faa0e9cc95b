"""Changing where an environment is, and removing environments and projects."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from admin_ui import changes
from audit.models import AuditEvent
from auth_import.models import CognitoLink
from aws.sandbox.catalogue import AMPLIFY_APP_ID, AMPLIFY_STACKS
from environments.models import Environment, Membership, Project, ProjectToken
from environments.permissions import Permission, Role
from jobs.models import Job, Status
from tests.environments.changes import everything
from tests.factories import Cast, actor_of, make_environment, make_link, make_membership, make_token, make_user

pytestmark = pytest.mark.django_db

ROLE = "arn:aws:iam::111122223333:role/AdminUI"
SETTINGS = "/projects/shop/dev/settings/"
REMOVE = "/projects/shop/old/remove/"
WHOLE = "/projects/shop/settings/"


def a_job(environment: Environment, status: str = Status.RUNNING) -> Job:
    return Job.objects.create(
        project=environment.project,
        environment=environment,
        environment_name=environment.name,
        title="Import shop-users",
        kind="import",
        permission=Permission.IMPORT_AUTH,
        status=status,
        deadline_at=timezone.now(),
    )


class TestSettings:
    def test_region_role_and_production_are_changed_and_told(self, owner: Client, dev: Environment) -> None:
        page = owner.get(SETTINGS).content.decode()
        assert 'value="eu-west-1"' in page
        assert '<option value="eu-central-1">' in page
        assert 'name="app_id"' not in page

        data = {"region": "us-east-1", "role_arn": ROLE, "external_id": "sample-7", "production": "on"}
        assert owner.post(SETTINGS, data)["Location"] == SETTINGS

        dev.refresh_from_db()
        assert (dev.region, dev.role_arn, dev.external_id, dev.production) == ("us-east-1", ROLE, "sample-7", True)
        event = AuditEvent.objects.get()
        assert event.before == {
            "region": "eu-west-1", "role": "default credentials", "external id": "none", "app": "", "production": False,
        }  # fmt: skip
        assert event.after == {
            "region": "us-east-1", "role": ROLE, "external id": "given", "app": "", "production": True,
        }  # fmt: skip
        assert "sample-7" not in str(everything()["AuditEvent"])

    def test_another_external_id_is_told_without_it(self, owner: Client, project: Project) -> None:
        make_environment(project, "far", role_arn=ROLE, external_id="one")
        data = {"region": "eu-west-1", "role_arn": ROLE, "external_id": "two"}
        owner.post("/projects/shop/far/settings/", data)
        after = AuditEvent.objects.get().after
        assert after
        assert after["external id"] == "another one"
        owner.post("/projects/shop/far/settings/", data)
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"region": ""}, "required"),
            ({"region": "eu-west-9"}, "Did you mean eu-west-1"),
            ({"role_arn": "AdminUI"}, "Enter the ARN"),
            ({"external_id": "x"}, "together with a role"),
        ],
    )
    def test_what_cannot_be_right_is_refused_in_words(self, owner: Client, data: dict[str, str], words: str) -> None:
        before = everything()
        answer = owner.post(SETTINGS, {"region": "eu-west-1", **data})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert everything() == before

    def test_while_something_is_linked_its_place_stays(self, owner: Client, dev: Environment) -> None:
        make_link(dev)
        page = owner.get(SETTINGS).content.decode()
        assert "Unlink them first." in page
        assert page.count(" disabled") == 2

        owner.post(SETTINGS, {"region": "us-east-1", "role_arn": ROLE, "production": "on"})

        dev.refresh_from_db()
        assert (dev.region, dev.role_arn, dev.production) == ("eu-west-1", "", True)
        with pytest.raises(ValidationError, match="Unlink them first"):
            changes.change_environment(environment=dev, actor=actor_of(make_user()), region="us-east-1")

    def test_while_a_job_is_at_work_its_place_stays(self, owner: Client, dev: Environment) -> None:
        job = a_job(dev)
        assert "is not finished" in owner.get(SETTINGS).content.decode()
        owner.post(SETTINGS, {"region": "us-east-1"})
        dev.refresh_from_db()
        assert dev.region == "eu-west-1"
        Job.objects.filter(pk=job.pk).update(status=Status.SUCCEEDED)
        owner.post(SETTINGS, {"region": "us-east-1"})
        dev.refresh_from_db()
        assert dev.region == "us-east-1"

    def test_another_amplify_app_must_have_the_environment(self, owner: Client, project: Project, sandbox: Any) -> None:
        row = make_environment(project, "prod", kind="amplify", app_id="d0000000", stack_name="old")
        address = "/projects/shop/prod/settings/"
        before = everything()
        refused = owner.post(address, {"region": "eu-west-1", "app_id": "d1111111"})
        assert refused.status_code == 422
        assert "has no backend environment" in refused.content.decode()
        assert owner.post(address, {"region": "eu-west-1", "app_id": ""}).status_code == 422
        assert everything() == before

        assert owner.post(address, {"region": "eu-west-1", "app_id": AMPLIFY_APP_ID}).status_code == 303
        row.refresh_from_db()
        assert (row.app_id, row.stack_name) == (AMPLIFY_APP_ID, AMPLIFY_STACKS["prod"])

    def test_whoever_is_limited_to_it_does_not_choose_its_account(self, client: Client, cast: Cast) -> None:
        """Otherwise somebody with dev alone could point it to where prod is."""
        client.force_login(cast.limited_owner)
        assert client.get(SETTINGS).status_code == 403
        assert "Environment settings" not in client.get("/projects/shop/dev/").content.decode()

    def test_the_navigation_leads_there(self, owner: Client) -> None:
        html = owner.get("/projects/shop/dev/").content.decode()
        assert f'href="{SETTINGS}"' in html
        assert f'href="{WHOLE}"' in html
        # The page of the project leads to the settings of each environment as well.
        assert f'href="{SETTINGS}"' in owner.get("/projects/shop/").content.decode()


class TestRemovingAnEnvironment:
    @pytest.fixture
    def old(self, project: Project) -> Environment:
        return make_environment(project, "old")

    def test_takes_its_link_along_and_leaves_jobs_and_activity(self, owner: Client, old: Environment) -> None:
        make_link(old)
        job = a_job(old, Status.SUCCEEDED)
        assert "shop-users" in owner.get(REMOVE).content.decode()

        page = owner.post(REMOVE, {"confirm": "old"}, follow=True).content.decode()

        assert "old was removed. Nothing was changed in AWS." in page
        assert not Environment.objects.filter(name="old").exists()
        assert not CognitoLink.objects.exists()
        job.refresh_from_db()
        assert (job.environment, job.environment_name) == (None, "old")
        event = AuditEvent.objects.get()
        assert event.before
        assert (event.environment, event.before["region"]) == ("old", "eu-west-1")
        assert owner.get(REMOVE).status_code == 404

    @pytest.mark.parametrize("typed", ["", "OLD", "dev", "old\x00"])
    def test_needs_its_name(self, owner: Client, old: Environment, typed: str) -> None:
        before = everything()
        answer = owner.post(REMOVE, {"confirm": typed})
        assert answer.status_code == 422
        assert "Type old" in answer.content.decode()
        assert everything() == before

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
    def test_waits_for_its_jobs(self, owner: Client, old: Environment, status: str) -> None:
        a_job(old, status)
        before = everything()
        answer = owner.post(REMOVE, {"confirm": "old"})
        assert answer.status_code == 422
        assert "The job “Import shop-users” is not finished." in answer.content.decode()
        assert everything() == before

    def test_waits_until_nobody_is_limited_to_it(self, owner: Client, project: Project, old: Environment) -> None:
        make_membership(project, make_user("maria"), role=Role.VIEWER, environments=[old])
        before = everything()
        answer = owner.post(REMOVE, {"confirm": "old"})
        assert answer.status_code == 422
        assert "limited to old: maria@example.com." in answer.content.decode()
        assert everything() == before

    def test_a_job_of_it_is_not_retried(self, owner: Client, old: Environment) -> None:
        job = a_job(old, Status.FAILED)
        owner.post(REMOVE, {"confirm": "old"})
        page = owner.post(f"{job.get_absolute_url()}retry/", follow=True).content.decode()
        assert "The environment old was removed" in page
        assert Job.objects.count() == 1

    def test_its_name_is_free_again(self, owner: Client, old: Environment, sandbox: Any) -> None:
        owner.post(REMOVE, {"confirm": "old"})
        data = {"name": "old", "kind": "standalone", "region": "eu-west-1", "resources": "none"}
        assert owner.post("/projects/shop/environments/create/", data).status_code == 303


class TestRemovingAProject:
    def test_takes_everything_of_it_along_but_the_activity(self, owner: Client, dev: Environment) -> None:
        make_link(dev)
        a_job(dev, Status.FAILED)
        _, secret = make_token(dev.project)
        assert "dev" in owner.get(WHOLE).content.decode()

        page = owner.post(WHOLE, {"confirm": "shop"}, follow=True).content.decode()

        assert "The project Shop was removed." in page
        for model in (Project, Environment, Membership, ProjectToken, CognitoLink, Job):
            assert not model._default_manager.exists()
        assert AuditEvent.objects.get().before == {"name": "Shop", "environments": ["dev"]}
        assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/").status_code == 401

    def test_a_new_one_of_its_name_does_not_show_its_activity(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.owner)
        client.post(WHOLE, {"confirm": "shop"})
        cast.stranger.may_create_projects = True
        cast.stranger.save()
        client.force_login(cast.stranger)

        client.post("/projects/create/", {"name": "Shop", "frontend": "ios"})

        assert Project.objects.get().slug == "shop-2"
        assert "owner@example.com" not in client.get("/projects/shop-2/activity/").content.decode()

    def test_needs_its_slug_and_rest(self, owner: Client, dev: Environment) -> None:
        before = everything()
        answer = owner.post(WHOLE, {"confirm": "Other"})
        assert answer.status_code == 422
        assert "Type shop" in answer.content.decode()
        a_job(dev)
        answer = owner.post(WHOLE, {"confirm": "shop"})
        assert answer.status_code == 422
        assert "is not finished" in answer.content.decode()
        assert everything() == before
