from IPython.display import HTML, display


def double(number):
    while True:
        display(HTML("y" * 100_000 + str(number)))


# %%
def steady():
    return "steady"
