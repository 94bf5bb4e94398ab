"""The sample course keeps its form: notebooks that run untouched, and a private half that fits the public one."""

import ast
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest

from openjupyter_service.exercises.course import load_exercise

ROOT = Path(__file__).parents[2]
PUBLIC, PRIVATE = ROOT / "notebooks", ROOT / "hidden_tests"
EXERCISES = ["warm-up", "cleaning", "figure", "network"]
GRADING_CELL = "import openjupyter\nopenjupyter.grade()"
# What an executed notebook would need besides Python: without it the notebook cannot run here.
NEEDED = {
    "warm-up": (),
    "cleaning": ("pandas",),
    "figure": ("pandas", "matplotlib"),
    "network": ("numpy", "matplotlib"),
}

exercise = pytest.mark.parametrize("exercise", EXERCISES)
NOTEBOOKS = [
    *(PUBLIC / name / f"{name}.ipynb" for name in EXERCISES),
    *(PRIVATE / name / sample / f"{name}.ipynb" for name in EXERCISES for sample in ("solution", "partial")),
    *PRIVATE.glob("*/variants/*.ipynb"),
]


def settings(name: str) -> dict[str, Any]:
    return load_exercise(PRIVATE, name).model_dump()


def code_cells(notebook: Path) -> list[Any]:
    return [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def hidden_tests(name: str) -> list[ast.FunctionDef]:
    (file,) = (PRIVATE / name).glob("test_*.py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def mark(test: ast.FunctionDef, name: str) -> Any:
    """Return the argument of ``@pytest.mark.<name>(...)``; fail unless the test has exactly one such mark."""
    calls = [d for d in test.decorator_list if isinstance(d, ast.Call) and ast.unparse(d.func) == f"pytest.mark.{name}"]
    assert len(calls) == 1, f"{test.name} has {len(calls)} marks {name}"
    return ast.literal_eval(calls[0].args[0])


def test_course_names_what_it_is() -> None:
    course = tomllib.loads((PUBLIC / "course.toml").read_text(encoding="utf-8"))
    assert course["title"] and course["description"]
    assert (PUBLIC / "README.md").is_file()


def test_both_halves_hold_the_same_exercises() -> None:
    assert {path.parent.name for path in PUBLIC.glob("*/*.ipynb")} == set(EXERCISES)
    assert {path.parent.name for path in PRIVATE.glob("*/exercise.toml")} == set(EXERCISES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_notebook_is_clean(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(raw)
    assert (raw["nbformat"], raw["nbformat_minor"]) == (4, 5)
    assert raw["metadata"]["kernelspec"]["name"] == "python3"
    assert set(raw["metadata"]) <= {"kernelspec", "language_info"}
    ids = [cell["id"] for cell in raw["cells"]]
    assert len(ids) == len(set(ids))
    # Ids made up by tools are eight hexadecimal digits; ours are words, so that tests and reports can name a cell.
    assert all(re.fullmatch(r"[a-z][a-z-]+", cell_id) and not re.fullmatch(r"[0-9a-f]{8}", cell_id) for cell_id in ids)
    for cell in raw["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    assert raw["cells"][-1]["id"] == "grade"
    assert "".join(raw["cells"][-1]["source"]) == GRADING_CELL


@exercise
def test_samples_keep_the_cells_of_the_public_notebook(exercise: str) -> None:
    public = [cell.id for cell in nbformat.read(PUBLIC / exercise / f"{exercise}.ipynb", as_version=4).cells]
    samples = [PRIVATE / exercise / sample / f"{exercise}.ipynb" for sample in ("solution", "partial")]
    for path in [*samples, *(PRIVATE / exercise).glob("variants/*.ipynb")]:
        assert [cell.id for cell in nbformat.read(path, as_version=4).cells] == public


@exercise
def test_settings_name_existing_files(exercise: str) -> None:
    found = settings(exercise)
    assert found["title"]
    assert found["notebook"] == f"{exercise}/{exercise}.ipynb"
    for name in [found["notebook"], *found["files"], *found["data"]]:
        assert (PUBLIC / name).is_file(), name
    limits = found["limits"]
    assert 0 < limits["test_seconds"] <= limits["notebook_seconds"]
    assert all(re.fullmatch(r"[1-9][0-9]*[KMG]", limits[name]) for name in ("memory", "output"))


@exercise
def test_every_file_beside_the_notebook_is_sent_or_provided(exercise: str) -> None:
    found = settings(exercise)
    beside = {f"{exercise}/{path.name}" for path in (PUBLIC / exercise).iterdir() if path.suffix in {".py", ".csv"}}
    assert beside == {*found["files"], *found["data"]}


@exercise
def test_samples_overlay_what_learners_hand_in(exercise: str) -> None:
    found = settings(exercise)
    scores = {sample["path"]: sample["score"] for sample in found["samples"]}
    assert scores["solution"] == 1.0
    assert 0 < scores["partial"] < 1
    handed_in = {Path(name).name for name in [found["notebook"], *found["files"]]}
    for folder in scores:
        assert {path.name for path in (PRIVATE / exercise / folder).iterdir() if path.is_file()} == handed_in


def test_half_of_the_warm_up_is_half_the_score() -> None:
    assert {"path": "partial", "score": 0.5} in settings("warm-up")["samples"]


@exercise
def test_hidden_tests_have_points_hints_and_titles(exercise: str) -> None:
    tests = hidden_tests(exercise)
    assert 5 <= len(tests) <= 12
    titles = [(ast.get_docstring(test) or "").splitlines()[0] for test in tests]
    assert all(titles) and len(set(titles)) == len(titles)
    for test in tests:
        assert mark(test, "points") > 0
        assert len(mark(test, "hint")) > 20
        assert [argument.arg for argument in test.args.args] == ["learner"]


@exercise
def test_stated_score_of_the_partial_sample_can_be_reached(exercise: str) -> None:
    total = sum(mark(test, "points") for test in hidden_tests(exercise))
    stated = {sample["path"]: sample["score"] for sample in settings(exercise)["samples"]}["partial"]
    assert stated * total == pytest.approx(round(stated * total))


def test_hidden_tests_import_only_what_the_judge_has() -> None:
    allowed = {"numpy", "pandas", "pytest", *sys.stdlib_module_names}
    for file in PRIVATE.glob("*/test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in allowed


def test_public_half_says_nothing_of_the_private_one() -> None:
    private_names = {path.name for path in PRIVATE.rglob("*") if path.is_file()}
    private_names -= {path.name for path in PUBLIC.rglob("*")}
    for path in PUBLIC.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert "hidden_tests" not in text
            assert not [name for name in private_names if name in text]


@exercise
def test_task_cells_are_left_to_the_learner(exercise: str) -> None:
    public = {cell.id: cell.source for cell in code_cells(PUBLIC / exercise / f"{exercise}.ipynb")}
    solved = {cell.id: cell.source for cell in code_cells(PRIVATE / exercise / "solution" / f"{exercise}.ipynb")}
    changed = {cell_id for cell_id in public if public[cell_id] != solved[cell_id]}
    assert changed == {cell_id for cell_id in public if cell_id.endswith("-task")}
    for cell_id in changed:
        assert "raise NotImplementedError" in public[cell_id] or "replace None" in public[cell_id]
        assert "NotImplementedError" not in solved[cell_id]
    for name in settings(exercise)["files"]:
        assert "raise NotImplementedError" in (PUBLIC / name).read_text(encoding="utf-8")
        solution = PRIVATE / exercise / "solution" / Path(name).name
        assert "NotImplementedError" not in solution.read_text(encoding="utf-8")


@exercise
def test_untouched_notebook_runs_to_the_end(
    exercise: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in NEEDED[exercise]:
        pytest.importorskip(module)
    folder = PUBLIC / exercise
    graded: list[bool] = []
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setitem(sys.modules, "openjupyter", SimpleNamespace(grade=lambda: graded.append(True)))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        for cell in code_cells(folder / f"{exercise}.ipynb"):
            source = "\n".join("" if line.startswith("%") else line for line in cell.source.splitlines())
            exec(compile(source, cell.id, "exec"), namespace)
    finally:
        for name in settings(exercise)["files"]:
            sys.modules.pop(Path(name).stem, None)
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
    assert graded == [True]
    assert "not written yet" in capsys.readouterr().out


def load_generator(exercise: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"make_{exercise}", PRIVATE / exercise / "make_data.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("exercise", "data"), [("cleaning", "readings.csv"), ("figure", "solar_week.csv")])
def test_data_sets_come_out_of_their_generators(
    exercise: str, data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numpy")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    load_generator(exercise).make(tmp_path)
    assert (tmp_path / data).read_bytes() == (PUBLIC / exercise / data).read_bytes()
