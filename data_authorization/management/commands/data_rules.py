"""`manage.py data_rules check`: are the rules of a schema valid, and what do they mean."""

import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from data_authorization.graphql_schema import lint, sentences, validity
from data_authorization.graphql_schema.reading import LONGEST, SchemaUnreadable, read_schema
from data_authorization.graphql_schema.schema import Problem, Schema
from data_authorization.graphql_schema.vocabulary import Mode
from environments.command import ConsoleCommand, Refused, Usage, operator_of

SEVERITIES = {"error": "fail", "warning": "warn", "info": "info"}
"""The words of the other commands that answer findings."""
_LARGEST = 4 * LONGEST + 4
"""Bytes: the longest schema in the widest letters. Whether it is too long is then told by the reading."""
_WIDTH = 100


class Command(ConsoleCommand):
    help = (
        "Read a GraphQL schema on standard input and judge its @auth rules as Amplify's GraphQL transformer would. "
        "Exit code 3 when it would refuse them. Nothing is saved, and AWS is not asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("check",), help="check: are the rules valid, and what do they mean")
        parser.add_argument(
            "--modes",
            metavar="MODE,…",
            help="how the API lets callers in, by AppSync's names: "
            + ", ".join(Mode)
            + "; without it: as the rules need",
        )
        self.add_shared_arguments(parser, place=False)

    def handle(self, *args: Any, **options: Any) -> None:
        operator_of(options)
        modes = modes_of(options["modes"])
        text = text_of_input()
        schema, found = judged(text, modes)
        refused = any(one.severity == "error" for one in found)
        if options["format"] == "json":
            self.document({"verdict": "refused" if refused else "accepted", "findings": list(map(finding_of, found))})
        else:
            self.show(answer(schema, found))
        if refused:
            count = sum(one.severity == "error" for one in found)
            things = "one thing" if count == 1 else f"{count} things"
            raise Refused(f"Amplify would refuse this schema for {things}. Correct what is marked FAIL.")


def modes_of(given: str | None) -> tuple[Mode, ...] | None:
    """None where nobody says. Raises Usage for a name that AppSync does not have."""
    if given is None:
        return None
    names = [one.strip() for one in given.split(",")]
    unknown = [one for one in names if one not in tuple(Mode)]
    if unknown:
        raise Usage(f"AppSync has no authorization mode “{unknown[0]}”. There are: {', '.join(Mode)}.")
    return tuple(Mode(one) for one in names)


def text_of_input() -> str:
    """The schema on standard input, without a byte order mark. Raises Usage where there is no text."""
    if sys.stdin is None or sys.stdin.isatty():
        raise Usage("Give the schema on standard input: manage.py data_rules check < schema.graphql")
    raw = sys.stdin.buffer.read(_LARGEST)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = " It looks like UTF-16." if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise Usage(f"The schema is not UTF-8 text (line {line}).{hint} Save it as UTF-8.") from error
    if not text.strip():
        raise Usage("Standard input is empty: there is no schema. manage.py data_rules check < schema.graphql")
    return text


def judged(text: str, modes: Sequence[Mode] | None) -> tuple[Schema | None, tuple[Problem, ...]]:
    """The schema, None where it cannot be read, and everything there is to say about it, in the order of the text."""
    try:
        schema = read_schema(text)
    except SchemaUnreadable as error:
        return None, (validity.unreadable(error),)
    found = (*validity.problems(schema, modes=modes), *lint.notices(schema, modes=modes, known_groups=None))
    return schema, tuple(sorted(found, key=lambda one: (one.line, one.column)))


def finding_of(problem: Problem) -> dict[str, object]:
    return {
        "id": problem.id,
        "severity": SEVERITIES[problem.severity],
        "line": problem.line,
        "column": problem.column,
        "text": problem.text,
    }


def answer(schema: Schema | None, found: Sequence[Problem]) -> str:
    """What is wrong first, then what every model's rules mean."""
    parts = []
    for severity, word in SEVERITIES.items():
        parts += [finding_text(word, one) for one in found if one.severity == severity]
    if not parts:
        parts = ["Nothing to object to."]
    if schema is not None:
        meanings = [
            _wrapped(f"{one.name}: {sentences.summary(one)}", indent="")
            for one in schema.definitions
            if one.is_model or one.rules or any(field.auths for field in one.fields)
        ]
        parts.append("\n".join(meanings) or "The schema has no models and no rules.")
    return "\n\n".join(parts)


def finding_text(word: str, problem: Problem) -> str:
    where = f" ({problem.place})" if problem.place else ""
    head = f"{word.upper():<4}  {problem.line}:{problem.column}  {problem.id}{where}"
    return f"{head}\n{_wrapped(problem.text, indent=' ' * 6)}"


def _wrapped(words: str, *, indent: str) -> str:
    lines = textwrap.wrap(
        words,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent or "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)
