"""Make scores.json of each lab beside this file: what nbgrader itself gives to its submissions.

    python -m venv /tmp/nbgrader && /tmp/nbgrader/bin/pip install nbgrader==0.9.6 numpy pandas
    PATH=/tmp/nbgrader/bin:$PATH PYTHONPATH=. python tests/unit/exchange/nbgrader/make_scores.py

nose does not import on Python 3.10 and later, so a stand-in with the two assertions that a lab uses is put beside the
assignment. `release.ipynb` is what nbgrader's generate_assignment made of it.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from tests.unit.exchange.percent import notebook_of
from tests.unit.exchange.submitted import submitted

HERE = Path(__file__).parent
NOSE = """import unittest

assert_equal = unittest.TestCase().assertEqual
assert_raises = unittest.TestCase().assertRaises
"""


def make(lab: Path) -> None:
    """Generate the assignment, and grade its submissions."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        source = course / "source" / "lab"
        (source / "nose").mkdir(parents=True)
        (source / "nose" / "__init__.py").touch()
        (source / "nose" / "tools.py").write_text(NOSE)
        (source / "lab.ipynb").write_text(json.dumps(notebook_of((lab / "lab.txt").read_text())))
        config = Config()
        config.CourseDirectory.root = str(course)
        config.ExecutePreprocessor.timeout = 60
        api = NbGraderAPI(config=config)
        made = api.generate_assignment("lab")
        assert made["success"], made["log"]
        release = course / "release" / "lab" / "lab.ipynb"
        shutil.copy(release, lab / "release.ipynb")
        scores: dict[str, Any] = {}
        for path in sorted((lab / "submissions").glob("*.txt")):
            handed_in = course / "submitted" / path.stem / "lab"
            shutil.copytree(release.parent, handed_in)
            notebook = submitted(json.loads(release.read_text()), path.read_text())
            (handed_in / "lab.ipynb").write_text(json.dumps(notebook))
            result = api.autograde("lab", path.stem)
            assert result["success"], result["log"]
            with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
                graded = book.find_submission_notebook("lab", "lab", path.stem)
                scores[path.stem] = {
                    grade.name: grade.auto_score for grade in graded.grades if grade.auto_score is not None
                }
    kept = {"nbgrader": nbgrader.__version__, "scores": scores}
    (lab / "scores.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def main() -> None:
    for path in sorted(HERE.glob("*/lab.txt")):
        make(path.parent)


if __name__ == "__main__":
    main()
