"""What each change does to each backend, against files that were read line by line beside the format document.

A golden `.diff` holds everything that changes in a backend, so what it does not show stays; `empty/` has whole files.
"""

from difflib import unified_diff
from pathlib import Path

import pytest

from backend_state.document.changes import applied
from backend_state.document.state import BackendDocument
from tests.backend_state.backends import BACKENDS
from tests.backend_state.samples import CHANGES, MOMENT

GOLDEN = Path(__file__).parent / "golden"
CASES = [(backend, change) for backend in BACKENDS for change in CHANGES]
_SHOWN = {"\t": "→", "\r": "␍"}


def after(backend: str, change: str) -> tuple[BackendDocument, BackendDocument]:
    before = BackendDocument.parse(BACKENDS[backend](linked=change != "import"))
    return before, BackendDocument.parse(applied(before, CHANGES[change]).render(MOMENT))


def difference(before: BackendDocument, changed: BackendDocument) -> str:
    """Every line that differs in any file, with tabs and carriage returns made visible."""
    lines: list[str] = []
    for name in sorted({*before.names, *changed.names}):
        old = before.read(name).decode() if name in before else ""
        new = changed.read(name).decode() if name in changed else ""
        source, target = (name if name in one else "/dev/null" for one in (before, changed))
        lines += unified_diff(old.split("\n"), new.split("\n"), source, target, lineterm="", n=2)
    return "\n".join(lines).translate({ord(key): value for key, value in _SHOWN.items()}) + "\n"


@pytest.mark.parametrize(("backend", "change"), CASES)
def test_a_change_changes_what_the_golden_difference_shows(backend: str, change: str) -> None:
    golden = (GOLDEN / f"{backend}.{change}.diff").read_text(encoding="utf-8")
    assert difference(*after(backend, change)) == golden


@pytest.mark.parametrize("golden", sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/**/*.json")))
def test_a_file_of_a_backend_with_auth_only_is_byte_for_byte_the_golden_one(golden: str) -> None:
    change, _, name = golden.partition("/")
    _, changed = after("empty", change)
    assert changed.read(name) == (GOLDEN / golden).read_bytes()


def test_every_golden_file_is_compared() -> None:
    assert {path.name for path in GOLDEN.glob("*.diff")} == {f"{backend}.{change}.diff" for backend, change in CASES}
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} == set(CHANGES)
