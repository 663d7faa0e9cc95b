"""Bring the design tokens, the font and the icons into ``static/`` as committed files.

Run it by hand after changing a version in ``package.json``::

    python tools/vendor.py            # needs Node and npm; rewrites static/vendor and the icon sprite
    python tools/vendor.py --check    # needs nothing; compares the committed files with their checksums

The console itself never needs Node: what this writes is committed, with each licence beside it and a SHA-256 of every
file in ``static/vendor/SHA256SUMS`` (the format of ``sha256sum``, paths relative to ``static/``).
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
SPRITE = STATIC / "img" / "icons.svg"
SUMS = VENDOR / "SHA256SUMS"

ICONS = [
    "activity",
    "arrow-left",
    "arrow-right",
    "bell",
    "box",
    "boxes",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle-alert",
    "circle-check",
    "circle-dashed",
    "circle-minus",
    "circle-play",
    "circle-question-mark",
    "circle-stop",
    "circle-x",
    "clock",
    "cloud",
    "cloud-download",
    "cloud-upload",
    "contrast",
    "copy",
    "database",
    "download",
    "ellipsis",
    "external-link",
    "eye",
    "eye-off",
    "file-code",
    "file-text",
    "filter",
    "fingerprint",
    "flask-conical",
    "folder",
    "git-branch",
    "git-compare",
    "globe",
    "history",
    "house",
    "id-card",
    "inbox",
    "info",
    "key-round",
    "layers",
    "link",
    "list-checks",
    "loader-circle",
    "lock",
    "log-in",
    "log-out",
    "mail",
    "menu",
    "monitor",
    "moon",
    "pause",
    "pencil",
    "play",
    "plus",
    "refresh-cw",
    "rocket",
    "rotate-ccw",
    "search",
    "server",
    "settings",
    "shield-check",
    "smartphone",
    "square-function",
    "sun",
    "table",
    "terminal",
    "trash-2",
    "triangle-alert",
    "unlink",
    "upload",
    "user",
    "users",
    "users-round",
    "wand-sparkles",
    "wrench",
    "x",
    "zap",
]

FONT_SUBSETS = ("latin", "latin-ext")

# Parts of the design system this console has no component for; leaving them out halves the file.
UNUSED_TOKENS = re.compile(
    r"chart|severity|gen-ai|chat-bubble|avatar|board|drag-|dropzone|tree-view|tutorial|calendar|slider|segment"
    r"|toggle-button|layout-toggle|home-header|action-card|keyframes|motion-.*(avatar|tooltip)|support-prompt"
    r"|letter-spacing|display-|embedded|border-width-icon"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare the committed files with their checksums")
    if parser.parse_args().check:
        problems = list(differences())
        print("\n".join(problems) or "Every vendored file matches its checksum.")
        return 1 if problems else 0
    with tempfile.TemporaryDirectory(prefix="vendor-") as directory:
        modules = install(Path(directory))
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        write_tokens(modules / "@cloudscape-design" / "design-tokens")
        write_font(modules / "@fontsource-variable" / "open-sans")
        write_icons(modules / "lucide-static")
    SUMS.write_text("".join(f"{digest(path)}  {path.relative_to(STATIC).as_posix()}\n" for path in vendored_files()))
    print(f"Wrote {len(list(vendored_files()))} files; their checksums are in {SUMS.relative_to(ROOT)}.")
    return 0


def install(directory: Path) -> Path:
    """Install exactly what ``package-lock.json`` names, with its integrity hashes, and return ``node_modules``."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, directory / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=directory, check=True)
    return directory / "node_modules"


def write_tokens(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    tokens = json.loads((package / "index-visual-refresh.json").read_text())["tokens"]
    lines = [f"  --{name}: {css_value(token['$value'])};" for name, token in tokens.items() if wanted(name)]
    header = (
        f"/* Design tokens of Cloudscape Design System {version}, Apache-2.0; see cloudscape-LICENSE.txt.\n"
        "   Written by tools/vendor.py; do not edit. */\n"
    )
    (VENDOR / "cloudscape-tokens.css").write_text(header + ":root {\n" + "\n".join(lines) + "\n}\n")
    shutil.copy(package / "LICENSE", VENDOR / "cloudscape-LICENSE.txt")
    shutil.copy(package / "NOTICE", VENDOR / "cloudscape-NOTICE.txt")


def wanted(name: str) -> bool:
    return not UNUSED_TOKENS.search(name)


def css_value(value: str | dict[str, str]) -> str:
    """Return one CSS value for a token that may differ between light and dark.

    ``light-dark()`` takes colours only, so a shadow keeps its geometry and only its colours are paired.
    """
    if isinstance(value, str):
        return value
    if "light" not in value:
        return value.get("comfortable") or value["default"]
    light, dark = value["light"], value["dark"]
    if light == dark:
        return light
    if " #" not in light:
        return f"light-dark({light}, {dark})"
    colours = iter(re.findall(r"#[0-9a-f]+", dark))
    return re.sub(r"#[0-9a-f]+", lambda match: f"light-dark({match[0]}, {next(colours)})", light)


def write_font(package: Path) -> None:
    target = VENDOR / "open-sans"
    target.mkdir()
    for subset in FONT_SUBSETS:
        name = f"open-sans-{subset}-wght-normal.woff2"
        shutil.copy(package / "files" / name, target / name)
    shutil.copy(package / "LICENSE", target / "LICENSE.txt")


def write_icons(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    symbols = "\n".join(symbol(name, (package / "icons" / f"{name}.svg").read_text()) for name in ICONS)
    SPRITE.parent.mkdir(parents=True, exist_ok=True)
    SPRITE.write_text(
        f"<!-- Icons of lucide-static {version}, ISC; see vendor/lucide-LICENSE.txt. Written by tools/vendor.py. -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    )
    shutil.copy(package / "LICENSE", VENDOR / "lucide-LICENSE.txt")


def symbol(name: str, svg: str) -> str:
    """Return an icon file as a ``<symbol>`` that keeps the drawing attributes and takes the colour of the text."""
    shapes = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    drawing = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {drawing}>{" ".join(shapes.split())}</symbol>'


def vendored_files() -> Iterator[Path]:
    yield SPRITE
    yield from sorted(path for path in VENDOR.rglob("*") if path.is_file() and path != SUMS)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences() -> Iterator[str]:
    """Yield one sentence for each vendored file that is missing, changed, or not in the list of checksums."""
    recorded = {}
    for line in SUMS.read_text().splitlines():
        recorded_digest, _, name = line.partition("  ")
        recorded[name] = recorded_digest
    present = {path.relative_to(STATIC).as_posix(): path for path in vendored_files() if path.exists()}
    for name in sorted(recorded.keys() | present.keys()):
        if name not in present:
            yield f"{name} is missing."
        elif name not in recorded:
            yield f"{name} has no checksum."
        elif recorded[name] != digest(present[name]):
            yield f"{name} differs from its checksum."


if __name__ == "__main__":
    sys.exit(main())
