"""Right, untouched and wrong work: what must come out of gradings, and what is said when it does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises.layout import find_course
from openjupyter_service.grading.check.course import check_course
from openjupyter_service.report import Report
from tests.unit.grading.check.course import (
    GRADING_CELL,
    SOLUTION,
    STARTER,
    FakeGrader,
    checked,
    errors,
    notebook,
    warnings,
    write,
    write_course,
)


async def test_a_sound_exercise(tmp_path: Path) -> None:
    grader = FakeGrader()
    result = await checked(write_course(tmp_path), grader)
    assert result.findings == [] and result.sound
    assert (result.title, result.solution_scores, result.starter_score) == ("Means", [1, 1, 1], 0)
    (work,) = result.wrong_work
    assert (work.kind, work.lost_points) == ("mutant", True)
    assert work.name.startswith("code cell 1, line ")
    assert result.slowest_test is not None and result.slowest_test.limit == 10
    assert sorted(seed for seed, code in grader.graded if "ValueError" in code)[-3:] == [1, 2, 3]
    json.dumps(result.as_data())


async def test_runs_of_the_solution_have_seeds_of_their_own(tmp_path: Path) -> None:
    grader = FakeGrader()
    result = await checked(write_course(tmp_path, solution=notebook(SOLUTION + "# LUCK")), grader, runs=5)
    assert result.solution_scores == [1, 0.5, 1, 0.5, 1]
    (error,) = errors(result)
    assert "gets 1 of 2 points in 2 of 5 runs" in error and "“The mean of some numbers” failed: No." in error
    assert "depends on chance" in error
    assert result.wrong_work == []  # nothing can be said of wrong work where right work is not told from it


async def test_a_solution_that_loses_points(tmp_path: Path) -> None:
    result = await checked(write_course(tmp_path, solution=notebook("def mean(values):\n    return 3")))
    assert errors(result) == [
        "the solution gets 1 of 2 points: “The mean of nothing” failed: No.; mend the solution or the test"
    ]


async def test_style_by_a_rule_that_ruff_does_not_know(tmp_path: Path) -> None:
    toml = 'title = "Means"\nstyle.select = ["F", "QQQ7"]\n'
    (error,) = errors(await checked(write_course(tmp_path, toml=toml)))
    assert "one of the rules F, QQQ7" in error and "mend style.select" in error
    assert errors(await checked(write_course(tmp_path, toml='title = "Means"\nstyle.select = []\n'))) == []


async def test_authors_read_what_pytest_said(tmp_path: Path) -> None:
    class Telling(FakeGrader):
        async def __call__(self, *arguments: Any) -> Report:
            report = await super().__call__(*arguments)
            texts = {
                test.id: {"name": test.title, "text": "x\nE   assert 3 == 5\nE    +  where"} for test in report.tests
            }
            return Report.model_validate(report.model_dump() | {"staff": {"tests": texts}})

    result = await checked(write_course(tmp_path, solution=notebook("def mean(values):\n    return 3")), Telling())
    assert "“The mean of nothing” failed: No. (assert 3 == 5); mend" in errors(result)[0]


async def test_without_a_solution(tmp_path: Path) -> None:
    (write_course(tmp_path) / "hidden_tests/mean/solution.ipynb").unlink()
    result = await checked(tmp_path)
    (error,) = errors(result)
    assert "there is no solution; write " in error and "/mean/solution.ipynb" in error
    assert result.solution_scores == [None] * 3 and result.starter_score == 0


async def test_without_or_with_a_broken_starter(tmp_path: Path) -> None:
    starter = write_course(tmp_path) / "notebooks/mean/mean.ipynb"
    starter.write_text("no JSON")
    assert "the notebook is not JSON" in errors(await checked(tmp_path))[0]
    starter.rename(starter.with_name("other.ipynb"))
    assert "there is no notebook" in errors(await checked(tmp_path))[0]


async def test_a_starter_that_is_the_solution(tmp_path: Path) -> None:
    (error,) = errors(await checked(write_course(tmp_path, starter=notebook(SOLUTION, GRADING_CELL))))
    assert error.startswith("the starter notebook gets all points as it is")


async def test_a_test_that_the_starter_passes_is_flagged(tmp_path: Path) -> None:
    result = await checked(write_course(tmp_path, starter=notebook("def mean(values):\n    return 3", GRADING_CELL)))
    assert errors(result) == []
    assert warnings(result) == [
        "the starter notebook passes “The mean of some numbers” as it is; see whether the points are meant as a gift"
    ]


async def test_a_starter_that_does_not_end(tmp_path: Path) -> None:
    (error,) = errors(await checked(write_course(tmp_path, starter=notebook(STARTER + "# HANGS", GRADING_CELL))))
    assert error == "the starter notebook ends with time limit; it must run to its end: mend it"


async def test_tests_over_half_their_limit(tmp_path: Path) -> None:
    result = await checked(write_course(tmp_path, solution=notebook(SOLUTION + "# SLOW")))
    assert [error.partition(";")[0] for error in errors(result)] == [
        f"the test “{title}” takes 6.0 s with the solution, over half of its limit of 10 s"
        for title in ("The mean of some numbers", "The mean of nothing")
    ]
    toml = 'title = "Means"\n[limits]\ntest_seconds = 20\n'
    assert errors(await checked(write_course(tmp_path, solution=notebook(SOLUTION + "# SLOW"), toml=toml))) == []


async def test_a_test_may_have_a_limit_of_its_own(tmp_path: Path) -> None:
    path = write_course(tmp_path, solution=notebook(SOLUTION + "# SLOW")) / "hidden_tests/mean/test_mean.py"
    path.write_text(
        path.read_text().replace("@pytest.mark.points(1)", "@pytest.mark.points(1)\n@pytest.mark.seconds(15)")
    )
    assert errors(await checked(tmp_path)) == []


async def test_a_notebook_and_tests_over_half_their_limits(tmp_path: Path) -> None:
    toml = 'title = "Means"\n[limits]\nrun_seconds = 20\ntest_seconds = 20\n'
    found = errors(await checked(write_course(tmp_path, solution=notebook(SOLUTION + "# SLOW HANGS"), toml=toml)))
    assert [error.partition(",")[0] for error in found] == [
        "the solution's notebook takes 40.0 s",
        "all tests together take 12.0 s",
    ]


async def test_broken_tests_are_told_once_and_graded_once(tmp_path: Path) -> None:
    grader = FakeGrader()
    result = await checked(write_course(tmp_path, solution=notebook(SOLUTION + "# BROKEN")), grader)
    (error,) = errors(result)
    assert "the hidden tests are broken; mend them in " in error and "NameError: name 'x' is not defined" in error
    assert len(grader.graded) == 1


async def test_containers_that_fail_are_tried_twice(tmp_path: Path) -> None:
    failures = 1

    class Shaky(FakeGrader):
        async def __call__(self, *arguments: Any) -> Report:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise SandboxError("the Docker engine failed")
            return await super().__call__(*arguments)

    assert (await checked(write_course(tmp_path), Shaky())).findings == []
    failures = 1_000
    result = await checked(tmp_path, Shaky())
    assert "the solution could not be graded: the Docker engine failed" in errors(result)


VARIANTS = 'title = "Means"\n[[variants]]\npath = "wrong.ipynb"\n'


async def test_a_variant_that_loses_points_does(tmp_path: Path) -> None:
    write_course(tmp_path, toml=VARIANTS)
    write(tmp_path / "hidden_tests/mean", {"wrong.ipynb": notebook("def mean(values):\n    return sum(values) / 3")})
    result = await checked(tmp_path)
    assert result.findings == []
    assert [(work.kind, work.name, work.score) for work in result.wrong_work] == [("variant", "wrong.ipynb", 0.5)]


async def test_a_variant_that_loses_nothing_is_an_error(tmp_path: Path) -> None:
    write_course(tmp_path, toml=VARIANTS)
    write(tmp_path / "hidden_tests/mean", {"wrong.ipynb": notebook(SOLUTION + "\nx = 1")})
    assert errors(await checked(tmp_path)) == [
        "the wrong variant wrong.ipynb gets all points; add a test that notices what is wrong"
    ]


async def test_a_variant_that_is_not_there(tmp_path: Path) -> None:
    (error,) = errors(await checked(write_course(tmp_path, toml=VARIANTS)))
    assert "there is no notebook" in error and "wrong.ipynb" in error


@pytest.mark.parametrize(("score", "count"), [(0.5, 0), (0.25, 1), (1, 1)])
async def test_samples_must_get_their_score(tmp_path: Path, score: float, count: int) -> None:
    write_course(tmp_path, toml=f'title = "Means"\n[[samples]]\npath = "half"\nscore = {score}\n')
    write(tmp_path / "hidden_tests/mean/half", {"mean.ipynb": notebook("def mean(values):\n    return 3")})
    result = await checked(tmp_path)
    assert len(errors(result)) == count
    if count:
        assert errors(result)[0].startswith(f"the sample half gets 0.5, not {score:g};")


async def test_the_sample_that_is_the_solution_is_graded_as_such(tmp_path: Path) -> None:
    write_course(tmp_path, toml='title = "Means"\n[[samples]]\npath = "full"\nscore = 1.0\n')
    private = tmp_path / "hidden_tests/mean"
    write(private / "full", {"mean.ipynb": (private / "solution.ipynb").read_text()})
    (private / "solution.ipynb").unlink()
    result = await checked(tmp_path)
    assert result.findings == [] and [work.kind for work in result.wrong_work] == ["mutant"]


async def test_tests_that_notice_nothing(tmp_path: Path) -> None:
    class Generous(FakeGrader):
        async def __call__(self, exercise: Any, files: Any, seed: int) -> Report:
            report = await super().__call__(exercise, {exercise.notebook: notebook(SOLUTION).encode()}, seed)
            return (
                report if b"NotImplemented" not in files[exercise.notebook] else report.model_copy(update={"points": 0})
            )

    result = await checked(write_course(tmp_path), Generous())
    (error,) = errors(result)
    assert error.startswith("the solution was changed for the worse ") and "no change lost a point" in error
    assert 3 <= len(result.wrong_work) <= 12


async def test_changed_solutions_have_little_time(tmp_path: Path) -> None:
    given: list[tuple[float, float]] = []

    class Watching(FakeGrader):
        async def __call__(self, exercise: Any, files: Any, seed: int) -> Report:
            given.append((exercise.limits.test_seconds, exercise.limits.run_seconds))
            return await super().__call__(exercise, files, seed)

    await checked(write_course(tmp_path, toml='title = "Means"\n[limits]\ntest_seconds = 100\n'), Watching())
    assert given == [(100, 600)] * 4 + [(3, 30)]


async def test_a_solution_that_cannot_be_changed(tmp_path: Path) -> None:
    solution = notebook("%%time\nmean = __import__('statistics').mean")

    class Magic(FakeGrader):
        async def __call__(self, exercise: Any, files: Any, seed: int) -> Report:
            if b"%%time" in files[exercise.notebook]:
                files = {exercise.notebook: notebook(SOLUTION).encode()}
            return await super().__call__(exercise, files, seed)

    (error,) = errors(await checked(write_course(tmp_path, solution=solution), Magic()))
    assert error.startswith("no wrong variant could be made of the solution; write one")


async def test_what_learners_write_is_changed_first_also_in_modules(tmp_path: Path) -> None:
    given = "def given(x):\n    return x + 1"
    write_course(
        tmp_path,
        toml='title = "Means"\nsolution = "full"\nfiles = ["mean/module.py"]\n',
        starter=notebook(given, STARTER, GRADING_CELL),
    )
    private = tmp_path / "hidden_tests/mean"
    code = 'exec(open_file("module.py"))'
    write(private / "full", {"mean.ipynb": notebook(given, code, GRADING_CELL), "module.py": SOLUTION})
    write(tmp_path / "notebooks/mean", {"module.py": STARTER})
    (private / "solution.ipynb").unlink()
    result = await checked(tmp_path)
    assert result.findings == []
    assert result.wrong_work[0].name.startswith("module.py, line ")


async def test_one_folder_for_all(tmp_path: Path) -> None:
    course = write_course(tmp_path / "two")
    (tmp_path / "one/mean").mkdir(parents=True)
    for path in (*course.glob("hidden_tests/mean/*"), *course.glob("notebooks/mean/*")):
        path.rename(tmp_path / "one/mean" / path.name)
    assert (await checked(tmp_path / "one")).findings == []


async def test_a_broken_exercise_does_not_stop_the_others(tmp_path: Path) -> None:
    write_course(tmp_path, "mean")
    write_course(tmp_path, "typo", toml='titel = "x"\n[limits]\nmemory = 1\n')
    course = find_course(tmp_path)
    assert course is not None
    steps: list[tuple[str, int, int]] = []
    mean, typo = await check_course(course, FakeGrader(), lambda *step: steps.append(step))
    assert mean.sound and not typo.sound
    assert [error.rpartition("exercise.toml")[2] for error in errors(typo)] == [
        ", line 1: there is no key `titel`; did you mean `title`?",
        ", line 3: `memory` must be text in quotes, not 1",
    ]
    assert steps[0] == ("mean", 0, 4) and steps[-1] == ("mean", 5, 5)


async def test_gradings_at_the_same_time_are_few(tmp_path: Path) -> None:
    import asyncio

    running, most = 0, 0

    class Slow(FakeGrader):
        async def __call__(self, *arguments: Any) -> Report:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return await super().__call__(*arguments)

    for name in ("mean", "other"):
        write_course(tmp_path, name)
    course = find_course(tmp_path)
    assert course is not None
    await check_course(course, Slow(), lambda *_: None, runs=4, at_once=3)
    assert most == 3
