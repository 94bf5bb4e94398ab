import threading
import time


def sleep():
    while True:
        time.sleep(1000)


def work():
    while True:
        sum(range(100))
        time.sleep(0.01)


for number in range(80):
    threading.Thread(target=work if number % 20 == 0 else sleep).start()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
