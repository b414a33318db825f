"""Makes fixtures/tunings/llama/adapter_*: bottleneck adapters in plain torch, written from the papers.

Houlsby et al., 2019, Pfeiffer et al., 2021, and He et al., 2022. `/usr/bin/python3 test/engine/peft/bottleneck.py`, with
Debian's python3-torch and python3-safetensors. What it knows of attune is the names of files and tensors.
"""

import json
import os

import llama
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

FIXTURES = os.path.join(os.path.dirname(__file__), "../../../fixtures")
BASE = os.path.join(FIXTURES, "models/llama")
NON_LINEARITIES = {"relu": F.relu, "swish": F.silu, "gelu": F.gelu}

CASES = {
    "adapter_houlsby": dict(style="houlsby", reduction_factor=16, non_linearity="swish", scaling="learned"),
    "adapter_pfeiffer": dict(style="pfeiffer", bottleneck_size=5, non_linearity="relu", scaling=1),
    "adapter_parallel": dict(style="parallel", reduction_factor=8, non_linearity="gelu", scaling=4),
}


class Adapter(nn.Module):
    def __init__(self, width, size, options):
        super().__init__()
        self.adapter_down = nn.Linear(width, size)
        self.adapter_up = nn.Linear(size, width)
        self.f = NON_LINEARITIES[options["non_linearity"]]
        if options["scaling"] == "learned":
            self.scaling = nn.Parameter(torch.ones(1))
        else:
            self.scaling = options["scaling"]

    def forward(self, x):
        return self.adapter_up(self.f(self.adapter_down(x))) * self.scaling


class AdaptedLayer(llama.LlamaDecoderLayer):
    style = None

    def adapt(self, width, size, options):
        self.style = options["style"]
        if self.style == "houlsby":
            self.attention_sublayer = Adapter(width, size, options)
        self.mlp_sublayer = Adapter(width, size, options)

    def forward(self, x, **how):
        attended = self.attend(self.input_layernorm(x), **how)
        if self.style == "houlsby":
            attended = attended + self.attention_sublayer(attended)
        x = x + attended
        read = self.post_attention_layernorm(x)
        fed = self.mlp(read)
        return x + fed + self.mlp_sublayer(read if self.style == "parallel" else fed)


def adapted(options, dtype):
    """The base with adapters whose every number is perturbed, and those by their names in files."""
    model = llama.load(BASE)
    width = model.config.hidden_size
    size = options.get("bottleneck_size") or width // options["reduction_factor"]
    torch.manual_seed(7)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for layer in model.model.layers:
        layer.__class__ = AdaptedLayer
        layer.adapt(width, size, options)
    trained = {f"base_model.model.{name}": one for name, one in model.named_parameters() if one.requires_grad}
    with torch.no_grad():
        for one in trained.values():
            one.add_(torch.randn(one.shape) * 0.1)
    return model.to(dtype), trained


def loss_of(model, batch):
    logits = model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten(), ignore_index=-100)


def norm_of(gradients):
    return torch.sqrt(sum(g.pow(2).sum() for g in gradients)).item()


def train(model, trained, batch):
    optimizer = torch.optim.AdamW(trained.values(), lr=0.005, weight_decay=0.0)
    losses, norms = [], []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        losses.append(loss.item())
        norms.append(norm_of([one.grad for one in trained.values()]))
        optimizer.step()
    return dict(losses=losses, loss_after=loss_of(model, batch).item(), grad_norms=norms)


def make(name, options):
    folder = os.path.join(FIXTURES, "tunings/llama", name)
    os.makedirs(folder, exist_ok=True)
    batch = load_file(os.path.join(BASE, "train_batch.safetensors"))
    inputs = load_file(os.path.join(BASE, "expected.safetensors"))
    exact = train(*adapted(options, torch.float64), batch)
    model, trained = adapted(options, torch.float32)
    kept = {name: one.detach().clone() for name, one in trained.items()}
    save_file(kept, os.path.join(folder, "adapter_model.safetensors"))
    base = llama.load(BASE)(inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
    with torch.no_grad():
        logits = model(inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
    save_file({"logits": logits}, os.path.join(folder, "expected.safetensors"))
    run = train(model, trained, batch)
    save_file({n: one.detach().clone() for n, one in trained.items()}, os.path.join(folder, "adapter_final.safetensors"))
    optimizer = dict(name="AdamW", lr=0.005, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.0)
    worst = max(abs(a - b) / abs(b) for a, b in zip(run["losses"], exact["losses"]))
    about = dict(
        base="llama",
        case=name,
        made_by="test/engine/peft/bottleneck.py, torch 2.6, f32",
        perturbed_by="normal(0, 0.1) added to every trained tensor",
        base_logits_max_abs_diff=(base - inputs["logits"])[inputs["attention_mask"].bool()].abs().max().item(),
        max_diff_from_base=(logits - base).abs().max().item(),
        train=dict(optimizer=optimizer, steps=10, mode="eval", **run, f64_check=dict(max_rel_loss_diff=worst)),
    )
    keys = dict(bottleneck_size=None, reduction_factor=None, cross_attention=False, dropout=0, layers_to_transform=None)
    config = {**keys, **options, "peft_type": "BOTTLENECK_ADAPTER", "task_type": "CAUSAL_LM"}
    config["base_model_name_or_path"] = "llama"
    for file, content in (("case.json", about), ("adapter_config.json", config)):
        with open(os.path.join(folder, file), "w") as out:
            json.dump(content, out, indent=1, sort_keys=file != "case.json")
            out.write("\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, options in CASES.items():
        make(name, options)
