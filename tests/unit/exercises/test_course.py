"""The private half of a course: exercise.toml, tests, names."""

from pathlib import Path

import pytest

from openjupyter_service.errors import ExerciseError, NotFound
from openjupyter_service.exercises.course import exercise_names, exercise_of_notebook, load_exercise
from openjupyter_service.exercises.file import check_relative

GOOD = """
title = "Means"
notebook = "means/means.ipynb"
files = ["means/helper.py"]
data = ["data.csv"]

[limits]
notebook_seconds = 30
test_seconds = 2.5
memory = "256M"
output = "10K"

[[samples]]
path = "solution"
score = 1.0
"""


def write(private: Path, name: str = "means", toml: str = GOOD) -> Path:
    folder = private / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exercise.toml").write_text(toml)
    (folder / f"test_{name}.py").write_text("def test(learner): pass\n")
    return folder


def test_an_exercise_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path)
    exercise = load_exercise(tmp_path, "means")
    assert (exercise.name, exercise.title, exercise.notebook) == ("means", "Means", "means/means.ipynb")
    assert (exercise.files, exercise.data, exercise.folder) == (["means/helper.py"], ["data.csv"], folder)
    assert (exercise.limits.notebook_seconds, exercise.limits.test_seconds) == (30, 2.5)
    assert (exercise.limits.memory_bytes, exercise.limits.output_bytes) == (256 * 2**20, 10 * 2**10)
    assert [(sample.path, sample.score) for sample in exercise.samples] == [("solution", 1.0)]


def test_a_short_exercise_has_defaults(tmp_path: Path) -> None:
    write(tmp_path, toml='title = "T"\nnotebook = "a.ipynb"\n')
    exercise = load_exercise(tmp_path, "means")
    assert (exercise.files, exercise.data, exercise.samples) == ([], [], [])
    assert (exercise.limits.notebook_seconds, exercise.limits.test_seconds) == (60, 10)


def test_tests_are_all_but_settings_samples_and_caches(tmp_path: Path) -> None:
    folder = write(tmp_path)
    for name in ("helpers/truth.py", "data.bin", "solution/means.ipynb", "solution/deep/x.py", "__pycache__/x.pyc"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff" + name.encode())
    tests = load_exercise(tmp_path, "means").tests()
    assert set(tests) == {"test_means.py", "helpers/truth.py", "data.bin"}
    assert tests["data.bin"] == b"\xffdata.bin"


def test_an_exercise_without_tests_is_broken(tmp_path: Path) -> None:
    (write(tmp_path) / "test_means.py").unlink()
    with pytest.raises(ExerciseError, match="has no test files"):
        load_exercise(tmp_path, "means").tests()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "median", "../means", "means/", "./means", "*", "mea?s", "means\0", "/"]
)
def test_only_names_that_are_there_are_found(tmp_path: Path, name: str) -> None:
    write(tmp_path / "private")
    write(tmp_path, "outside")
    with pytest.raises(NotFound, match="there is no exercise"):
        load_exercise(tmp_path / "private", name)


