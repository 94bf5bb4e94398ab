def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
kept = []
try:
    while True:
        kept.append(open("/dev/null"))
except OSError:
    pass
