import re
import sys
import threading

SECRET = re.compile(r"okapi-\d{6}|def test_doubl[e]|54365[6]")
SEEN = []


def look(frame, event, argument):
    if frame.f_code.co_name not in ("look", "audit"):
        for value in [*frame.f_locals.values(), argument]:
            if type(value) in (str, bytes) and SECRET.search(str(value)):
                SEEN.append(frame.f_code.co_name)
    return look


def audit(event, arguments):
    if any(type(value) is str and SECRET.search(value) for value in arguments):
        SEEN.append(event)


sys.addaudithook(audit)
threading.settrace(look)
sys.setprofile(look)
sys.settrace(look)


# %%
def double(number):
    return list(SEEN) or number + number


def steady():
    return list(SEEN) or "steady"
