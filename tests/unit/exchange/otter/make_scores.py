"""Make scores.json of each lab beside this file: what Otter itself gives to its submissions.

    python -m venv /tmp/otter && /tmp/otter/bin/pip install otter-grader==7.0.0 nbconvert ipykernel numpy pandas
    PATH=/tmp/otter/bin:$PATH PYTHONPATH=. python tests/unit/exchange/otter/make_scores.py

`student.ipynb` is the notebook that `otter assign` makes for learners, and `tests/` its tests with hidden cases
(.txt, since they are data here).
"""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import otter
from otter.api import grade_submission

from tests.unit.exchange.percent import notebook_of
from tests.unit.exchange.submitted import submitted

HERE = Path(__file__).resolve().parent


def make(lab: Path, folder: Path) -> None:
    """Assign the lab in a folder, and grade its submissions."""
    os.chdir(folder)
    Path("lab.ipynb").write_text(json.dumps(notebook_of((lab / "lab.txt").read_text())))
    Path("requirements.txt").write_text("numpy\npandas\n")
    subprocess.run(["otter", "assign", "lab.ipynb", "dist", "--no-run-tests"], check=True)
    (archive,) = Path("dist/autograder").glob("*.zip")
    shutil.copy("dist/student/lab.ipynb", lab / "student.ipynb")
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            if name.startswith("tests/") and name.endswith(".py"):
                (lab / f"{name}.txt").parent.mkdir(exist_ok=True)
                (lab / f"{name}.txt").write_bytes(content.read(name))
    student = json.loads(Path("dist/student/lab.ipynb").read_text())
    scores: dict[str, Any] = {}
    for path in sorted((lab / "submissions").glob("*.txt")):
        Path("handed-in").mkdir(exist_ok=True)
        notebook = Path("handed-in/lab.ipynb")
        notebook.write_text(json.dumps(submitted(student, path.read_text())))
        results = grade_submission(str(notebook), ag_path=str(archive), quiet=True)
        scores[path.stem] = {name: round(found.score, 6) for name, found in results.results.items()}
    made = {"otter-grader": otter.__version__, "scores": scores}
    (lab / "scores.json").write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")


def main() -> None:
    for lab in sorted(path.parent for path in HERE.glob("*/lab.txt")):
        with tempfile.TemporaryDirectory() as folder:
            make(lab, Path(folder))


if __name__ == "__main__":
    main()
