"""Logits of a Laya head (laya/common.py, DecisionModel without its encoder) on torch in f64, by formula weights and states.

Writes fixtures/laya-head.json, read by test/engine/models/laya.test.ts, which makes the same weights.
"""

import json, math, os
import torch

torch.set_default_dtype(torch.float64)
WIDTH, LAYERS = 128, 2
ROWS = [dict(length=9, type=0, marks=[3, 5, 7]), dict(length=6, type=2, marks=[2, 4]), dict(length=11, type=1, marks=[1, 4, 6, 9])]


def wave(name, shape, scale, offset=0.0):
    count = math.prod(shape)
    values = torch.sin(torch.arange(count) * 0.7 + len(name)) * scale + offset
    return values.reshape(shape)


def weight(name, tensor):
    if tensor.dim() >= 2:
        return wave(name, tensor.shape, 2.5 / math.sqrt(tensor.shape[-1]) if "type_emb" not in name else 0.5)
    return wave(name, tensor.shape, 0.1, 1.0 if "norm" in name and "weight" in name or name == "scorer.0.weight" else 0.0)


class Head(torch.nn.Module):
    def __init__(self):
        super().__init__()
        layer = torch.nn.TransformerEncoderLayer(WIDTH, WIDTH // 64, 4 * WIDTH, 0.1, batch_first=True, norm_first=True)
        self.head = torch.nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.type_emb = torch.nn.Embedding(3, WIDTH)
        parts = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, WIDTH), torch.nn.GELU(), torch.nn.Linear(WIDTH, 1)
        self.scorer = torch.nn.Sequential(*parts)


model = Head().eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        parameter.copy_(weight(name, parameter))
    start, logits = 0, []
    for row in ROWS:
        hidden = (torch.sin(torch.arange(row["length"] * WIDTH) * 0.31 + start) * 0.9).reshape(1, row["length"], WIDTH)
        start += row["length"]
        hidden = model.head(hidden + model.type_emb(torch.tensor([row["type"]]))[:, None, :])
        logits.append(model.scorer(hidden[0, row["marks"]])[:, 0].tolist())
path = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "laya-head.json")
json.dump(dict(width=WIDTH, layers=LAYERS, rows=ROWS, logits=logits), open(path, "w"), indent=1)
