"""Pages of results: who sees what, hostile names, how many queries, files."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.test_language import Marked, words_outside
from tests.unit.web.results_site import HOSTILE, OPERATOR, ResultsSite, counted, of, results_site

OTHER = ("moodle", "course-8")
TESTS = [{"id": "t1", "title": "A mean", "outcome": "failed", "points": 0, "max_points": 12}]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[ResultsSite]:
    async with results_site(tmp_path) as site:
        yield site


@pytest.fixture
def taught(site: ResultsSite) -> ResultsSite:
    """Ada learns in course 7, which Ines teaches; Ben in course 8, which Otto teaches; Eve has taught course 7."""
    site.launch("ada", name="Ada Öztürk")
    site.launch("ines", staff=True, name="Ines")
    site.launch("ben", OTHER, name="Ben")
    site.launch("otto", OTHER, staff=True)
    site.launch("eve", staff=True)
    site.launch("eve", staff=False)
    return site


PAGES = [
    "results/1",
    "results/1/learners",
    "results/1/learners.csv",
    "results/1/submissions.csv",
    "results/1/exercises/means",
    of("ada"),
    of("ada") + "/notebook?submission={ada}",
]


@pytest.mark.parametrize("path", PAGES)
async def test_who_may_see_a_course(taught: ResultsSite, path: str) -> None:
    path = path.format(ada=taught.grade("ada", 0.5))
    wanted = {"ines": 200, OPERATOR: 200, "ada": 404, "ben": 404, "otto": 404, "eve": 404, "nobody": 404, None: 302}
    for who, status in wanted.items():
        answer = await taught.get(path, who)
        assert answer.code == status, (who, answer.code)
        if status != 200:
            told = answer.body.decode()
            assert not [secret for secret in ("Öztürk", "Data science", "50 %") if secret in told]
    taught.launch("ines", staff=False)
    assert (await taught.get(path, "ines")).code == 404


async def test_who_may_see_the_list_of_courses(taught: ResultsSite) -> None:
    for who, status in {"ines": 200, "otto": 200, OPERATOR: 200, "ada": 403, "eve": 403, None: 302}.items():
        assert (await taught.get("results", who)).code == status, who
    assert "/results/1" in await taught.page("results") and "/results/2" not in await taught.page("results")
    assert "/results/2" in await taught.page("results", "otto") and "/results/1" not in await taught.page(
        "results", "otto"
    )
    everything = await taught.page("results", OPERATOR)
    assert "/results/1" in everything and "/results/2" in everything


async def test_a_list_that_is_too_long_says_so(taught: ResultsSite, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Only the first" not in await taught.page("results", OPERATOR)
    for module in ("grading", "web"):
        monkeypatch.setattr(f"openjupyter_service.{module}.results.MAX_PLACES", 1)
    assert "Only the first 1 are shown" in await taught.page("results", OPERATOR)


@pytest.mark.parametrize("number", ["2", "3", "0", "-1", "1e3", "x", "9" * 30, "9" * 16, "%2e%2e", "01a"])
async def test_no_other_course_by_its_number(taught: ResultsSite, number: str) -> None:
    for page in ("", "/learners", "/learners.csv", "/submissions.csv", "/exercises/means", "/learners/ben/means"):
        answer = await taught.get(f"results/{number}{page}")
        assert answer.code == 404 and b"Ben" not in answer.body


async def test_a_link_without_a_context_is_a_course_of_its_own(site: ResultsSite) -> None:
    site.launch("ada", ("moodle", ""), exercise="means")
    site.launch("ines", ("moodle", ""), staff=True, exercise="another")
    assert (await site.get("results/1")).code == 404 and (await site.get("results/2")).code == 200
    assert (await site.get(of("ada").replace("/1/", "/2/"))).code == 404


async def test_learners_of_another_course_and_staff_are_no_learners_here(taught: ResultsSite) -> None:
    for who in ("ben", "ines", "nobody", "' OR 1=1 --", "../ada"):
        assert (await taught.get(of(who))).code == 404
    page = await taught.page("results/1/learners")
    assert "Ada Öztürk" in page and "Ines" not in page and "Ben" not in page


async def test_a_submission_of_somebody_else_or_another_exercise_is_not_shown(taught: ResultsSite) -> None:
    mine, others = taught.grade("ada", 0.5), taught.grade("ben", 0.25)
    elsewhere = taught.grade("ada", 0.75, exercise="another")
    assert (await taught.get(of("ada") + f"?submission={mine}")).code == 200
    for wrong in (others, elsewhere, "nothing", "1"):
        for page in ("", "/notebook"):
            assert (await taught.get(f"{of('ada')}{page}?submission={wrong}")).code == 404


async def test_nothing_is_told_of_what_another_lms_course_was_sent(taught: ResultsSite) -> None:
    taught.launch("ada", OTHER, title="A secret course")
    taught.grade("ada", 0.5)
    page = await taught.page(of("ada"))
    assert page.count("on its way") == 1 and "secret" not in page


async def test_one_exercise_from_launch_to_page(taught: ResultsSite) -> None:
    taught.grade("ada", 0.25, tests=TESTS)
    taught.grade("ada", 1.0, tests=[TESTS[0] | {"outcome": "passed", "points": 12}])
    overview = await taught.page("results/1")
    assert "Means" in overview and "2 learners" in overview and "1 (50 %)" in overview and "1 (100 %)" in overview
    assert "A mean: 1 (50 %)" in overview and "Nothing: no faults" in overview
    page = await taught.page("results/1/exercises/means")
    assert "2 (median until solved)" in page and page.count("<svg") == 2 and "A mean" in page
    assert "12 of 12, solved" in await taught.page("results/1/learners")
    shown = await taught.page(of("ada"))
    assert "correct" in shown and "100 % (12 of 12)" in shown and shown.count("Download") == 2


async def test_the_report_has_its_staff_part_and_the_notebook_can_be_had(taught: ResultsSite) -> None:
    staff = {"tests": {"t1": {"name": "test_mean", "sealed": False, "text": "assert 3 == 2"}}, "traceback": "Trace…"}
    number = taught.grade("ada", 0.0, tests=TESTS, staff=staff)
    page = await taught.page(of("ada"))
    for told in ("test_mean", "assert 3 == 2", "Trace…", "ran in the learner’s kernel"):
        assert told in page
    answer = await taught.get(f"{of('ada')}/notebook?submission={number}")
    assert answer.body == b'{"cells": []}' and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="work-{number[:12]}.ipynb"'


async def test_what_needs_attention_is_told_in_order(taught: ResultsSite) -> None:
    for number in range(12):
        who = f"learner-{number}"
        taught.launch(who)
        for _ in range(12 if number == 0 else 1):
            taught.grade(who, 0.25, tests=TESTS)
    taught.grade("ada", None, staff={"fault": "the judge is broken"})
    taught.refuse_all()
    page = await taught.page("results/1")
    told = [
        "“Means” could not be graded for one learner",
        "The LMS has refused 12 scores for good",
        "The test “A mean” of “Means” nearly always fails (23 of 23 times)",
        "Hardly anybody solves “Means”: 0 of 12 learners who have tried",
        "One learner has tried “Means” 10 times or more",
    ]
    places = [page.index(each) for each in told]
    assert places == sorted(places) and 'href="/services/openjupyter/passbacks"' in page
    exercise = await taught.page("results/1/exercises/means")
    assert "the judge is broken" in exercise and "12 attempts" in exercise


async def test_names_and_texts_are_never_markup(site: ResultsSite) -> None:
    site.launch("ines", staff=True)
    site.launch("ada", name=HOSTILE, title=HOSTILE)
    tests = [TESTS[0] | {"title": HOSTILE, "message": HOSTILE, "hint": HOSTILE}]
    staff = {"tests": {"t1": {"name": HOSTILE, "text": HOSTILE}}, "traceback": HOSTILE, "fault": HOSTILE}
    for _ in range(12):
        site.grade("ada", 0.0, tests=tests, staff=staff, failing_cell={
            "cell": 0, "number": 1, "cell_id": "a", "line": 1, "error": HOSTILE[:99], "message": HOSTILE,
        })  # fmt: skip
    site.grade("ada", None, staff={"fault": HOSTILE})
    site.grade("ada", 0.0, exercise=HOSTILE.replace("/", "-"), tests=tests, staff=staff)
    newest = site.grade("ada", 0.0, tests=tests, staff=staff)
    paths = ["results", "results/1", "results/1/learners", "results/1/exercises/means", of("ada")]
    paths += [f"{of('ada')}?submission={newest}", "results/1/learners?search=%3Cscript%3Ealert(%27x%27)"]
    paths += ["results/1/learners?sort=%22%3E%3Cscript%3Ealert(%27x%27)"]
    for path in paths:
        page = await site.page(path)
        assert "<script>alert" not in page and "alert(" in page, path
        assert "{{ 1 + 1 }}" in page or "search" in path or "sort" in path, path


@pytest.mark.parametrize(
    "path",
    [
        "results", "results/1", "results/1/learners", "results/1/learners?search=learner&sort=-exercise:means",
        "results/1/exercises/means", of("ada"),
    ],
)  # fmt: skip
async def test_more_learners_do_not_take_more_queries(taught: ResultsSite, path: str) -> None:
    taught.grade("ada", 0.5, tests=TESTS)
    await taught.page(path)
    with counted(taught.store) as few:
        await taught.page(path)
    for number in range(40):
        taught.launch(f"learner-{number}", name=f"Learner {number}")
        taught.grade(f"learner-{number}", 0.25, tests=TESTS)
    with counted(taught.store) as many:
        await taught.page(path)
    assert len(many) == len(few) and 3 < len(many) < 30
    if "submissions" not in path and "learners/ada" not in path:
        assert not [statement for statement in many if "submissions" in statement]


async def test_learners_are_paged_searched_and_sorted(taught: ResultsSite) -> None:
    for number in range(60):
        taught.launch(f"learner-{number:02}", name=f"Person {number:02}")
    taught.grade("learner-05", 1.0)
    taught.grade("learner-06", 0.5)
    first = await taught.page("results/1/learners")
    assert "Page 1 of 2" in first and "Person 47" in first and "Person 59" not in first
    assert "Person 59" in await taught.page("results/1/learners?page=2")
    assert "Person 59" in await taught.page("results/1/learners?page=99999")
    found = await taught.page("results/1/learners?search=OZT%C3%9CRK")
    assert "Ada Öztürk" in found and "One learner found" in found
    assert "0 learners found" in await taught.page("results/1/learners?search=%25")
    best = await taught.page("results/1/learners?sort=-exercise:means")
    assert best.index("Person 05") < best.index("Person 06") < best.index("Person 00")
    assert 'aria-sort="descending"' in best
    for odd in ("-", "exercise:nothing", "no", "-name;", "solved", "-last"):
        assert "Person" in await taught.page(f"results/1/learners?sort={odd}")


async def test_the_matrix_as_csv(taught: ResultsSite) -> None:
    taught.launch("ben-2", name="=HYPERLINK(1)")
    taught.grade("ben-2", 0.5)
    taught.grade("ada", 1.0)
    answer = await taught.get("results/1/learners.csv")
    assert (
        answer.headers["Content-Type"].startswith("text/csv") and "attachment" in answer.headers["Content-Disposition"]
    )
    head, *rows = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
    assert head[:5] == ["learner", "name", "tried", "solved", "means: points"]
    assert ["ada", "Ada Öztürk", "1", "1", "12", "12", "solved", "1"] in rows
    assert ["ben-2", "'=HYPERLINK(1)", "1", "0", "6", "12", "tried", "1"] in rows and len(rows) == 3


async def test_submissions_as_csv(taught: ResultsSite) -> None:
    first, second = taught.grade("ada", 0.5), taught.grade("ada", None)
    taught.grade("ben", 1.0)
    answer = await taught.get("results/1/submissions.csv")
    _, *rows = csv.reader(io.StringIO(answer.body.decode("utf-8-sig")))
    assert [(row[0], row[3], row[5], row[6], row[7]) for row in rows] == [
        ("ada", first, "done", "wrong", "0.5"),
        ("ada", second, "failed", "internal error", ""),
    ]


async def test_long_tables_come_whole(taught: ResultsSite) -> None:
    for number in range(450):
        taught.launch(f"learner-{number:03}", scores=False)
    answer = await taught.get("results/1/learners.csv")
    assert answer.headers.get("Transfer-Encoding") == "chunked"
    assert len(answer.body.decode().splitlines()) == 453


async def test_pages_speak_german(taught: ResultsSite) -> None:
    taught.grade("ada", 1.0)
    page = await taught.page("results/1", **{"Accept-Language": "de"})
    assert '<html lang="de">' in page and "Was zuerst Aufmerksamkeit braucht" in page and "Aufgaben" in page


@pytest.mark.parametrize(
    "path", ["results", "results/1", "results/1/learners", "results/1/exercises/means", of("ada"), of("77")]
)
async def test_no_word_is_left_in_english(site: ResultsSite, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site.launch("ada", name="1", title="2")
    site.launch("77", name="3", title="2")
    site.launch("ines", staff=True, title="2")
    (site.course.private / "means" / "exercise.toml").write_text('title = "3"\n')
    test = TESTS[0] | {"title": "1", "message": "1", "hint": "1"}
    staff = {"tests": {"t1": {"name": "1", "sealed": False, "text": "1"}}, "traceback": "1", "fault": "1"}
    for score in (0.0, 0.5, *[0.25] * 10):
        site.grade("ada", score, tests=[test], staff=staff, tests_left_out=2, seed=1)
    site.grade("77", None, staff={"fault": "1"})
    site.refuse_all()
    monkeypatch.setattr("openjupyter_service.web.base.Speech", Marked)
    page = await site.page(path)
    dates = r"\d{4}-\d\d-\d\dT[\d:]+Z"
    known = {"ada", "python", "moodle", "means", "no"}  # the last one is what the LMS has said
    assert words_outside(re.sub(dates, " ", page)) - known == set()


async def test_both_pages_for_staff_lead_to_one_another(taught: ResultsSite) -> None:
    assert 'href="/services/openjupyter/results"' in await taught.page("passbacks")
    assert 'href="/services/openjupyter/passbacks"' in await taught.page("results")


async def test_answers_are_not_kept_and_run_nothing_of_others(taught: ResultsSite) -> None:
    for path in ("results", "results/1", "results/1/learners.csv"):
        answer = await taught.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_report_that_is_none_of_ours_is_not_shown(taught: ResultsSite) -> None:
    taught.grade("ada", 0.5, usage="<b>nothing</b>")
    page = await taught.page(of("ada"))
    assert "There is no report" in page and "<b>nothing" not in page
