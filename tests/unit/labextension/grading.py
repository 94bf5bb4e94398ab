"""A grading service that is played: what it tells is decided step by step, and it can be stopped and started again."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]

TOKEN = "the-token-of-the-learners-server"
PREFIX = "/services/openjupyter"
WAIT_SECONDS = 0.02


def one_test(title: str, outcome: str = "passed", **changes: Any) -> Json:
    """One test of a report; 2 points."""
    points = {"passed": 2.0, "partial": 1.0}.get(outcome, 0.0)
    return {
        "id": title, "title": title, "outcome": outcome, "points": points, "max_points": 2.0, "message": "",
        "hint": "", "seconds": 0.1, "place": None, "details": None,
    } | changes  # fmt: skip


def report(*tests: Json, status: str = "wrong", **changes: Any) -> Json:
    """A report with these tests."""
    points, most = sum(test["points"] for test in tests), sum(test["max_points"] for test in tests)
    usage = {"notebook_seconds": 1.5, "tests_seconds": 0.5, "cpu_seconds": 1.0, "peak_memory_bytes": 150 * 2**20}
    return {
        "status": status, "score": points / most if most else 0.0, "points": points, "max_points": most,
        "tests": list(tests), "failing_cell": None, "style": None, "usage": usage, "seed": None, "tests_left_out": 0,
    } | changes  # fmt: skip


class PlayedGrading:
    """One course "python" with one exercise; notebooks in the folder "means" belong to it."""

    def __init__(self) -> None:
        self.exercise: Json = {
            "name": "means", "title": "Means", "notebook": "means/means.ipynb", "files": ["means/helper.py"],
            "limits": {"notebook_seconds": 60.0, "test_seconds": 10.0, "run_seconds": 600.0, "memory": "512M",
                       "output": "16M"},
            "points": 4.0, "counts": "best", "deadline": None, "late_factor": 0.0, "attempts": None,
            "attempts_left": None,
        }  # fmt: skip
        self.bodies: list[Json] = []
        self.submissions: list[Json] = []
        self.events: list[Json] = [{"state": "queued", "position": 1}]
        self.refusal: tuple[int, Json] | None = None
        """What is answered to a submission instead of taking it."""
        self.tokens: set[str] = set()
        self.streams = 0
        """Streams of events that are open now."""
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    def start(self) -> None:
        """Listen, after a stop at the same address again."""
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening, and cut all streams."""
        if self._server is not None:
            self.stopped.set()
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def tell(self, **event: Any) -> None:
        """The next event of the newest submission."""
        self.submissions[0]["state"] = event["state"] if event["state"] in ("queued", "running") else "running"
        self.events.append(event)

    def end(self, result: Json, *passbacks: Json) -> None:
        """The newest submission is graded."""
        self.submissions[0] |= {
            "state": "done", "score": result["score"], "credit": result["score"], "finished_at": time.time(),
            "report": result, "passbacks": list(passbacks),
        }  # fmt: skip
        self.events.append({"state": "done"})

    def accept(self, body: Json) -> Json:
        self.bodies.append(body)
        self.events = [{"state": "queued", "position": 1}]
        policy = {name: self.exercise[name] for name in ("counts", "deadline", "late_factor", "attempts")}
        submission = {
            "id": f"s{len(self.submissions) + 1}", "course": body["course"], "exercise": body["exercise"],
            "state": "queued", "score": None, "credit": None, "created_at": time.time(), "finished_at": None,
            "report": None, "passbacks": [], "timings": None, "policy": policy | {"attempts_left": None},
        }  # fmt: skip
        self.submissions.insert(0, submission)
        return {**submission, "position": 1}

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, Json]:
        """Everything but events."""
        if path == "/api/courses/python/exercise":
            if not query["notebook"][0].startswith("means/"):
                return 404, {"status": 404, "message": "the notebook belongs to no exercise of this course"}
            return 200, self.exercise
        if path == "/api/submissions" and method == "POST":
            return self.refusal or (202, self.accept(json.loads(body)))
        if path == "/api/submissions":
            return 200, {"submissions": self.submissions}
        if path.endswith("/notebook"):
            number = int(path.split("/")[-2].removeprefix("s"))
            return 200, {"path": "means/means.ipynb", "notebook": json.loads(self.bodies[number - 1]["notebook"])}
        found = [each for each in self.submissions if path == f"/api/submissions/{each['id']}"]
        return (200, found[0]) if found else (404, {"status": 404, "message": "there is no such submission of yours"})


def _handler(grading: PlayedGrading) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            grading.tokens.add(self.headers.get("Authorization", ""))
            url = urlsplit(self.path.removeprefix(PREFIX))
            if url.path.endswith("/events"):
                return self.stream()
            status, content = grading.answer(self.command, url.path, parse_qs(url.query), body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())
            return None

        do_GET = do_POST = do_any

        def stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            grading.streams += 1
            stopped = grading.stopped
            try:
                told: list[Json] = []
                while not stopped.is_set() and (not told or told[-1]["state"] not in ("done", "failed")):
                    for event in grading.events[len(told) :] or [None]:
                        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode() if event else b": still here\n\n")
                        told += [event] if event else []
                    self.wfile.flush()
                    time.sleep(WAIT_SECONDS)
            except OSError:
                pass
            finally:
                grading.streams -= 1

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
