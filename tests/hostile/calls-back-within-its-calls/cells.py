def count_down(function, number):
    return function(number + 1)


# %%
def steady():
    return "steady"
