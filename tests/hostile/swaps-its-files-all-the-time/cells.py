import os

for number in range(200):
    with open(f"file{number}", "w") as file:
        file.write("x")
os.mkfifo("pipe")
os.symlink("/dev/zero", "endless")
if os.fork() == 0:
    os.setsid()
    number = 0
    while True:
        name = f"file{number % 200}"
        try:
            os.symlink(os.path.abspath("pipe" if number % 2 else "endless"), "new")
            os.rename("new", name)
            with open("new", "w") as file:
                file.write("x")
            os.rename("new", name)
        except OSError:
            pass
        number += 1
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
