import math as double


class steady(str):
    def __new__(cls):
        return "steady"
