class Endless:
    def __del__(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


def double(number):
    Endless()
    return 2 * number


# %%
def steady():
    return "steady"
