"""IPython in the learner's container and in the sandbox: `%grade` is there without `%load_ext openjupyter`."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.InteractiveShellApp.extensions = ["openjupyter"]
