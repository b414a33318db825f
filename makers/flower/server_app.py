"""A ServerApp for makers/flower/live.sh: FedAvg over the adapters of two sites of attune."""

import time

from flwr.app import ConfigRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()
# Sites of attune do not run it; an app must name one.
client = ClientApp()


@app.main()
def main(grid: Grid, context: Context) -> None:
    while len(list(grid.get_node_ids())) < 2:
        time.sleep(1)
    node = sorted(grid.get_node_ids())[0]
    content = RecordDict({"config": ConfigRecord({"server-round": 0})})
    (reply,) = grid.send_and_receive([Message(content=content, message_type="query", dst_node_id=node)])
    arrays = next(iter(reply.content.array_records.values()))
    rounds = int(context.run_config["num-server-rounds"])
    result = FedAvg().start(grid=grid, initial_arrays=arrays, num_rounds=rounds)
    print(result)
