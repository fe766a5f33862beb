"""Fetch the vendored files anew from the npm registry and prove them against `vendored.json`.

python onemap/export/assets/fetch.py            fetch, and fail if anything is not what is recorded
python onemap/export/assets/fetch.py --record   fetch, and record it: after a change of version

Recorded are the integrity of the package as the registry publishes it, its licence, and the hash of each file.
Nothing is written before all of a package is proved.
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
from base64 import b64encode
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORD = HERE / "vendored.json"


def fetch(package: dict[str, Any], folder: Path) -> Path:
    """Put the archive of `package` into `folder`; npm itself proves that it is what the registry says it is."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("error: npm is not installed\nhint: install Node.js; only this script needs it")
    wanted = f"{package['name']}@{package['version']}"
    subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def unpack(package: dict[str, Any], archive: Path) -> tuple[dict[str, Any], dict[Path, bytes]]:
    """Return `package` as the archive has it, and the content of each of its files by the place where it goes."""
    with tarfile.open(archive) as tarball:

        def read(path: str) -> bytes:
            content = tarball.extractfile(f"package/{path}")
            assert content is not None  # a folder or link; what is not there at all raises KeyError
            return content.read()

        contents = {HERE / file["file"]: read(file["path"]) for file in package["files"]}
        licence = json.loads(read("package.json"))["license"]
    integrity = "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    files = [{**file, "sha256": hashlib.sha256(contents[HERE / file["file"]]).hexdigest()} for file in package["files"]]
    return {**package, "licence": licence, "integrity": integrity, "files": files}, contents


def prove(recorded: dict[str, Any], found: dict[str, Any]) -> None:
    """Leave the script, with what differs, unless all that is recorded was found."""
    for name in ("licence", "integrity"):
        if recorded.get(name) != found[name]:
            sys.exit(f"error: {name} of {found['name']} {found['version']} is {found[name]}, not the recorded one")
    for before, now in zip(recorded["files"], found["files"], strict=True):
        if before["sha256"] != now["sha256"]:
            sys.exit(f"error: {now['file']} is not the recorded file of {found['name']} {found['version']}")


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="record what was fetched instead of proving it")
    record = parser.parse_args().record
    packages = []
    for package in json.loads(RECORD.read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            found, contents = unpack(package, fetch(package, Path(folder)))
        if not record:
            prove(package, found)
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        packages.append(found)
    if record:
        RECORD.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
