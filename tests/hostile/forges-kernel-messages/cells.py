def double(number):
    return 2 * number


def steady():
    return "steady"


# %%
kernel = get_ipython().kernel
CONTENTS = [
    {},
    {"name": 7, "text": None},
    {"name": "stdout", "text": {"a": 1}},
    {"data": None, "metadata": None, "transient": 3},
    {"data": {"text/plain": 5, 7: 8}, "metadata": [], "transient": {"display_id": []}, "execution_count": "x"},
    {"ename": 1, "evalue": None, "traceback": 7},
    {"ename": None, "evalue": {}, "traceback": [None, 5, {}]},
    {"comm_id": 5, "target_name": [], "data": "x"},
    {"comm_id": [], "data": {"method": "update", "state": 3, "buffer_paths": 9}},
    {"execution_state": "idle"},
    {"execution_state": 7},
    {"wait": "yes"},
    {"code": 1, "execution_count": None},
]
KINDS = [
    "stream", "display_data", "update_display_data", "execute_result", "error", "clear_output", "execute_input",
    "comm_open", "comm_msg", "comm_close", "nothing_known", "", "execute_reply",
]
for kind in KINDS:
    for content in CONTENTS:
        try:
            kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent(), ident=b"x")
        except Exception:
            pass
# %%
still = "here"
