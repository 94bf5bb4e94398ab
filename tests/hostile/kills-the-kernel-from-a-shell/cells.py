def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
!kill -9 $PPID
# %%
x = 1
