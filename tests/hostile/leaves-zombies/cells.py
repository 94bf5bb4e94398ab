import os


def zombies(count):
    for _ in range(count):
        try:
            if os.fork() == 0:
                os._exit(0)
        except OSError:
            return


zombies(60)
# %%
def double(number):
    zombies(1_000)
    return 2 * number


def steady():
    return "steady"
