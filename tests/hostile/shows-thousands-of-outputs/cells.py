from IPython.display import clear_output, display

for number in range(3000):
    display(number)
handle = display("first", display_id=True)
for number in range(2000):
    handle.update("x")
for _ in range(100):
    clear_output()
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
