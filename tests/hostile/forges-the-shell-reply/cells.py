def double(number):
    return 2 * number


def steady():
    return "steady"


# %%
kernel = get_ipython().kernel
send = kernel.session.send
REPLIES = [{}, {"status": 7}, {"status": "error"}, {"status": "ok", "execution_count": "many", "payload": 3}]


def lying(stream, kind, content=None, *args, **kwargs):
    if kind == "execute_reply":
        content = REPLIES[len(REPLIES) - 1 if len(REPLIES) == 1 else 0]
        del REPLIES[: len(REPLIES) > 1]
    return send(stream, kind, content, *args, **kwargs)


kernel.session.send = lying
# %%
1
# %%
2
# %%
3
