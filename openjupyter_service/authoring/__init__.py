"""One notebook to write: from a source with marks come the learner's notebook, the solution and the hidden tests."""
