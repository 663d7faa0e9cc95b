"""What `import_auth` says to a person, and what it never says."""

from audit.models import AuditEvent
from auth_import.models import CognitoLink, PlannedImport
from aws.sandbox import ids
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from jobs.models import Job
from tests.auth_import.commands.running import (
    JSON,
    PLACE,
    payload_of,
    run,
)

GOOD = payload_of(scenario("good"))


def test_text_puts_failures_with_their_cure_first(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, stdin=payload_of(scenario("trust-other-identity-pool")))
    assert ended.code == 3
    assert ended.text.startswith("FAIL  role.trust: ")
    assert "\n        aws iam update-assume-role-policy" in ended.text
    assert "--accept role.trust --reason TEXT" in ended.text
    assert "checks passed." in ended.text


def test_text_shows_what_differs_side_by_side(environment: Environment) -> None:
    lines = run("import_auth", *PLACE, stdin=payload_of(scenario("oauth-callbacks-differ"))).text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.lstrip().startswith("CallbackURLs"))
    assert lines[start].split() == [
        "CallbackURLs",
        "https://shop.example.com/signed-in",
        "https://shop.example.com/signed-in/",
        "differs",
    ]
    first, second = (lines[start + row].index("sampleshop" if row else "https") for row in (0, 1))
    assert first == second


def test_text_of_an_import_names_the_files_and_the_pool(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, stdin=GOOD)
    assert "  add     aws-exports.js\n" in ended.text
    assert ended.text.endswith(f"Imported shop-users ({scenario('good').pool_id}).\n")


def test_names_cannot_steer_a_terminal(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, "--dry-run", stdin=payload_of(scenario("hostile-rtl")))
    assert ended.code == 0
    assert "\u202e" not in ended.text
    assert "\\u202e" in ended.text


def test_json_of_hostile_names_is_plain_ascii_and_whole(environment: Environment) -> None:
    ended = run("import_auth", *PLACE, *JSON, "--dry-run", stdin=payload_of(scenario("hostile-emoji")))
    assert ended.out.isascii()
    assert any(scenario("hostile-emoji").pool_name in one["observed"] for one in ended.json["findings"])


def test_no_client_secret_is_in_any_word(environment: Environment) -> None:
    secret = ids.client_secret(scenario("good").native_client_id)
    ended = run("import_auth", *PLACE, *JSON, stdin=GOOD)
    native = run("client_config", *PLACE, "--file", "ios/awsconfiguration.json")
    assert secret in native.text
    assert secret not in ended.text + ended.words
    assert secret not in str(list(AuditEvent.objects.values())) + str(list(Job.objects.values()))
    assert secret not in str(list(CognitoLink.objects.values())) + str(list(PlannedImport.objects.values()))
