def double(number):
    while True:
        print("x" * 100_000)


# %%
def steady():
    print("y" * 50_000_000)
    return "steady"
