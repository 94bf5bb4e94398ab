"""The sandbox agent: runs a submission's notebook in a real kernel and answers questions about what it left.

The agent runs as root without privileges inside a container that holds nothing but the submission; the kernel runs as
the learner's user, so that the code it runs cannot touch the agent, its pipes or its clock.
"""
