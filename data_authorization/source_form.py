"""A schema that a person pastes or uploads."""

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from data_authorization.graphql_schema.reading import LONGEST, SchemaUnreadable, read_schema
from data_authorization.presentation import SyntaxTrouble

LARGEST = 2_000_000
"""Bytes of a file; the parser takes half as many characters, some of which have several bytes."""
NAMED = 5
"""Names of types that stand twice and are told."""


class TextForm(forms.Form):
    """`cleaned_data["text"]` is the schema, readable as GraphQL; a file counts before what is typed, byte for byte."""

    schema = forms.CharField(
        label="Schema",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "mono", "spellcheck": "false", "wrap": "off"}),
        help_text="The text of schema.graphql, with its @model and @auth directives.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".graphql,.graphqls,.gql,.txt,text/plain"}),
        help_text=f"UTF-8, at most {LONGEST:,} characters. It is kept character by character.",
    )

    trouble: SyntaxTrouble | None = None
    """Where the text stops being GraphQL."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        upload = values.get("file")
        name = "file" if upload else "schema"
        try:
            text = _uploaded(upload) if upload else (values.get("schema") or "").replace("\r\n", "\n")
            self._keep(text)
            _refuse(text)
            read_schema(text)
        except SchemaUnreadable as error:
            self.trouble = SyntaxTrouble(error, text)
            self.add_error(name, f"This is no GraphQL schema. {error}")
        except ValidationError as error:
            self.add_error(name, error)
        else:
            values["text"] = text
        return values

    def _keep(self, text: str) -> None:
        """What was in a file is shown, and can be mended, in the field above it."""
        self.data = {**self.data, "schema": text}


def _uploaded(upload: "UploadedFile[bytes]") -> str:
    if (upload.size or 0) > LARGEST:
        size = (upload.size or 0) / 1_000_000
        raise ValidationError(f"The file has {size:.1f} MB, and 2 MB are read at most; AppSync itself takes 1 MB.")
    try:
        return bytes(upload.read()).decode()
    except UnicodeDecodeError as error:
        raise ValidationError(
            f"The file is not UTF-8: byte {error.start + 1} cannot be read. Save it as UTF-8 and choose it again."
        ) from error


def _refuse(text: str) -> None:
    if not text.strip("\ufeff \t\r\n"):
        raise ValidationError("There is nothing in it. Paste a schema, or choose a file.")
    if len(text) > LONGEST:
        raise ValidationError(f"The schema has {len(text):,} characters, and {LONGEST:,} are read at most.")
    if "\0" in text:
        raise ValidationError("The text has a NUL character, which no schema has. Is this the right file?")


def doubles(text: str) -> tuple[str, ...]:
    """The names that are defined more than once; the first definition counts, and the transformer refuses the text."""
    named = Counter(
        one.name
        for one in read_schema(text).definitions
        if one.name and not one.is_extension and one.kind not in ("directive", "schema")
    )
    return tuple(name for name, times in named.items() if times > 1)
