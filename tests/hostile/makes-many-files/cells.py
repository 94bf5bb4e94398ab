import os
import pathlib

for number in range(20_000):
    pathlib.Path(f"file{number}").touch()
for number in range(10):
    with open(f"/tmp/sparse{number}", "wb") as file:
        try:
            os.truncate(file.fileno(), 10**13)
        except OSError:
            pass
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
