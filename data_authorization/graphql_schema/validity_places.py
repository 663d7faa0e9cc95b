"""`@auth` where there can be none."""

from collections.abc import Iterator
from typing import Any

from graphql import Visitor, parse, visit
from graphql.language import ast

from data_authorization.graphql_schema.schema import Span
from data_authorization.graphql_schema.validity_ids import Found, Spot
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES

_KINDS = {"interface": "An interface", "input": "An input", "enum": "An enum", "union": "A union", "scalar": "A scalar"}


def misplaced(spot: Spot) -> Iterator[Found]:
    """`@auth` belongs to object types and their fields, and of extensions only to those of the operation types."""
    one = spot.definition
    known = len(one.auths) + sum(len(field.auths) for field in one.fields)
    if one.text.count("@auth") > known:
        yield from _elsewhere(spot)
    if not known or (one.kind == "type" and not one.is_extension):
        return
    if one.kind != "type":
        what = _KINDS.get(one.kind, "This")
        for auth in one.auths:
            words = f"{what} cannot have rules. Remove @auth here, and give the rules to the models."
            yield spot.problem("auth.wrong-place", words, auth.span)
        for field in one.fields:
            for auth in field.auths:
                is_interface = one.kind == "interface"
                words = (
                    "A field of an interface cannot have rules. Give them to the field of each type that implements it."
                    if is_interface
                    else "A field of an input cannot have rules. Remove @auth here, and give the rules to the models."
                )
                id = "auth.interface-field" if is_interface else "auth.wrong-place"
                yield spot.problem(id, words, auth.span, field=field.name)
        return
    for auth in one.auths:
        words = f"“extend type” cannot have rules. Give them to {one.name} itself."
        yield spot.problem("auth.extension", words, auth.span)
    if one.name not in ROOT_TYPES:
        for field in one.fields:
            for auth in field.auths:
                words = f"Only extensions of Query, Mutation, Subscription have rules. Move the field into {one.name}."
                yield spot.problem("auth.extension", words, auth.span, field=field.name)


def _elsewhere(spot: Spot) -> Iterator[Found]:
    """Rules at arguments, at values of an enum and the like. Descriptions and comments may name @auth freely."""
    one = spot.definition
    auths = (*one.auths, *(auth for field in one.fields for auth in field.auths))
    known = {(auth.span.start, auth.span.end) for auth in auths}
    found: list[Span] = []

    class Finder(Visitor):
        def enter_directive(self, node: ast.DirectiveNode, *_rest: Any) -> None:
            if node.name.value == "auth" and node.loc and (node.loc.start, node.loc.end) not in known:
                found.append(Span(node.loc.start, node.loc.end))

    visit(parse(one.text), Finder())
    for span in found:
        words = "Only types and their fields can have rules. Remove @auth here."
        yield spot.problem("auth.wrong-place", words, span)