def test_names_are_those_of_folders_with_a_file(tmp_path: Path) -> None:
    write(tmp_path, "b")
    write(tmp_path, "a")
    (tmp_path / "empty").mkdir()
    (tmp_path / "exercise.toml").write_text(GOOD)
    assert exercise_names(tmp_path) == ["a", "b"]
    assert exercise_names(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("title = ", "line 1: this is not TOML"),
        ("", "title"),
        (GOOD.replace('title = "Means"', 'title = ""'), "title"),
        (GOOD.replace('title = "Means"', f'title = "{"x" * 201}"'), "title"),
        (GOOD.replace('title = "Means"', 'title = "Means"\ntest = 1'), "test"),
        (GOOD.replace('"means/means.ipynb"', '"../means.ipynb"'), "notebook"),
        (GOOD.replace('"means/means.ipynb"', '"/etc/passwd"'), "notebook"),
        (GOOD.replace('"means/means.ipynb"', "5"), "notebook"),
        (GOOD.replace('["means/helper.py"]', '["a/../../b"]'), "item 1 of `files`"),
        (GOOD.replace('["means/helper.py"]', '"means/helper.py"'), "files"),
        (GOOD.replace('["data.csv"]', '["ok.csv", "./data.csv"]'), "item 2 of `data`"),
        (GOOD.replace("notebook_seconds = 30", "notebook_seconds = 0"), "notebook_seconds"),
        (GOOD.replace("notebook_seconds = 30", "notebook_seconds = 100000"), "notebook_seconds"),
        (GOOD.replace("notebook_seconds = 30", "notebook_seconds = nan"), "notebook_seconds"),
        (GOOD.replace('"256M"', '"lots"'), "memory"),
        (GOOD.replace('"10K"', '"-1K"'), "output"),
        (GOOD.replace("[limits]", "[limits]\nspeed = 1"), "speed"),
        (GOOD.replace("score = 1.0", "score = 1.5"), "score"),
        (GOOD.replace('path = "solution"', 'path = ".."'), "path"),
    ],
)
def test_a_broken_file_is_named_with_what_to_mend(tmp_path: Path, toml: str, words: str) -> None:
    assert toml != GOOD
    folder = write(tmp_path, toml=toml)
    with pytest.raises(ExerciseError) as caught:
        load_exercise(tmp_path, "means")
    assert str(folder / "exercise.toml") in str(caught.value) and words in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "exercise.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(ExerciseError, match="line 1: this is not UTF-8"):
        load_exercise(tmp_path, "means")


@pytest.mark.parametrize("path", ["a", "a/b.ipynb", "...", "a/..b", "ä/ö ü.py", "~", "-"])
def test_paths_inside_the_course(path: str) -> None:
    assert check_relative(path) == path


@pytest.mark.parametrize(
    "path", ["", ".", "..", "/a", "//a", "a/../b", "a/..", "../a", "a//b", "./a", "a/", "a\0b", "a/./b"]
)
def test_paths_that_are_not_plain_or_not_inside(path: str) -> None:
    with pytest.raises(ValueError, match="not a path inside the course"):
        check_relative(path)


def test_a_notebook_belongs_to_the_exercise_that_names_it(tmp_path: Path) -> None:
    for name, notebook in [("a", "a/a.ipynb"), ("b", "a/b.ipynb"), ("c", "c.ipynb")]:
        write(tmp_path, name, f'title = "T"\nnotebook = "{notebook}"\n')
    found = {
        notebook: exercise_of_notebook(tmp_path, notebook).name
        for notebook in ("a/a.ipynb", "a/b.ipynb", "c.ipynb", "my copy.ipynb")
    }
    assert found == {"a/a.ipynb": "a", "a/b.ipynb": "b", "c.ipynb": "c", "my copy.ipynb": "c"}


@pytest.mark.parametrize(
    "notebook", ["other/x.ipynb", "a/deeper/a.ipynb", "", "../a/a.ipynb", "/a/a.ipynb", "a\0/a.ipynb"]
)
def test_a_notebook_of_nobody(tmp_path: Path, notebook: str) -> None:
    write(tmp_path, "a", 'title = "T"\nnotebook = "a/a.ipynb"\n')
    with pytest.raises(NotFound, match="belongs to no exercise"):
        exercise_of_notebook(tmp_path, notebook)


def test_one_broken_exercise_does_not_take_the_others_along(tmp_path: Path) -> None:
    write(tmp_path, "a", "title = ")
    write(tmp_path, "b", 'title = "T"\nnotebook = "b/b.ipynb"\n')
    assert load_exercise(tmp_path, "b").name == "b"
    assert exercise_of_notebook(tmp_path, "b/b.ipynb").name == "b"
    with pytest.raises(ExerciseError, match="not TOML"):
        exercise_of_notebook(tmp_path, "a/a.ipynb")


