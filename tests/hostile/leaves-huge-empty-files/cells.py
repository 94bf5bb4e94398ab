import os

for number in range(100):
    with open(f"sparse{number}", "wb") as file:
        os.truncate(file.fileno(), 10**13 if number % 2 else 2**25)
# %%
def double(number):
    os.truncate("sparse1", 10**14)
    return 2 * number


def steady():
    return "steady"
