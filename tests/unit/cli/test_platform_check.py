"""`openjupyter platform check` and `openjupyter keys`, with a real HTTP client against a small LMS."""

import json
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from openjupyter_service.lti.tool_keys import generate, key_set
from openjupyter_service.store import ToolKey
from tests.unit.cli.running import Command
from tests.unit.cli.test_platform import site, usage

__all__ = ["site"]


class Lms:
    """Gives tokens for assertions that our published keys verify, as an LMS does."""

    def __init__(self) -> None:
        self.client_id = "client"
        self.token: tuple[int, Any] | None = None
        self.clock = 0.0
        self.our_keys: list[dict[str, str]] = []
        lms, keys = self, key_set([ToolKey("theirs", generate()[1], 0, 0, None)])

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, keys)

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._send(*(lms.token or lms.give(form["client_assertion"][0], lms.url + self.path)))

            def _send(self, status: int, value: Any) -> None:
                body = json.dumps(value).encode() if value is not None else b""
                self.send_response_only(status)
                self.send_header("Date", formatdate(time.time() + lms.clock, usegmt=True))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def give(self, assertion: str, audience: str) -> tuple[int, Any]:
        """Check the assertion; its header must name a key of ours."""
        assert jwt.get_unverified_header(assertion)["alg"] == "RS256"
        claims = jwt.decode(assertion, options={"verify_signature": False})
        if claims["iss"] != self.client_id or claims["sub"] != self.client_id:
            return 401, {"error": "invalid_client"}
        assert claims["aud"] == audience and claims["exp"] > time.time()
        return 200, {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def lms() -> Iterator[Lms]:
    lms = Lms()
    yield lms
    lms.close()


def add(command: Command, lms: Lms, *options: str) -> None:
    urls = (
        "--authorization-url",
        f"{lms.url}/auth",
        "--token-url",
        f"{lms.url}/token",
        "--jwks-url",
        f"{lms.url}/keys",
    )
    base = ("--name", "lms", "--product", "other", "--issuer", lms.url, "--client-id", "client", "--deployment", "1")
    assert command("platform", "add", *base, *urls, *options).code == 0


def test_a_connected_lms_has_ticks(command: Command, site: Path, lms: Lms) -> None:
    add(command, lms, "--private-network")
    ended = command("platform", "check", "lms")
    assert ended.code == 0, ended
    for what in ("deployments", "the LMS's keys", "access token", "clock"):
        (line,) = [line for line in ended.out.splitlines() if f" {what} " in line]
        assert "✓" in line
    assert "✗" not in ended.out
    found = {
        finding["what"]: finding["ok"] for finding in json.loads(command("platform", "check", "lms", "--json").out)
    }
    assert found["access token"] is True and found["our keys"] is None, "no hub runs at lab.example.org"


def test_private_addresses_must_be_allowed(command: Command, site: Path, lms: Lms) -> None:
    add(command, lms)
    ended = command("platform", "check", "lms")
    assert ended.code == 1 and "✗" in ended.out
    assert "openjupyter platform edit lms --private-network" in ended.out.replace("\n", " ")
    command("platform", "edit", "lms", "--private-network")
    assert command("platform", "check", "lms").code == 0


@pytest.mark.parametrize(
    ("token", "clock", "words"),
    [
        ((401, {"error": "invalid_client"}), 0, "does not know us"),
        ((404, None), 0, "does not exist"),
        (None, 500, "behind the LMS's"),
        (None, -500, "ahead of the LMS's"),
    ],
)
def test_what_is_wrong_is_said_and_told_by_the_exit_code(
    command: Command, site: Path, lms: Lms, token: Any, clock: float, words: str
) -> None:
    add(command, lms, "--private-network")
    lms.token, lms.clock = token, clock
    ended = command("platform", "check", "lms")
    assert ended.code == 1 and words in ended.out and "→" in ended.out
    assert not all(finding["ok"] for finding in json.loads(command("platform", "check", "lms", "--json").out))


def test_a_wrong_client_id(command: Command, site: Path, lms: Lms) -> None:
    add(command, lms, "--private-network")
    lms.client_id = "other"
    assert "client id 'client'" in command("platform", "check", "lms").out.replace("\n", " ")


def test_an_lms_that_is_gone(command: Command, site: Path, lms: Lms) -> None:
    add(command, lms, "--private-network", "--token-url", "http://127.0.0.1:9/token")
    assert "127.0.0.1:9 cannot be reached: the connection was refused" in command("platform", "check", "lms").out


def test_the_old_version_is_checked_by_what_can_be_told(command: Command, site: Path) -> None:
    ended = command("platform", "check", "fixed")
    assert ended.code == 0 and "fixed-key" in ended.out and "fixed-secret-word" not in ended.out


# ----------------------------------------------------------------------------- keys


def test_keys_are_rotated_with_an_overlap(command: Command, site: Path) -> None:
    assert "no key yet" in command("keys", "list").out
    assert command("keys", "rotate").code == 0
    old, new = sorted(json.loads(command("keys", "list", "--json").out), key=lambda key: key["active_at"])
    assert (old["state"], new["state"]) == ("signs", "signs later")
    assert new["active_at"] - new["created_at"] == pytest.approx(24 * 3600)
    assert old["expires_at"] == pytest.approx(new["active_at"] + 30 * 24 * 3600) and new["expires_at"] is None
    shown = command("keys", "list").out
    assert old["kid"] in shown and new["kid"] in shown and "https://lab.example.org/hub/lti/jwks" in shown


def test_a_leaked_key_is_replaced_at_once(command: Command, site: Path, tmp_path: Path) -> None:
    command("keys", "rotate", "--delay", "0")
    command("keys", "rotate", "--delay", "0")
    states = [key["state"] for key in json.loads(command("keys", "list", "--json").out)]
    assert states.count("signs") == 1 and states[0] == "signs"
    ended = command("keys", "list")
    assert "PRIVATE" not in ended.out and '"n"' not in ended.out
    assert b"PRIVATE KEY" not in (tmp_path / "data" / "openjupyter.sqlite").read_bytes()


def test_delays_are_bounded(command: Command, site: Path) -> None:
    assert usage(command, "keys", "rotate", "--delay", "-1")
    assert usage(command, "keys", "rotate", "--delay", "soon")
    assert usage(command, "keys", "list", "extra")


def test_canvas_is_shown_its_json_with_the_key_that_signs(command: Command, site: Path) -> None:
    command("keys", "rotate", "--delay", "0")
    signing = next(key["kid"] for key in json.loads(command("keys", "list", "--json").out) if key["state"] == "signs")
    ended = command("platform", "show", "--for", "canvas")
    assert ended.code == 0
    assert signing in ended.out and '"public_jwk_url": "https://lab.example.org/hub/lti/jwks"' in ended.out
