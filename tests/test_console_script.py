"""The `console` script before there is anything: which Python it takes, and what it says when there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("sh", "dash", "dirname", "cat", "cksum", "rm", "mkdir", "cp", "env", "true", "false")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the script and empty locks, so that nothing has to be downloaded."""
    folder = tmp_path / "a clone"
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "console", folder)
    for lock in ("run", "dev"):
        (folder / "requirements" / f"{lock}.lock").write_text("")
    (folder / "manage.py").write_text("import os, sys; print(sys.argv[1:], os.environ.get('STATE'))")
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with the programs of a bare system, and no Python."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


def add(programs: Path, name: str, script: str) -> None:
    (programs / name).write_text(f"#!/bin/sh\n{script}\n")
    (programs / name).chmod(0o755)


def run(clone: Path, programs: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    shell = shutil.which("dash") or "/bin/sh"
    return subprocess.run(
        [shell, clone / "console", *arguments],
        env={"PATH": str(programs), "HOME": str(clone), **environment},
        cwd=clone.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


REAL = f'exec "{sys.executable}" "$@"'
# Makes an environment whose pip and Python note what they were asked, and install nothing.
STUB = """case "$*" in
*ensurepip*|*version_info*) exit 0 ;;
*"-m venv"*) for target in "$@"; do :; done; mkdir -p "$target/bin"; cp "$0" "$target/bin/python"; exit 0 ;;
*"pip install"*uv*) exit ${NO_UV:-1} ;;
*"pip install"*) echo "pip: $*" >&2; exit ${PIP_RESULT:-0} ;;
*manage.py*) echo "ran: $* STATE=$STATE"; exit 0 ;;
esac"""


def test_help_and_unknown_commands(clone: Path, programs: Path) -> None:
    helped = run(clone, programs, "help")
    assert helped.returncode == 0
    for command in ("up", "test", "bench", "lint", "setup"):
        assert f"  {command}" in helped.stdout
    assert run(clone, programs).stdout == helped.stdout

    wrong = run(clone, programs, "strat")
    assert wrong.returncode == 2
    assert "no command 'strat'" in wrong.stderr
    assert wrong.stdout == ""


def test_without_python_it_says_what_to_install(clone: Path, programs: Path) -> None:
    answer = run(clone, programs, "up")
    assert answer.returncode != 0
    assert "Python 3.11" in answer.stderr
    assert "apt install" in answer.stderr
    assert not (clone / ".venv").exists()


def test_a_python_that_is_too_old_or_does_not_run_is_passed_over(clone: Path, programs: Path) -> None:
    add(programs, "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    add(programs, "python3.12", 'case "$*" in *version_info*) exit 1 ;; esac')
    add(programs, "python3.11", STUB)

    answer = run(clone, programs, "up", "--port", "8001")

    assert answer.returncode == 0, answer.stderr
    assert "with python3.11" in answer.stderr
    assert "up --port 8001" in answer.stdout


def test_a_python_without_venv_is_named_with_the_package_to_install(clone: Path, programs: Path) -> None:
    add(
        programs,
        "python3",
        f'case "$*" in *ensurepip*) exit 1 ;; esac\n{REAL}',
    )
    answer = run(clone, programs, "up")
    assert answer.returncode != 0
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in answer.stderr


def test_a_failed_installation_leaves_no_stamp_and_is_tried_again(clone: Path, programs: Path) -> None:
    add(programs, "python3", STUB)

    assert run(clone, programs, "up", PIP_RESULT="1").returncode != 0
    assert not list((clone / ".venv").glob("stamp-*"))

    assert "pip: " in run(clone, programs, "up").stderr
    assert [path.name for path in (clone / ".venv").glob("stamp-*")] == ["stamp-run"]


def test_what_is_installed_is_not_installed_again_until_the_lock_changes(clone: Path, programs: Path) -> None:
    add(programs, "python3", STUB)
    run(clone, programs, "up")

    again = run(clone, programs, "up")
    assert again.stderr == ""
    assert "ran: " in again.stdout

    (clone / "requirements" / "run.lock").write_text("# changed")
    assert "pip: " in run(clone, programs, "up").stderr


def test_an_environment_for_development_serves_to_run(clone: Path, programs: Path) -> None:
    add(programs, "python3", STUB)
    run(clone, programs, "setup")
    assert run(clone, programs, "up").stderr == ""


@pytest.mark.parametrize("option", [["--state", "over here"], ["--state=over here"]])
def test_up_hands_the_state_directory_over_before_settings_are_read(
    clone: Path, programs: Path, option: list[str]
) -> None:
    add(programs, "python3", STUB)
    assert "STATE=over here" in run(clone, programs, "up", *option).stdout


def test_the_script_is_plain_posix_shell() -> None:
    assert (ROOT / "console").read_text().startswith("#!/bin/sh\n")
    shell = shutil.which("dash")
    if shell is None:
        pytest.skip("dash is not installed; it is the shell that would complain.")
    check = subprocess.run([shell, "-n", ROOT / "console"], capture_output=True, env=dict(os.environ))
    assert check.returncode == 0
