"""Files of results: tables as CSV, sent while they are made, and notebooks as they were handed in."""

import asyncio
import re
from collections.abc import Iterator, Sequence

import tornado.iostream
import tornado.web

from openjupyter_service.grading.result_records import Cell, Column, Row
from openjupyter_service.language import N_
from openjupyter_service.store.records import GradingState
from openjupyter_service.store.result_records import Handed, Member
from openjupyter_service.web import csv_export
from openjupyter_service.web.csv_export import Value
from openjupyter_service.web.staff import PageHandler, moment


class CsvHandler(PageHandler):
    """Base of both tables."""

    async def send(self, name: str, head: Sequence[Value], chunks: Iterator[list[list[Value]]]) -> None:
        """Send rows as they come; at most some learners' are in memory at once."""
        self.set_header("Content-Type", csv_export.MEDIA_TYPE)
        self.download(name)
        self.write(csv_export.MARK + csv_export.lines([head]))
        try:
            while (rows := await asyncio.to_thread(next, chunks, None)) is not None:
                self.write(csv_export.lines(rows))
                await self.flush()
        except tornado.iostream.StreamClosedError:
            raise tornado.web.Finish from None

    def download(self, name: str) -> None:
        """The answer is a file of that name, and nothing that a browser would run."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:100] or "file"
        self.set_header("Content-Disposition", f'attachment; filename="{plain}"')
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("Cache-Control", "no-store")


class LearnersCsvHandler(CsvHandler):
    """GET /results/ID/learners.csv: learners × exercises."""

    async def get(self, number: str) -> None:
        """A row for each learner; points, state and attempts of each exercise."""
        if not await self.enter():
            return
        place, columns, chunks = await asyncio.to_thread(self.site.results.all_rows, self.person, number)
        head: list[Value] = [self.speech.text(text) for text in (N_("learner"), N_("name"), N_("tried"), N_("solved"))]
        for column in columns:
            head += self._heads(column)
        rows = ([self._row(row) for row in some] for some in chunks)
        await self.send(f"{place.course}-{place.title}-learners.csv", head, rows)

    def _heads(self, column: Column) -> list[str]:
        return [
            f"{column.name}: {self.speech.text(text)}"
            for text in (N_("points"), N_("points at most"), N_("state"), N_("attempts"))
        ]

    def _row(self, row: Row) -> list[Value]:
        member = row.member
        found: list[Value] = [member.learner, member.name, member.tried, member.solved]
        for cell in row.cells:
            found += _cells(cell)
        return found


class SubmissionsCsvHandler(CsvHandler):
    """GET /results/ID/submissions.csv: all submissions."""

    async def get(self, number: str) -> None:
        """A row for each submission."""
        if not await self.enter():
            return
        place, chunks = await asyncio.to_thread(self.site.results.all_submissions, self.person, number)
        texts = (
            N_("learner"), N_("name"), N_("exercise"), N_("submission"), N_("handed in"), N_("state"), N_("status"),
            N_("score"), N_("score that counts"), N_("graded at"),
        )  # fmt: skip
        rows = ([_submission(*each) for each in some] for some in chunks)
        head = [self.speech.text(text) for text in texts]
        await self.send(f"{place.course}-{place.title}-submissions.csv", head, rows)


class HandedInNotebookHandler(CsvHandler):
    """GET /results/ID/learners/LEARNER/EXERCISE/notebook?submission=ID: a notebook as it was handed in."""

    async def get(self, number: str, learner: str, exercise: str) -> None:
        """The file, without outputs."""
        if not await self.enter():
            return
        submission = self.get_query_argument("submission")[:64]
        name, content = await asyncio.to_thread(
            self.site.results.notebook, self.person, number, learner, exercise, submission
        )
        self.set_header("Content-Type", "application/x-ipynb+json")
        stem, dot, suffix = name.rpartition(".")
        self.download(f"{stem or suffix}-{submission[:12]}{dot}{suffix}")
        self.finish(content)


def _cells(cell: Cell) -> list[Value]:
    return [cell.points, cell.max_points if cell.attempts else None, cell.standing.value, cell.attempts]


def _submission(member: Member, one: Handed) -> list[Value]:
    graded = one.state in (GradingState.DONE, GradingState.FAILED) and one.finished_at is not None
    return [
        member.learner,
        member.name,
        one.exercise,
        one.id,
        moment(one.created_at),
        one.state.value,
        one.status,
        one.score,
        one.credit,
        moment(one.finished_at or 0.0) if graded else None,
    ]
