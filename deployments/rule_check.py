"""Whether the Amplify compiler would take the data access rules that a push brings. It asks nobody.

A push writes them into the backend, and a developer's `amplify push` compiles them: what it refuses would be found
there, by somebody who did not write it.
"""

from collections.abc import Sequence

from auth_import import backend_findings
from auth_import.findings import Finding
from backend_state.document.api_modes import EditApiModes, modes_of
from backend_state.document.changes import EditSchema
from backend_state.document.state import BackendDocument
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.validity import problems
from deployments.waiting import Other

MOST = 5
"""Refusals that are told one by one; the Data page has all of them."""


def findings_of(document: BackendDocument, others: Sequence[Other]) -> list[Finding]:
    """One for each API whose schema or modes change; `document` is the backend as it is."""
    apis = dict.fromkeys(one.api for one in others if isinstance(one, EditSchema | EditApiModes))
    return [_finding(document, api, others) for api in apis]


def _finding(document: BackendDocument, api: str, others: Sequence[Other]) -> Finding:
    path = f"api/{api}/schema.graphql"
    before = document.read(path).decode("utf-8", "replace") if path in document else ""
    after, modes = before, modes_of(document, api)
    old = {(place, words) for place, _, words in _refused(before, modes)}
    for one in others:
        if isinstance(one, EditSchema) and one.api == api:
            after = one.text
        elif isinstance(one, EditApiModes) and one.api == api:
            modes = one.modes
    refused = _refused(after, modes)
    new = [f"{line}: {words}" for place, line, words in refused if (place, words) not in old]
    return backend_findings.data_rules(api, new[:MOST], len(new), len(refused) - len(new))


def _refused(text: str, modes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Where, at which line, and why, for everything that the compiler refuses."""
    try:
        found = problems(read_schema(text), modes=modes or None)
    except SchemaUnreadable as error:
        return [("", f"line {error.line}", error.words)] if text.strip() else []
    return [(str(one.place or ""), f"line {one.line}", one.text) for one in found if one.severity == "error"]
