"""The benchmark of logins on a small scale: real hub processes with their proxy, launches of both versions of LTI."""

import pytest

from tests.benchmarks import logins

pytestmark = pytest.mark.docker


def test_everybody_comes_to_a_server_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "LAUNCHES", 12)
    monkeypatch.setattr(logins, "SECONDS", 2.0)
    told: list[str] = []
    figures = list(logins.measure(told.append))
    assert (figures[0].value, figures[0].baseline) == (12, 12), told
    assert not any("failed" in line for line in told)
    assert "of 12" in figures[-1].note
