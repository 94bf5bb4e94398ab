import numpy

numpy.ones(2**60, dtype=numpy.int8)
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
