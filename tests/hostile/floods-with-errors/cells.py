def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os

while True:
    os.write(2, b"e" * 10_000)
