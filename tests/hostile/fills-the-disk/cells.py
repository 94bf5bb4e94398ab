import pathlib

for number in range(100_000):
    try:
        pathlib.Path(f"junk{number}").write_bytes(b"z" * 2**20)
    except OSError:
        break
for junk in pathlib.Path().glob("junk*"):
    junk.unlink()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
