def double(number):
    return 2 * number


def steady():
    return "steady"
# %%
from IPython.display import HTML, display

while True:
    display(HTML("y" * 10_000))
