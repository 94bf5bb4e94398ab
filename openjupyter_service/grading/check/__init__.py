"""Is a course sound? Its exercises are read, compared with the public half, and graded with right and wrong work."""
