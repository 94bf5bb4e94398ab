"""Git repositories as hosts have them, good and hostile, built object by object; and a host that speaks HTTP."""

import base64
import hashlib
import os
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FILE, PROGRAM, LINK, MODULE, FOLDER = "100644", "100755", "120000", "160000", "40000"

Content = bytes | str | tuple[str, bytes | str] | Mapping[Any, Any]
"""Of a name in a tree: a file's bytes, a folder, or (mode, bytes or the name of an object)."""


def run(repository: Path, *arguments: str, **more: Any) -> str:
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Author", f"GIT_{role}_EMAIL": "author@example.org"}
    command = ["git", "-c", "safe.directory=*", f"--git-dir={repository}", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, env={**environment, **more.pop("env", {})}, **more)
    return done.stdout.decode(errors="replace").strip()


class Upstream:
    """A bare repository at a Git host, which takes any object that somebody makes by hand."""

    def __init__(self, path: Path, branch: str = "main") -> None:
        self.path = path
        self.branch = branch
        self._time = 1_790_000_000
        path.mkdir(parents=True)
        run(path, "init", "--quiet", "--bare", f"--initial-branch={branch}")

    @property
    def url(self) -> str:
        return str(self.path)

    def commit(self, files: Mapping[Any, Content], *parents: str, branch: str | None = None, push: bool = True) -> str:
        """A commit of these files on top of the branch, or of the given parents, or of nothing for parents ("",)."""
        branch = branch or self.branch
        before = run(self.path, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").split()
        tree = self.tree(files)
        named = [word for parent in (parents or before) if parent for word in ("-p", parent)]
        self._time += 60
        times = {f"GIT_{role}_DATE": f"@{self._time} +0000" for role in ("AUTHOR", "COMMITTER")}
        made = run(self.path, "commit-tree", tree, *named, "-m", "Change", env=times)
        if push:
            run(self.path, "update-ref", f"refs/heads/{branch}", made)
        return made

    def tree(self, files: Mapping[Any, Content]) -> str:
        lines = []
        for name, content in files.items():
            if isinstance(content, Mapping):
                mode, made = FOLDER, self.tree(content)
            elif isinstance(content, tuple):
                mode, what = content
                made = what if isinstance(what, str) else self.object("blob", what)
            else:
                mode = FILE
                made = self.object("blob", content.encode() if isinstance(content, str) else content)
            raw = name if isinstance(name, bytes) else str(name).encode()
            lines.append((raw + (b"/" if mode == FOLDER else b""), mode.encode() + b" " + raw + b"\0", made))
        return self.object("tree", b"".join(head + bytes.fromhex(made) for _, head, made in sorted(lines)))

    def object(self, kind: str, content: bytes) -> str:
        """Written as it is, whatever Git thinks of it."""
        whole = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(whole).hexdigest()
        path = self.path / "objects" / name[:2] / name[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole))
        return name


def objects(repository: Path) -> set[str]:
    """All objects of a repository, reachable or not."""
    return set(run(repository, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split())


class GitHost:
    """What a test says about the host, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.basic: str | None = None
        """name:token that it asks for."""
        self.odd: Callable[[Any], bool] | None = None
        """Answers instead, if it gives True."""
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""
        self.over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    host: GitHost

    def log_message(self, *_: Any) -> None:
        pass

    def refuse(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.host.asked.append((self.path, self.headers.get("Authorization")))
        if self.host.odd is not None and self.host.odd(self):
            return
        wanted = self.host.basic and "Basic " + base64.b64encode(self.host.basic.encode()).decode()
        if wanted and self.headers.get("Authorization") != wanted:
            self.refuse(401, WWW_Authenticate='Basic realm="git"')
            return
        self.answer()

    do_POST = do_GET

    def answer(self, cut: int | None = None) -> None:
        """By git's own CGI program; `cut` bytes of it alone."""
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "http-backend"],
            input=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            capture_output=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.host.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        ).stdout
        head, _, body = done.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])


@contextmanager
def git_host(folder: Path) -> Iterator[GitHost]:
    """A Git host on this machine with the bare repositories of a folder."""
    host = GitHost(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield host
    finally:
        host.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
