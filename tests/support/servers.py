"""Scripted servers on this machine in place of figshare and of the Hugging Face hub."""

import contextlib
import functools
import hashlib
import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextlib.contextmanager
def serving(kind: type, owner: object) -> Iterator[str]:
    """Run a server whose requests ``kind`` answers for ``owner``; gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(kind, owner)) as running:
        running.daemon_threads = True
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers for an owner, quietly."""

    def __init__(self, owner, *arguments) -> None:
        self.owner = owner
        super().__init__(*arguments)

    def log_message(self, *arguments: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        """Send an answer that announces ``length`` bytes."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) if length is None else length), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Files:
    """Files by path, and a script for the next answers.

    A step of ``script`` is a status, ``"redirect"``, or ``-5``: the connection breaks off 5 bytes before the end. ``seen`` has the
    path of every request.
    """

    def __init__(self, **files: bytes) -> None:
        self.files = {f"/{name}": content for name, content in files.items()}
        self.script: list[object] = []
        self.seen: list[str] = []

    class Handler(Handler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/moved")
            self.owner.seen.append(self.path)
            step = self.owner.script.pop(0) if self.owner.script else None
            if path not in self.owner.files:
                step = 404
            if isinstance(step, int) and step > 0:
                return self.answer(step)
            if step == "redirect":
                return self.answer(302, Location=f"/moved{path}")
            whole = self.owner.files[path]
            return self.answer(200, whole[:step], len(whole))


class Hub:
    """Repositories by ``models/OWNER/NAME`` or ``datasets/OWNER/NAME``: files by commit, and the commits of branches.

    ``closed`` are those that answer as a gated one. ``seen`` is the path of every request for a repository.
    """

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, dict[str, bytes]]] = {}
        self.branches: dict[str, dict[str, str]] = {}
        self.closed: set[str] = set()
        self.seen: list[str] = []

    def add(self, repository: str, folder: Path, commit: str = COMMIT, branch: str = "main") -> None:
        """Publish a folder's files as a commit, and move a branch to it."""
        files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        self.commits.setdefault(repository, {})[commit] = files
        self.branches.setdefault(repository, {})[branch] = commit

    class Handler(Handler):
        def do_GET(self) -> None:
            path = urllib.parse.unquote(self.path.partition("?")[0])
            if len(path.split("/")) > 4:
                self.owner.seen.append(path)
            parts = path.strip("/").split("/")
            api = parts[0] == "api"
            if api:
                parts = parts[1:]
            elif parts[0] != "datasets":
                parts = ["models", *parts]
            repository = "/".join(parts[:3])
            if repository not in self.owner.commits:
                return self.answer(404, X_Error_Code="RepoNotFound")
            what, revision, *rest = parts[3:]
            if repository in self.owner.closed and not api:
                return self.answer(403, X_Error_Code="GatedRepo")
            commit = self.owner.branches[repository].get(revision, revision)
            files = self.owner.commits[repository].get(commit)
            if files is None:
                return self.answer(404, X_Error_Code="RevisionNotFound")
            if what == "revision":
                return self.answer(200, json.dumps({"id": repository.partition("/")[2], "sha": commit}).encode())
            if what == "tree":
                listed = [{"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                          for name, content in files.items()]  # fmt: skip
                return self.answer(200, json.dumps(listed).encode())
            content = files["/".join(rest)]
            return self.answer(200, content, ETag=f'"{hashlib.sha1(content).hexdigest()}"', X_Repo_Commit=commit)

        do_HEAD = do_GET
