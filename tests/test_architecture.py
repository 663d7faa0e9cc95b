"""The house keeps its shape: imports run one way, files stay readable, names say something."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]
}
NOT_OUR_PACKAGES = {"tests", "benchmarks", "tools", "docs", "static", "templates", "requirements", "node_modules"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
# Each entry is a debt: a file that is allowed to be longer, and why.
LONGER_FILES: dict[str, str] = {}


def packages() -> set[str]:
    """Our packages, by what lies in the project's folder and not by what somebody remembered to list."""
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_OUR_PACKAGES


def source_files() -> list[Path]:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / name for name in tracked if (ROOT / name).exists()]


def lint_imports() -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_import_contracts_hold() -> None:
    run = lint_imports()
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_every_package_is_under_contract() -> None:
    """A new package that nobody listed would be outside of every rule."""
    listed = set(PROJECT["tool"]["importlinter"]["root_packages"])
    assert packages() == listed
    layers = " ".join(CONTRACTS["layers"]["layers"])
    assert listed <= set(layers.replace("|", " ").replace("(", " ").replace(")", " ").split())
    assert set(CONTRACTS["aws-boundary"]["source_modules"]) == listed - {"aws"}


@pytest.mark.parametrize("path", ["auth_import/rules", "auth_import/drift", "backend_state/document"])
def test_every_pure_module_is_under_contract(path: str) -> None:
    module = path.replace("/", ".")
    if (ROOT / path).is_dir() or (ROOT / f"{path}.py").exists():
        assert module in CONTRACTS["pure"]["source_modules"]


def test_no_file_is_longer_than_a_person_reads() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in source_files()
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert too_long.keys() == LONGER_FILES.keys()


def test_no_name_says_nothing() -> None:
    nameless = [
        str(path.relative_to(ROOT))
        for path in source_files()
        if NAMES_THAT_SAY_NOTHING & {*path.relative_to(ROOT).parent.parts, path.stem}
    ]
    assert nameless == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
