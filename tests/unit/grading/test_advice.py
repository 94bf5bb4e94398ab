"""What staff are told to do about a score that did not arrive."""

import pytest

from openjupyter_service.grading.advice import advice


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("the column of the gradebook was deleted in the LMS; a new launch mends it", "Open the exercise once"),
        ("the LMS knows no such column or person (HTTP 404: not found)", "is enrolled"),
        ("the LMS cannot grade this person here (HTTP 422: user not in course)", "grades learners alone"),
        ("unsupported: no such operation", "grades learners alone"),
        ("the LMS does not allow this tool to send this score (HTTP 403)", "An administrator of the LMS"),
        ("the LMS has a newer score", "enter it there"),
        ("its platform is no longer registered", "Ask the operator"),
        ("the token endpoint answers 400 invalid_client", "openjupyter platform check"),
        ("the token endpoint cannot be reached: the connection was refused", "for seven days"),
        ("not reached: no answer within 20 s", "now that it answers"),
        ("HTTP 503", "now that it answers"),
        ("failure: something of its own", "Mend the cause in the LMS"),
        ("", "Mend the cause in the LMS"),
    ],
)  # fmt: skip
def test_a_refused_score_has_a_next_step(said: str, words: str) -> None:
    assert words in " ".join(advice(said, is_final=True))
    assert "sent again by itself" not in " ".join(advice(said, is_final=True))


@pytest.mark.parametrize("said", ["HTTP 503", "the token endpoint answers 400 invalid_client", "whatever"])
def test_a_waiting_score_goes_by_itself(said: str) -> None:
    assert "It is sent again by itself" in " ".join(advice(said, is_final=False))
