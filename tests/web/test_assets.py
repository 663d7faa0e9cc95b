"""The committed stylesheets, script, icons and templates agree with each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = (STATIC / "vendor" / "cloudscape-tokens.css").read_text()
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text()))


def test_the_vendored_files_match_their_checksums() -> None:
    result = subprocess.run(
        [sys.executable, "tools/vendor.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_every_colour_and_size_that_is_used_is_defined() -> None:
    styles = "\n".join(path.read_text() for path in STYLES)
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", styles + TOKENS))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", styles))
    assert used - defined == set()


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_is_balanced_and_no_longer_than_a_person_reads(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
    assert len(path.read_text().splitlines()) < 400


def test_every_stylesheet_is_linked() -> None:
    linked = (ROOT / "templates" / "web" / "stylesheets.html").read_text()
    assert {f"css/{path.name}" for path in STYLES} == set(re.findall(r"css/[a-z]+\.css", linked))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_uses_known_icons_and_nothing_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r'{% icon "([^"]+)"', text)) | set(re.findall(r'icon="([^"]+)"', text))
    assert named - ICONS == set()
    assert not re.search(r"\son[a-z]+=[\"']", text), "an inline event handler"
    assert not re.search(r"<[a-z][^>]*\sstyle=", text), "an inline style"
    assert not re.search(r"\shx-on", text), "hx-on is evaluated as a script"
    for script in re.findall(r"<script\b[^>]*>", text):
        assert " src=" in script or 'type="application/json"' in script, "an inline script"


def test_the_script_is_short_and_evaluates_nothing() -> None:
    script = (STATIC / "js" / "console.js").read_text()
    assert len(script.splitlines()) < 150
    assert "eval(" not in script
    assert "innerHTML" not in script


def test_the_icons_that_tags_draw_by_themselves_are_in_the_sprite() -> None:
    from web.components.blocks import ALERTS
    from web.components.marks import STATES

    assert {drawing for drawing, _ in STATES.values()} | {drawing for _, drawing, _ in ALERTS.values()} <= ICONS
