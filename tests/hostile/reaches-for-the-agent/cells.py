import os

parent = os.getppid()
for attempt in (
    lambda: os.kill(parent, 9),
    lambda: os.listdir(f"/proc/{parent}/fd"),
    lambda: open(f"/proc/{parent}/mem", "rb"),
    lambda: open(f"/proc/{parent}/environ", "rb").read(),
    lambda: os.setuid(0),
):
    try:
        attempt()
    except OSError:
        continue
    raise AssertionError("the agent can be reached")
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
