"""Course updates without loss: notebooks are merged cell by cell, and what a pull did not take is found out and told.

nbgitpuller merges line by line and, where learner and course have touched the same place, silently keeps the learner's
lines. Here Git is given a merge driver that knows cells (`merge`), so that no more than a cell is ever in dispute and a
notebook stays one; after each merge, `missed` compares what the course has with what the learner has got.
"""
