def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import threading
import time

for number in range(1000):
    try:
        threading.Thread(target=time.sleep, args=(1000,)).start()
    except RuntimeError:
        break
