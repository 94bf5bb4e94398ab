"""An LMS process that takes scores of both versions of LTI and fails as real ones do; it may be killed at any time.

`python -m tests.benchmarks.passback.lms --port PORT --journal FILE --fail-rate 0.3 --seed 1`
"""

import argparse
import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

SLOW_SECONDS = 2.0
TOKEN = "token-of-the-benchmark"
_ANSWER = """<?xml version="1.0"?><imsx_POXEnvelopeResponse xmlns="http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0">
<imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_version>V1.0</imsx_version><imsx_statusInfo><imsx_codeMajor>{major}
</imsx_codeMajor><imsx_description>{text}</imsx_description></imsx_statusInfo></imsx_POXResponseHeaderInfo></imsx_POXHeader>
<imsx_POXBody/></imsx_POXEnvelopeResponse>"""


@dataclass
class Gradebook:
    """What has arrived: in memory, and in a journal that survives SIGKILL. A column and a person have one score."""

    journal: Path
    fail_rate: float
    random: random.Random
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    times: dict[tuple[str, str], float] = field(default_factory=dict)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Read the journal of an earlier life."""
        if self.journal.exists():
            for line in self.journal.read_text().splitlines():
                self._keep(json.loads(line))
        self._file = os.open(self.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def enter(self, entry: dict[str, Any]) -> None:
        """Keep a score or a column: first in the file."""
        os.write(self._file, json.dumps(entry).encode() + b"\n")
        self._keep(entry)

    def _keep(self, entry: dict[str, Any]) -> None:
        if "column" in entry:
            self.columns[entry["column"]] = entry["values"]
        else:
            key = entry["of"], entry["person"]
            self.scores[key] = entry["score"]
            self.times[key] = entry["time"]


class Handler(tornado.web.RequestHandler):
    """Fails as often as asked, in one of many ways, before or after having done what it was asked for."""

    @property
    def book(self) -> Gradebook:
        """The gradebook."""
        book: Gradebook = self.application.settings["book"]
        return book

    def check_xsrf_cookie(self) -> None:
        """Tools have none."""

    async def fails(self, *before: str, after: str = "") -> bool:
        """Has this call failed already? The faults: an HTTP status, "drop", "slow", "garbage", "failure"."""
        self.book.calls[type(self).__name__] += 1
        self.fault_after = ""
        if self.book.random.random() >= self.book.fail_rate:
            return False
        fault = self.book.random.choice([*before, after] if after else before)
        self.book.calls["failed"] += 1
        if fault == after:
            self.fault_after = fault
            return False
        await self._fail(fault)
        return True

    async def _fail(self, fault: str) -> None:
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
            self.send(503, "too slow")
        elif fault == "drop":
            self.detach().close()
        elif fault == "failure":
            self.send(200, _ANSWER.format(major="failure", text="the gradebook is locked"))
        elif fault == "garbage":
            self.send(200, "<html><title>Maintenance</title>")
        else:
            if fault == "429":
                self.set_header("Retry-After", "1")
            self.send(int(fault), "<html>not now")

    def send(self, status: int, text: str) -> None:
        """Answer; or close the connection with no answer, although all was done."""
        if self.fault_after:
            self.detach().close()
            return
        self.set_status(status)
        self.finish(text)


class OutcomesHandler(Handler):
    """Basic Outcomes."""

    async def post(self) -> None:
        """Take a replaceResult."""
        if await self.fails("500", "502", "503", "429", "drop", "slow", "failure", "garbage", after="answer lost"):
            return
        body = self.request.body.decode()
        (sourcedid,) = re.findall("<sourcedId>(.*?)</sourcedId>", body)
        (score,) = re.findall("<textString>(.*?)</textString>", body)
        entry = {"of": "outcomes", "person": unescape(sourcedid), "score": float(score), "time": time.time()}
        self.book.enter(entry)
        self.send(200, _ANSWER.format(major="success", text="taken"))


class TokenHandler(Handler):
    """Access tokens of LTI 1.3; short-lived, so that they are asked for again and again."""

    async def post(self) -> None:
        """A token for whoever asks."""
        if await self.fails("500", "503", "drop", "garbage"):
            return
        self.send(200, json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 60}))


class ColumnsHandler(Handler):
    """Line items of a course."""

    async def get(self) -> None:
        """All of a link."""
        if await self.fails("500", "503", "401", "drop", "garbage"):
            return
        link = self.get_query_argument("resource_link_id")
        found = [values for values in self.book.columns.values() if values["resourceLinkId"] == link]
        self.send(200, json.dumps(found))

    async def post(self) -> None:
        """A new one."""
        if await self.fails("500", "503", "401", "drop", after="answer lost"):
            return
        values = json.loads(self.request.body)
        name = f"{len(self.book.columns) + 1}"
        values["id"] = f"http://{self.request.host}/columns/{name}"
        self.book.enter({"column": name, "values": values})
        self.send(201, json.dumps(values))


class ScoresHandler(Handler):
    """Scores of a line item."""

    async def post(self, column: str) -> None:
        """Take one that is newer than the last."""
        if await self.fails("500", "502", "503", "429", "401", "drop", "slow", after="answer lost"):
            return
        if self.request.headers.get("Authorization") != f"Bearer {TOKEN}" or column not in self.book.columns:
            return self.send(401, "{}")
        score = json.loads(self.request.body)
        at = datetime.fromisoformat(score["timestamp"]).timestamp()
        link, person = self.book.columns[column]["resourceLinkId"], score["userId"]
        if at <= self.book.times.get((link, person), 0.0):
            return self.send(409, "{}")
        value = score["scoreGiven"] / score["scoreMaximum"]
        self.book.enter({"of": link, "person": person, "score": value, "time": at})
        return self.send(200, "{}")


class SummaryHandler(tornado.web.RequestHandler):
    """What has arrived, for the benchmark."""

    def get(self) -> None:
        """Scores by column and person, columns, and calls since the start."""
        book: Gradebook = self.application.settings["book"]
        scores = [[of, person, score] for (of, person), score in book.scores.items()]
        self.finish({"scores": scores, "columns": len(book.columns), "calls": dict(book.calls)})


class CountHandler(tornado.web.RequestHandler):
    """How many have arrived."""

    def get(self) -> None:
        """As text."""
        self.finish(str(len(self.application.settings["book"].scores)))


def make_app(book: Gradebook) -> tornado.web.Application:
    """The LMS."""
    return tornado.web.Application(
        [
            ("/outcomes", OutcomesHandler),
            ("/token", TokenHandler),
            ("/columns", ColumnsHandler),
            (r"/columns/(\d+)/scores", ScoresHandler),
            ("/summary", SummaryHandler),
            ("/count", CountHandler),
        ],
        book=book,
        log_function=lambda handler: None,
    )


async def _serve(options: argparse.Namespace) -> None:
    book = Gradebook(options.journal, options.fail_rate, random.Random(options.seed))
    server = HTTPServer(make_app(book))
    server.add_sockets(bind_sockets(options.port, "127.0.0.1"))
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> int:
    """Run until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--fail-rate", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(_serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
