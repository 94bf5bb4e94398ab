"""The ten minutes of docs/instructors.md without containers: its commands but for `check`, and what they make."""

import json
from pathlib import Path

from openjupyter_service.exercises.course import load_exercise
from tests.authoring_page import block, commands, write_source
from tests.unit.cli.running import Command
from tests.unit.judge.running import Namespace, run_judge

HINT = "Which two numbers stand in the middle of four?"


def test_its_commands_make_a_course(command: Command, tmp_path: Path) -> None:
    names = [arguments[0] for arguments in commands()]
    assert names == ["new", "new", "build", "check", "publish"]
    for arguments in commands():
        if arguments[0] == "build":
            write_source(tmp_path / "my-course")
        if arguments[0] != "check":
            ended = command(*arguments)
            assert (ended.code, ended.err) == (0, ""), arguments
    exercise = load_exercise(tmp_path / "my-course/hidden_tests", "middle")
    assert exercise.title == "The middle of a list"
    public = (tmp_path / "my-course/notebooks/middle/middle.ipynb").read_text()
    assert "raise NotImplementedError" in public and "ordered" not in public and "learner" not in public
    assert (tmp_path / "my-course.git/HEAD").is_file()


def test_its_cell_of_plain_statements_is_a_test(command: Command, tmp_path: Path) -> None:
    command("new", "course", "my-course")
    command("new", "exercise", "middle", "--course", "my-course")
    cell = {"cell_type": "code", "metadata": {}, "source": block("cell"), "outputs": [], "execution_count": None}
    write_source(tmp_path / "my-course", cell)
    assert command("build", "my-course").code == 0
    public = (tmp_path / "my-course/notebooks/middle/middle.ipynb").read_text()
    assert "assert middle(numbers) == 2" in public and "[5, 1, 9]" not in public and HINT not in public
    exercise = load_exercise(tmp_path / "my-course/hidden_tests", "middle")
    tests = {name: content.decode() for name, content in exercise.tests().items()}
    notebook = json.loads((exercise.folder / "solution.ipynb").read_text())
    solution = next(source for cell in notebook["cells"] if "def " in (source := "".join(cell["source"])))
    judged = run_judge(tmp_path, tests, Namespace(solution))
    record = judged.tests["test_the_middle_of_a_list"]
    assert (record["outcome"], record["points"], record["hint"]) == ("passed", 2, HINT)
    judged = run_judge(tmp_path, tests, Namespace("def middle(values):\n    return values[1]"))
    record = judged.tests["test_the_middle_of_a_list"]
    assert (record["outcome"], record["message"]) == ("failed", "`middle(...)` did not give what this test expects.")
