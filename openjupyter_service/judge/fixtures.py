"""What a test can ask for: the learner's notebook, parts of its points, and random numbers that come again."""

import random
import unittest
from collections.abc import Callable

import pytest

from openjupyter_service.judge.cells import Notebook
from openjupyter_service.judge.learner import Learner
from openjupyter_service.judge.plugin import GradingPlugin, rng_seed


class Fixtures:
    """Registered beside the plugin.

    Args:
        grading: keeps the records
        notebook: the submission's cells
    """

    def __init__(self, grading: GradingPlugin, notebook: Notebook) -> None:
        self._grading = grading
        self._notebook = notebook
        self.seed_used = False

    @pytest.fixture
    def learner(self) -> Learner:
        """The notebook as the notebook left it, fresh for each test."""
        return Learner(self._grading.sandbox, self._notebook)

    @pytest.fixture
    def learner_points(self) -> Callable[..., None]:
        """`learner_points(1.5, "message")` gives part of the test's points; parts add up, at most to all of them."""

        def give(points: float, message: str = "") -> None:
            self._grading.record.give(float(points), str(message))

        return give

    @pytest.fixture
    def seed(self) -> int:
        """A number of 32 bits: another one for every submission, the same when one is graded again."""
        self.seed_used = True
        return self._grading.rules.seed

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        """A random generator made from the submission's seed and the test's name."""
        self.seed_used = True
        return random.Random(rng_seed(self._grading.rules.seed, request.node))  # noqa: S311  # inputs of a test

    @pytest.fixture(autouse=True)
    def _learner_of_test_case(self, request: pytest.FixtureRequest) -> None:
        """`self.learner` in a unittest.TestCase."""
        instance = request.instance
        if isinstance(instance, unittest.TestCase):
            vars(instance)["learner"] = Learner(self._grading.sandbox, self._notebook)
