"""Records Flower's objects and their ids for test/unit/federation/flower.test.ts.

Runs Flower's own Python source (flwrlabs/flower, framework/py at 77068b84, 29 April 2026) on Debian's python3-numpy,
python3-protobuf (modules generated again by Debian's protoc from framework/proto), python3-grpcio, python3-cryptography
and python3-pycryptodome. Packages that only its servers use (alembic, iterators, fastapi) are replaced by empty modules.

    PYTHONPATH=framework/py:shim python3 makers/flower/record.py > fixtures/flower.json
"""

import base64
import json

import numpy as np
from flwr.app.metadata import Metadata
from flwr.common import Array, ArrayRecord, ConfigRecord, MetricRecord, RecordDict
from flwr.common.message import make_message
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def recorded(value) -> dict:
    objects = get_all_nested_objects(value)
    return {"id": value.object_id, "objects": {key: encoded(each.deflate()) for key, each in objects.items()}}


values = np.arange(6, dtype=np.float32).reshape(2, 3) / 4 - 0.5
arrays = ArrayRecord({"layers.0.lora_B": Array(values), "zeros": Array(np.zeros((0, 4), np.float32))})
record = RecordDict(
    {
        "arrays": arrays,
        "metrics": MetricRecord({"num-examples": 12, "loss": 0.25, "per-row": [1.5, -2.0], "counts": [3, -4]}),
        "config": ConfigRecord(
            {
                "server-round": 3,
                "lr": 1e-3,
                "name": "Müller \u2713",
                "secret": b"\x00\xff",
                "flag": True,
                "names": ["a", "b"],
                "keys": [b"x", b""],
                "large": 2**63 + 5,
                "ids": [2**64 - 1, 7],
            }
        ),
    }
)
metadata = Metadata(
    run_id=2**63 + 11,
    message_id="",
    src_node_id=1,
    dst_node_id=2**64 - 3,
    reply_to_message_id="ab" * 32,
    group_id="3",
    created_at=1764662400.25,
    ttl=3600.0,
    message_type="train",
)
message = make_message(metadata=metadata, content=record)
large = ArrayRecord({"large": Array(np.zeros(2_800_000, np.float32))})
print(
    json.dumps(
        {
            "source": "flwrlabs/flower 77068b84, framework/py",
            "array": recorded(arrays["layers.0.lora_B"]),
            "record": recorded(record),
            "message": recorded(message),
            "chunks": {
                "id": large.object_id,
                "array": large["large"].object_id,
                "children": list(large["large"].children),
            },
        },
        indent=1,
    )
)
