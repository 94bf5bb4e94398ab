"""A notebook in the real agent, hidden tests in the real judge; the test only carries frames between the two."""

from pathlib import Path

from openjupyter.wire.frames import Frame
from openjupyter_service.exercises.file import Style
from openjupyter_service.grading.verdict import make_report
from tests.unit.agent.running import RunningAgent, notebook_of
from tests.unit.judge.running import run_judge

CELLS = [
    "import numpy as np\nimport pandas as pd\nimport layers",
    "def mean(values):\n    return sum(values) / len(values)",
    "table = pd.DataFrame({'lake': ['a', 'b', 'a'], 't': [1.0, 2.0, 3.0]})\nmeans = table.groupby('lake')['t'].mean()",
    "def broken():\n    return 1 / 0\n\n\ndef hang():\n    while True:\n        pass",
    "1 / 0",
]

HIDDEN = """
import numpy as np
import pandas as pd
import pytest

def test_mean(learner):
    assert learner.mean([1, 2, 6]) == 3
    assert learner.mean(np.array([1.0, 2.0])) == 1.5

@pytest.mark.points(2)
def test_means(learner):
    expected = pd.Series([2.0, 2.0], index=pd.Index(["a", "b"], name="lake"), name="t")
    pd.testing.assert_series_equal(learner.means, expected)

def test_frames_cross_both_ways(learner):
    group = learner.run("lambda table: table.sort_values('t', ascending=False)")
    table = learner.table
    pd.testing.assert_frame_equal(group(table), table.iloc[::-1])

def test_layer(learner):
    layer = learner.layers.Dense(2, 3)
    assert layer.forward(np.ones((4, 2))).shape == (4, 3)
    assert layer.weights.shape == (2, 3)

def test_layer_of_odd_size(learner):
    learner.layers.Dense(-1, 3)

def test_broken(learner):
    learner.broken()

def test_hangs(learner):
    learner.hang()

def test_after_the_hang(learner):
    assert learner.mean([2]) == 2

def test_missing(learner):
    assert learner.median([1])
"""

LAYERS = b"""import numpy as np

class Dense:
    def __init__(self, inputs, outputs):
        if inputs < 0:
            raise ValueError(f"{inputs} inputs")
        self.weights = np.zeros((inputs, outputs))

    def forward(self, x):
        return x @ self.weights
"""


def test_a_submission_from_its_files_to_its_report(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        run = agent.run(*CELLS, files={"course/layers.py": LAYERS})

        def answer(question: Frame) -> Frame | None:
            if question.get("agent") == "begin":
                question = {**question, "seconds": 1.5}
            agent.send(question)
            return agent.receive()

        judged = run_judge(
            tmp_path,
            HIDDEN,
            answer,
            alive=run["alive"],
            files=["layers.py"],
            executions=run["executions"],
            sources={"layers.py": LAYERS.decode()},
            notebook=notebook_of(*CELLS).decode(),
        )
    report = make_report(run, judged.verdict, Style(), 0.1)
    assert {test.title: (test.outcome.value, test.message) for test in report.tests} == {
        "Mean": ("passed", ""),
        "Means": ("passed", ""),
        "Frames cross both ways": ("passed", ""),
        "Layer": ("passed", ""),
        "Layer of odd size": ("error", "`layers.Dense(...)` raised ValueError in layers.py, line 6."),
        "Broken": ("error", "`broken(...)` raised ZeroDivisionError in code cell 4, line 2."),
        "Hangs": (
            "time limit",
            "`hang(...)` took longer than this test allows. Look for a loop that never ends.",
        ),
        "After the hang": ("passed", ""),
        "Missing": ("failed", "Your notebook does not define `median`."),
    }
    assert (report.status, report.points, report.max_points, report.score) == ("runtime error", 6, 10, 0.6)
    assert report.failing_cell is not None
    assert (report.failing_cell.number, report.failing_cell.line, report.failing_cell.error) == (
        *(5, 1, "ZeroDivisionError"),
    )
    assert report.usage.notebook_seconds > 0
    assert "ZeroDivisionError" in report.staff.traceback
    assert "staff" not in report.for_learner()