def test_a_title_is_enough(tmp_path: Path) -> None:
    folder = write(tmp_path, toml='title = "T"\n')
    exercise = load_exercise(tmp_path, "means")
    assert (exercise.notebook, exercise.notebook_name) == ("means/means.ipynb", "means.ipynb")
    assert (exercise.reveal, exercise.image, exercise.runtime) == ("none", None, None)
    assert (exercise.limits.run_seconds, exercise.limits.output) == (600, "16M")
    assert (exercise.style.weight, exercise.style.points_off, exercise.style.ignore) == (0, 0.1, [])
    assert exercise.solution_path() is None
    (folder / "solution.ipynb").write_text("{}")
    assert exercise.solution_path() == folder / "solution.ipynb"


def test_all_keys(tmp_path: Path) -> None:
    write(
        tmp_path,
        toml='title = "T"\nsolution = "answers"\nreveal = "diff"\nimage = "gpu:1"\nruntime = "runsc"\n'
        '[style]\nweight = 0.25\nselect = ["E"]\nignore = ["E501"]\npoints_off = 0.5\n'
        '[[variants]]\npath = "wrong.ipynb"\n[[variants]]\npath = "wrong"\n',
    )
    exercise = load_exercise(tmp_path, "means")
    assert (exercise.reveal, exercise.image, exercise.runtime) == ("diff", "gpu:1", "runsc")
    assert exercise.style.model_dump() == {"weight": 0.25, "select": ["E"], "ignore": ["E501"], "points_off": 0.5}
    assert exercise.solution_path() == exercise.folder / "answers"
    assert exercise.worked_paths() == [
        exercise.folder / name for name in ("answers", "solution.ipynb", "wrong.ipynb", "wrong")
    ]


def test_a_sample_of_full_score_is_the_solution_if_there_is_no_other(tmp_path: Path) -> None:
    toml = 'title = "T"\n[[samples]]\npath = "half"\nscore = 0.5\n[[samples]]\npath = "full"\nscore = 1\n'
    folder = write(tmp_path, toml=toml)
    (folder / "full").mkdir()
    exercise = load_exercise(tmp_path, "means")
    assert exercise.solution_path() == folder / "full"
    assert exercise.notebook_of(folder / "full") == folder / "full/means.ipynb"
    assert exercise.notebook_of(folder / "full.ipynb") == folder / "full.ipynb"


def test_answers_and_learners_files_never_go_to_the_judge(tmp_path: Path) -> None:
    toml = (
        'title = "T"\nfiles = ["means/module.py"]\ndata = ["means/data.csv"]\nsolution = "right"\n'
        '[[samples]]\npath = "half.ipynb"\nscore = 0.5\n[[variants]]\npath = "wrong"\n'
    )
    folder = write(tmp_path, toml=toml)
    for name in (
        "means.ipynb", "module.py", "data.csv", "right/means.ipynb", "right/module.py", "half.ipynb", "solution.ipynb",
        "wrong/means.ipynb", ".ipynb_checkpoints/means.ipynb", ".git/x", "truth.py", "__pycache__/truth.pyc",
    ):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    assert set(load_exercise(tmp_path, "means").tests()) == {"test_means.py", "data.csv", "truth.py"}


def test_a_helper_alone_is_no_test_and_too_much_is_too_much(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "test_means.py").rename(folder / "helper.py")
    with pytest.raises(ExerciseError, match=r"write its tests to .*/means/test_means\.py"):
        load_exercise(tmp_path, "means").tests()
    (folder / "means_test.py").write_text("def test(learner): pass\n")
    with (folder / "big.bin").open("wb") as file:
        file.truncate(25 * 2**20)
    with pytest.raises(ExerciseError, match="are 25 MB, and at most 24 MB"):
        load_exercise(tmp_path, "means").tests()
