"""Two hundred random histories of a course and a learner: no work of either is lost unsaid."""

import copy
import random
from pathlib import Path
from typing import Any

import nbformat
import pytest

from openjupyter.updates.cells import read_notebook
from openjupyter.updates.decide import decide
from tests.unit.updates.conftest import CELLS
from tests.unit.updates.course import NOTEBOOK, Course, cell, word

HISTORIES, PULLS, BATCH = 200, 3, 20


class History:
    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.with_ids = self.random.random() < 0.8
        self.course = Course(folder)
        self.cells = copy.deepcopy(CELLS)
        self.publish()
        self.course.pull()
        self.seen = self.digests()
        """Of all that the learner has ever had."""
        assert self.course.repository.missed() == []

    def publish(self) -> None:
        if self.with_ids:
            return self.course.publish(self.cells)
        plain = [{name: value for name, value in each.items() if name != "id"} for each in self.cells]
        self.course.publish(plain, minor=4)

    def digests(self) -> set[str]:
        notebook = read_notebook((self.course.copy / NOTEBOOK).read_bytes())
        return {each.digest for each in notebook.cells}

    def instructor(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(len(self.cells))
            match self.random.choice(["edit", "edit", "lines", "add", "remove", "metadata"]):
                case "edit":
                    self.cells[place]["source"] = [f"course {word(self.random)}\n", word(self.random)]
                case "lines":
                    self.cells[place]["source"] = [*self.cells[place]["source"], f"\nmore {word(self.random)}"]
                case "add":
                    self.cells.insert(place, cell(f"new {word(self.random)}", word(self.random)))
                case "remove" if len(self.cells) > 2:
                    del self.cells[place]
                case "metadata":
                    self.cells[place]["metadata"] = {"tags": [word(self.random)]}
        self.publish()

    def learner(self) -> None:
        content = self.course.read()
        cells: list[dict[str, Any]] = content["cells"]
        for _ in range(self.random.randint(0, 3)):
            place = self.random.randrange(len(cells))
            match self.random.choice(["edit", "edit", "run", "add", "remove", "move"]):
                case "edit":
                    cells[place]["source"] = [f"mine {word(self.random)}\n", word(self.random)]
                case "run" if cells[place]["cell_type"] == "code":
                    output = {"output_type": "stream", "name": "stdout", "text": [word(self.random)]}
                    cells[place] |= {"outputs": [output], "execution_count": self.random.randint(1, 99)}
                case "add":
                    cells.insert(place, cell(f"own {word(self.random)}", word(self.random)))
                case "remove" if len(cells) > 2:
                    del cells[place]
                case "move":
                    cells.insert(self.random.randrange(len(cells)), cells.pop(place))
        if not self.with_ids:
            content["nbformat_minor"] = 5
            content["cells"] = [{"id": word(self.random)} | each for each in cells]
        self.course.save(content, indent=self.random.choice([1, 2, None]))

    def pull(self) -> None:
        before = self.course.texts()
        self.course.pull()
        after = self.course.texts()
        lost = [text for text in before if text.startswith(("mine ", "own ")) and text not in after]
        assert not lost, "a pull has taken a learner's work away"
        nbformat.validate(self.course.read())
        missed = self.course.repository.missed()
        here, told = self.digests(), {item.digest for item in missed}
        assert not here & told, "what the learner has is told as missing"
        theirs = self.course.repository.at(self.course.repository.course_commit(), NOTEBOOK)
        assert theirs is not None
        of_course = {each.digest for each in read_notebook(theirs).cells}
        assert of_course <= here | told | self.seen, "something of the course is neither here nor told"
        self.seen |= here

    def decide(self) -> None:
        missed = self.course.repository.missed()
        while missed:
            item = self.random.choice(missed)
            choice = self.random.choice(["mine", "theirs"])
            before = (self.course.copy / NOTEBOOK).read_bytes()
            kept = decide(self.course.repository, self.course.home, item.path, item.key, item.digest, choice)  # type: ignore[arg-type]
            if choice == "mine":
                assert kept is None and (self.course.copy / NOTEBOOK).read_bytes() == before
                self.seen.add(item.digest)
            else:
                assert kept is not None and kept.read_bytes() == before
                assert item.theirs is None or item.digest in self.digests()
            nbformat.validate(self.course.read())
            left = self.course.repository.missed()
            assert (item.key, item.digest) not in {(each.key, each.digest) for each in left}
            assert len(left) < len(missed)
            missed = left
        self.seen |= self.digests()


@pytest.mark.parametrize("batch", range(HISTORIES // BATCH))
def test_no_work_is_lost_unsaid(tmp_path: Path, git: Path, batch: int) -> None:
    (git / "hooks/post-merge").unlink()  # it does what is done here anyway, in a process of its own
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        try:
            history = History(tmp_path / str(seed), seed)
            for _ in range(PULLS):
                history.learner()
                history.instructor()
                history.pull()
                if history.random.random() < 0.4:
                    history.decide()
        except AssertionError as error:
            raise AssertionError(f"history {seed}: {error}") from error
