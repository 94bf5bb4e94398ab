def double(number):
    return 2 * number
# %%
exit()
# %%
quit
# %%
def steady():
    return "steady"
