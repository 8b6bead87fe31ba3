"""Bring the web assets in from npm: pinned, with their licences. Run: python scripts/vendor.py.

Needs `npm` (or `--from FOLDER`, a node_modules that holds the pinned versions).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "src/valence/kit/static/vendor"
# Package → (version, licence, files to take). Tabler ships no licence file: its text stands below.
PACKAGES = {
    "@tabler/core": ("1.6.1", "MIT", {"dist/css/tabler.min.css": "tabler.min.css"}),
    "htmx.org": (
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE"},
    ),
    # Only the full build has sankey, funnel, heatmap; smaller ones draw nothing, in silence.
    "echarts": (
        "6.1.0",
        "Apache-2.0",
        {
            "dist/echarts.min.js": "echarts.min.js",
            "LICENSE": "echarts.LICENSE",
            "NOTICE": "echarts.NOTICE",
        },
    ),
    # Drawn into echarts.min.js.
    "zrender": ("6.1.0", "BSD-3-Clause", {"LICENSE": "zrender.LICENSE"}),
}
TABLER_LICENCE = """MIT License

Copyright (c) 2018-2026 The Tabler Authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def fetch(folder: Path) -> Path:
    """Install the pinned packages into `folder` and return its node_modules."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("vendor: npm is not installed; install Node.js, or name a node_modules by --from.")
    wanted = [f"{name}@{version}" for name, (version, _, _) in PACKAGES.items()]
    subprocess.run(
        [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", *wanted],
        cwd=folder,
        check=True,
    )
    return folder / "node_modules"


def take(modules: Path) -> None:
    """Copy the files of each package, refusing another version than the pinned one."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    listing = {}
    for name, (version, licence, files) in PACKAGES.items():
        found = json.loads((modules / name / "package.json").read_text("utf-8"))["version"]
        if found != version:
            sys.exit(f"vendor: {name} is {found} there, pinned is {version}.")
        for source, target in files.items():
            text = (modules / name / source).read_text("utf-8")
            # A map beside it is not served, and the browser would ask for it in vain.
            kept = [line for line in text.splitlines() if "sourceMappingURL=" not in line]
            (VENDOR / target).write_text("\n".join(kept).rstrip() + "\n", "utf-8")
        listing[name] = {"version": version, "licence": licence, "files": sorted(files.values())}
    (VENDOR / "tabler.LICENSE").write_text(TABLER_LICENCE, "utf-8")
    listing["@tabler/core"]["files"] = ["tabler.LICENSE", "tabler.min.css"]
    (VENDOR / "VENDORED.json").write_text(json.dumps(listing, indent=2) + "\n", "utf-8")


def main() -> None:
    """Update the vendored assets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="modules", type=Path, help="a node_modules to copy from")
    modules = parser.parse_args().modules
    if modules is not None:
        take(modules)
        return
    with tempfile.TemporaryDirectory() as folder:
        take(fetch(Path(folder)))


if __name__ == "__main__":
    main()
