def numbers():
    while True:
        yield 1


# %%
class Endless:
    def __len__(self):
        return 2**70

    def __iter__(self):
        return numbers()

    def __getitem__(self, index):
        return index

    def __contains__(self, item):
        return any(item == number for number in numbers())


def make():
    return Endless()


# %%
def steady():
    return "steady"
