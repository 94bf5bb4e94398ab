"""The judge: runs a course's hidden tests with pytest in a container of its own, and computes the score.

It shares nothing with the sandbox but a pipe of frames. It knows neither the store nor the web nor Docker.
"""
