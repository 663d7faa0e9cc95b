"""The few expressions of SQL that Django has no words for; both databases understand them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import GreaterThan

from user_management.index.text import BREAK, mark


def contains(text: Any, wanted: str) -> GreaterThan:
    """Whether `wanted` stands in the text; letter by letter, and never by way of an index."""
    return GreaterThan(StrIndex(text, Value(wanted)), Value(0))


def value_of(slot: int) -> Combinable:
    """A user's folded value of the attribute of this number; without a meaning where the text has no such line."""
    begin = mark(slot)
    rest = Substr(F("text"), StrIndex(F("text"), Value(begin)) + Value(len(begin)), output_field=TextField())
    return Substr(rest, Value(1), StrIndex(rest, Value(BREAK)) - Value(1), output_field=TextField())


class _Compared(Func):
    """`(a, b) > (c, d)`, which both databases answer from an index over a and b."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *expressions: Any, sign: str) -> None:
        super().__init__(*expressions)
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        texts, values = [], []
        for expression in self.source_expressions:
            sql, params = compiler.compile(expression)
            texts.append(sql)
            values += params
        half = len(texts) // 2
        return f"({', '.join(texts[:half])}) {self.sign} ({', '.join(texts[half:])})", values


def _compared(names: Sequence[str], values: Sequence[Any], sign: str) -> _Compared:
    given = [Value(value) for value in values]
    return _Compared(*(F(name) for name in names), *given, sign=sign)


def is_after(names: Sequence[str], values: Sequence[Any], *, descending: bool) -> _Compared:
    """Whether a row comes after these values in the order of these columns."""
    return _compared(names, values, "<" if descending else ">")


def is_before(names: Sequence[str], values: Sequence[Any], *, descending: bool) -> _Compared:
    """The opposite; a row of exactly these values is before as well."""
    return _compared(names, values, ">=" if descending else "<=")
