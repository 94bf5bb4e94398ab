"""An installation on disk: settings, and a course with two exercises of which one is broken."""

from pathlib import Path
from typing import Any

from openjupyter_service.settings import Settings

KEY, SECRET = "demo-key", "demo-secret"


def make_settings(folder: Path, **changes: Any) -> Settings:
    private = folder / "private"
    for name, text in {
        "warm-up": 'title = "Warm-up"\nnotebook = "warm up/first steps.ipynb"\n',
        "broken": "title = 7\n",
    }.items():
        (private / name).mkdir(parents=True, exist_ok=True)
        (private / name / "exercise.toml").write_text(text)
    values = {
        "data_dir": folder / "data",
        "platforms": [
            {"name": "demo", "consumer_key": KEY, "secret": SECRET},
            {"name": "openhpi", "consumer_key": "other-key", "secret": "other-secret"},
        ],
        "courses": [{"name": "python", "repository": folder / "python.git", "private": private, "branch": "main"}],
        **changes,
    }
    return Settings.model_validate(values)
