"""What is committed works on any machine and tells nothing about ours."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written in pieces, so that this file does not find itself.
INDEX_HOSTS = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry." + "npmjs.org",
    "deb." + "debian.org",
    "index" + "-url",
]
MACHINE_PATHS = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/[a-z]+/", "/fa" + "rm/"]))


def tracked_texts() -> list[tuple[str, str]]:
    """(name, text) of every committed file that is text."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            texts.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    if not (ROOT / ".git").exists():
        pytest.skip("This is no clone, so there is no list of committed files.")
    return tracked_texts()


def test_no_package_index_is_named(texts: list[tuple[str, str]]) -> None:
    found = [(name, host) for name, text in texts for host in INDEX_HOSTS if host in text.lower()]
    assert found == []


def test_no_path_of_a_machine_is_named(texts: list[tuple[str, str]]) -> None:
    found = [(name, match[0]) for name, text in texts if (match := MACHINE_PATHS.search(text))]
    assert found == []


def test_locks_name_no_address_and_have_hashes() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text()
        assert "://" not in text, lock
        pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==", text, re.MULTILINE)
        assert pins, lock
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks), lock


def test_every_declared_dependency_is_locked() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "production": project["project"]["dependencies"],
        "run": [*project["project"]["dependencies"], *groups["sandbox"]],
        "dev": [*project["project"]["dependencies"], *groups["sandbox"], *filter_text(groups["dev"])],
    }
    for lock, requirements in wanted.items():
        text = (ROOT / "requirements" / f"{lock}.lock").read_text()
        for requirement in requirements:
            name = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert name
            assert re.search(rf"^{re.escape(name[0])}(\[[\w,-]+\])?==", text, re.MULTILINE | re.IGNORECASE), (
                lock,
                name[0],
            )


def filter_text(entries: list[object]) -> list[str]:
    return [entry for entry in entries if isinstance(entry, str)]


def test_the_scripts_can_be_run(texts: list[tuple[str, str]]) -> None:
    modes = subprocess.run(
        ["git", "ls-files", "--stage", "console", "manage.py", ".ci/run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    scripts = (".ci/run", "console", "manage.py")
    assert {line.split("\t")[1]: line[:6] for line in modes} == dict.fromkeys(scripts, "100755")
