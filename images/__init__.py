"""Container images: base, learner (also the sandbox) and judge."""
