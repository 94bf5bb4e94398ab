"""Is what lies in the two halves what the exercise's source says, where it has one?"""

from pathlib import Path

from openjupyter_service.authoring.build import build_exercise
from openjupyter_service.authoring.mistakes import SourceError
from openjupyter_service.authoring.write import Change, plan_changes
from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import SOURCE_FILE, Exercise
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.grading.check.findings import ExerciseResult, Subject


def note_stale_files(exercise: Exercise, public: Path, result: ExerciseResult) -> None:
    """Note a source that cannot be built, and files that building it would change; they are graded as they are."""
    if not (exercise.folder / SOURCE_FILE).is_file():
        return
    try:
        changes = plan_changes([build_exercise(exercise.folder, public)], overwrite=True)
    except SourceError as error:
        for sentence in error.sentences():
            result.warn(Subject.SOURCE, f"the source cannot be built, and its files are graded as they are: {sentence}")
        return
    except (ExerciseError, OSError) as error:
        result.warn(Subject.SOURCE, f"the source cannot be built, and its files are graded as they are: {error}")
        return
    stale = [shown_path(change.path) for change in changes if change.change is not Change.UNCHANGED]
    if stale:
        result.warn(
            Subject.SOURCE,
            f"{', '.join(stale)} would change by a build of the source; run openjupyter build, and check again",
        )
