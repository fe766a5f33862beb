"""Fetch the vendored files anew from the npm registry and prove them against `vendored.json`.

python onemap/export/assets/fetch.py            fetch, and fail if a file is not the recorded one
python onemap/export/assets/fetch.py --record   fetch, and record the hashes: after a change of version
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORD = HERE / "vendored.json"


def fetch(package: dict[str, Any], folder: Path) -> None:
    """Put the files of `package` in their places."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("error: npm is not installed\nhint: install Node.js; only this script needs it")
    wanted = f"{package['name']}@{package['version']}"
    subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as tarball:
        for file in package["files"]:
            content = tarball.extractfile(f"package/{file['path']}")
            if content is None:
                sys.exit(f"error: {wanted} has no file {file['path']}")
            target = HERE / file["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


def sha256(file: dict[str, str]) -> str:
    """Return the hash of a vendored file as it lies here."""
    return hashlib.sha256((HERE / file["file"]).read_bytes()).hexdigest()


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="record the hashes instead of proving them")
    record = parser.parse_args().record
    packages = json.loads(RECORD.read_text(encoding="utf-8"))
    for package in packages:
        with tempfile.TemporaryDirectory() as folder:
            fetch(package, Path(folder))
        for file in package["files"]:
            if record:
                file["sha256"] = sha256(file)
            elif file["sha256"] != sha256(file):
                sys.exit(f"error: {file['file']} is not the recorded file of {package['name']} {package['version']}")
    if record:
        RECORD.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
