"""Pages of results for staff: their LMS courses, exercises, learners, submissions."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from openjupyter_service.grading.result_records import Attention, Day, ExercisePage, LearnerPage
from openjupyter_service.grading.results import MAX_PLACES
from openjupyter_service.language import N_, Speech
from openjupyter_service.report import Report
from openjupyter_service.store.tallies import FULL
from openjupyter_service.web import plots, result_words
from openjupyter_service.web.staff import PageHandler, moment
from openjupyter_service.web.staff import number as whole_number

MAX_SEARCH = 100


class ResultsPageHandler(PageHandler):
    """Base of them."""

    def show(self, template: str, title: str, **values: Any) -> None:
        """Answer with a page that knows the words of results, and their addresses."""
        speech = self.speech
        self.render_page(
            template,
            title=title,
            words=result_words,
            part=_part,
            duration=partial(result_words.duration, speech),
            share=partial(result_words.share, speech),
            cell=partial(result_words.cell, speech),
            moment=moment,
            **values,
        )


class ResultsHandler(ResultsPageHandler):
    """GET /results: the LMS courses whose staff somebody is."""

    async def get(self) -> None:
        """The page; 403 for who is staff of none."""
        if not await self.enter_as_staff():
            return
        places = await asyncio.to_thread(self.site.results.lms_courses, self.person)
        self.show(
            "results.html", self.speech.text(N_("Results")),
            places=places, is_operator=self.person is None, is_cut=len(places) == MAX_PLACES,
        )  # fmt: skip


class OverviewHandler(ResultsPageHandler):
    """GET /results/ID: exercises, and what needs attention."""

    async def get(self, number: str) -> None:
        """The page."""
        if not await self.enter():
            return
        overview = await asyncio.to_thread(self.site.results.overview, self.person, number)
        speech = self.speech
        title = overview.place.title or speech.text(N_("LMS course without a title"))
        self.show("results_course.html", title, overview=overview, said=partial(_said, speech))


class LearnersHandler(ResultsPageHandler):
    """GET /results/ID/learners: learners × exercises."""

    async def get(self, number: str) -> None:
        """One page of them: ?search=NAME&sort=KEY&page=NUMBER."""
        if not await self.enter():
            return
        search = self.get_query_argument("search", "")[:MAX_SEARCH]
        sort = self.get_query_argument("sort", "name")[:1000]
        page = whole_number(self.get_query_argument("page", "")) or 1
        matrix = await asyncio.to_thread(
            partial(self.site.results.matrix, self.person, number, search=search, sort=sort, page=page)
        )
        path = self.request.path

        def address(**changes: object) -> str:
            return f"{path}?{urlencode({'search': search, 'sort': sort} | changes)}"

        def sorted_by(key: str, first: str = "") -> str:
            """Where a click on a column's head leads: its other order, if it is the one that is sorted by now."""
            other = "" if sort.startswith("-") else "-"
            return address(sort=f"{other}{key}" if sort.removeprefix("-") == key else f"{first}{key}")

        def order(key: str) -> str:
            if sort.removeprefix("-") != key:
                return "none"
            return "descending" if sort.startswith("-") else "ascending"

        title = self.speech.text(N_("Learners"))
        self.show(
            "results_learners.html", title,
            matrix=matrix, search=search, sort=sort, address=address, sorted_by=sorted_by, order=order,
        )  # fmt: skip


class ExerciseResultsHandler(ResultsPageHandler):
    """GET /results/ID/exercises/NAME: how one exercise goes."""

    async def get(self, number: str, name: str) -> None:
        """The page."""
        if not await self.enter():
            return
        found = await asyncio.to_thread(self.site.results.exercise, self.person, number, name)
        speech = self.speech
        self.show(
            "results_exercise.html", found.row.title,
            found=found,
            scores=_scores(speech, found),
            labels=_labels(speech),
            progress=_progress(speech, found.days) if found.days else None,
            changes=_changes(found.days),
        )  # fmt: skip


class LearnerHandler(ResultsPageHandler):
    """GET /results/ID/learners/LEARNER/EXERCISE: somebody's submissions, one of them whole."""

    async def get(self, number: str, learner: str, exercise: str) -> None:
        """The page; ?submission=ID chooses the one that is shown."""
        if not await self.enter():
            return
        wanted = self.get_query_argument("submission", "")[:64] or None
        found = await asyncio.to_thread(self.site.results.learner, self.person, number, learner, exercise, wanted)
        speech = self.speech
        name = found.member.name or speech.text(N_("Learner {name}"), name=found.member.learner)
        report = await asyncio.to_thread(_report, found)
        self.show("results_learner.html", f"{name}: {found.exercise.title}", found=found, report=report, name=name)


def _part(text: str) -> str:
    """One part of a path."""
    return quote(text, safe="")


def _said(speech: Speech, one: Attention) -> str:
    return speech.text(one.one if one.count == 1 else one.many, count=one.count, **one.values)


def _report(found: LearnerPage) -> Report | None:
    if found.shown is None or found.shown.report is None:
        return None
    try:
        return Report.model_validate(found.shown.report)
    except ValidationError:  # not one of ours: the page says that there is none to show
        return None


def _labels(speech: Speech) -> list[str]:
    return [f"{tenth * 10}–{tenth * 10 + 9}" for tenth in range(FULL)] + [speech.percent(1)]


def _scores(speech: Speech, found: ExercisePage) -> str:
    counted = sum(found.tenths)
    description = speech.text(
        N_("Learners with a score that counts: {count}; with all points: {full}."),
        count=counted,
        full=found.tenths[FULL],
    )
    title = speech.text(N_("Learners by score, in percent"))
    return plots.bars("scores", title, description, _labels(speech), found.tenths)


def _progress(speech: Speech, days: list[Day]) -> str:
    first, last = days[0], days[-1]
    description = speech.text(
        N_("From {first} to {last}: {begun} learners have begun, {solved} have solved the exercise."),
        first=result_words.date(first.day),
        last=result_words.date(last.day),
        begun=last.begun,
        solved=last.solved,
    )
    series = [
        plots.Series(speech.text(N_("begun")), [day.begun for day in days]),
        plots.Series(speech.text(N_("solved")), [day.solved for day in days]),
    ]
    labels = (result_words.date(first.day), result_words.date(last.day))
    return plots.lines("progress", speech.text(N_("Learners who have begun and solved")), description, labels, series)


def _changes(days: list[Day]) -> list[Day]:
    """The first day, and those on which something has changed."""
    return [
        day
        for before, day in zip([None, *days], days, strict=False)
        if before is None or (before.begun, before.solved) != (day.begun, day.solved)
    ]
