def apply(function, value):
    return function(value)


def steady():
    return "steady"
