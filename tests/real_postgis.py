"""A real PostgreSQL with PostGIS that tests read from: a server of their own, on loopback, gone when they are done."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.externals import do_without

OWNER, PASSWORD = "onemap_owner", "geheim/ñ 密码"
SETTINGS = "fsync=off synchronous_commit=off full_page_writes=off max_connections=20 shared_buffers=16MB"
DEBIAN = Path("/usr/lib/postgresql")
UNPRIVILEGED = "postgres"
"""Who runs the server when the tests run as root, for whom it refuses to run; Debian's package makes the user."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    def url(self, database: str = "postgres", user: str = OWNER, password: str | None = PASSWORD) -> str:
        """Return the URL of a connection; every connection needs a password."""
        secret = "" if password is None else f":{quote(password, safe='')}"
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def run(self, database: str, *statements: sql.Composed | LiteralString | bytes) -> None:
        """Run statements in a database, as its owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def create(self, database: str, encoding: LiteralString = "UTF8") -> str:
        """Make a database anew, and return its URL."""
        name = sql.Identifier(database)
        self.run("postgres", sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING {}")
        self.run("postgres", made.format(name, encoding))
        return self.url(database)

    def create_with_postgis(self, database: str) -> str:
        """Make a database with PostGIS anew, and return its URL."""
        url = self.create(database)
        self.run(database, "CREATE EXTENSION postgis")
        return url


@contextmanager
def running(programs: Path | None = None, settings: str = SETTINGS) -> Iterator[Server]:
    """Start a server; without PostGIS skip the test, or fail it under ONEMAP_REQUIRE_EXTERNALS=1."""
    programs = programs or installed() or do_without("PostgreSQL with PostGIS is not installed (postgresql-postgis)")
    # pytest's own folders are closed to the other user, and their paths are too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="onemap-pg-"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
        user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}

    def call(program: str, *arguments: str) -> None:
        run = subprocess.run(
            [programs / program, *arguments, "-D", folder / "data"],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C"}, **user,
        )  # fmt: skip
        log = folder / "log"
        assert run.returncode == 0, run.stdout + (log.read_text("utf-8", "replace") if log.exists() else "")

    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    (folder / "password").chmod(0o644)
    try:
        call("initdb", *f"-U {OWNER} -A scram-sha-256 --pwfile=password -E UTF8 --no-locale --no-sync".split())
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        options += "".join(f" -c {setting}" for setting in settings.split())
        call("pg_ctl", "start", "-w", "-s", "-l", "log", "-o", options)
        try:
            yield Server(port)
        finally:
            call("pg_ctl", "stop", "-w", "-s", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


def installed() -> Path | None:
    """Return the folder of the newest server on this machine that has PostGIS."""
    versions = sorted(DEBIAN.glob("[0-9]*"), key=lambda path: float(path.name), reverse=True)
    shared = Path("/usr/share/postgresql")
    usable = [path for path in versions if (shared / path.name / "extension" / "postgis.control").is_file()]
    return usable[0] / "bin" if usable else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
