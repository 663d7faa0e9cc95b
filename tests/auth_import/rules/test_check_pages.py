import re
import shlex
from pathlib import Path

import pytest

from auth_import import backend_findings
from auth_import.rules import FAMILIES, RULES
from tests.auth_import.rules.aws_cli_model import unknown_flags

PAGES = Path(__file__).parents[3] / "docs" / "checks"
CHECKS = [
    *((rule.id, rule.title, rule.family) for rule in RULES),
    *((one, title, backend_findings.FAMILY) for one, title in backend_findings.TITLES.items()),
]
"""Those of an import, then those that only a push asks."""
IDS = [check_id for check_id, _, _ in CHECKS]
HEADINGS = ("**What is checked.**", "**Why it matters.**", "**Severity.**", "**How to cure it.**", "**Source.**")


def page(rule_id: str) -> str:
    return (PAGES / f"{rule_id}.md").read_text(encoding="utf-8")


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*IDS, "README"}


@pytest.mark.parametrize("rule_id", IDS)
def test_a_page_says_what_why_how_severe_how_to_cure_and_whence(rule_id: str) -> None:
    text = page(rule_id)
    assert text.startswith(f"# `{rule_id}`: ")
    places = [text.index(heading) for heading in HEADINGS]
    assert places == sorted(places)
    severity = text[places[2] : places[3]]
    assert "`admin-ui`" in severity
    assert "`cli`" in severity
    assert 12 <= len(text.splitlines()) <= 30


@pytest.mark.parametrize(("check_id", "title", "family"), CHECKS, ids=IDS)
def test_the_index_has_each_check_once_under_its_family(check_id: str, title: str, family: str) -> None:
    index = page("README")
    row = f"| [{check_id}]({check_id}.md) | {title} |"
    assert index.count(row) == 1
    heading = index.rfind("\n## ", 0, index.index(row))
    assert index[heading:].startswith(f"\n## {family}\n")


def test_the_index_lists_nothing_else_and_keeps_the_order_of_the_catalogue() -> None:
    index = page("README")
    assert re.findall(r"^\| \[([^]]+)]", index, re.MULTILINE) == IDS
    assert re.findall(r"^## (.+)$", index, re.MULTILINE) == [*FAMILIES, backend_findings.FAMILY]


@pytest.mark.parametrize("name", [*IDS, "README"])
def test_links_between_pages_lead_somewhere(name: str) -> None:
    for target in re.findall(r"]\(([^)]+)\)", page(name)):
        assert (PAGES / target).is_file(), target


@pytest.mark.parametrize("rule_id", IDS)
def test_commands_on_a_page_are_commands_of_the_aws_cli(rule_id: str) -> None:
    for block in re.findall(r"```bash\n(.*?)```", page(rule_id), re.DOTALL):
        for words in (shlex.split(line) for line in block.replace("\\\n", " ").splitlines()):
            if words[0] != "amplify":
                assert unknown_flags(words) == []
                assert "--region" in words or words[1] == "iam"
