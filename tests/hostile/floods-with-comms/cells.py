def double(number):
    return 2 * number


def steady():
    return "steady"

# %%
import comm

kept = []
while True:
    channel = comm.create_comm(target_name="jupyter.widget", data={"state": {"value": "w" * 2**20}})
    channel.send({"method": "update", "state": {"value": "v" * 2**20}})
    kept.append(channel.comm_id)
