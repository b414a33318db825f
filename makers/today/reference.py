"""Numbers of the published definitions themselves: transformers' classes on torch, in f64, with weights by a rule.

Needs transformers 5.13 on PYTHONPATH, and Debian's python3-torch and python3-safetensors.
"""

import json, os, re, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "definitions", "make"))
import common
from common import Weights, random_ids, text_batch, torch
import numpy as np
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

common.FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "today")
transformers.logging.set_verbosity_error()

COMMON = {"vocab_size": 23, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
          "num_key_value_heads": 2, "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": None}  # fmt: skip


def build(class_name, config):
    """A model of the class, its tensors as its checkpoint names them, and its config.json."""
    cls = getattr(transformers, class_name)
    given = cls.config_class.from_dict(dict(config))
    given._attn_implementation = "eager"
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        cls(given).save_pretrained(folder)
        with safe_open(os.path.join(folder, "model.safetensors"), "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    torch.set_default_dtype(torch.float64)
    return cls, given, tensors


def gain_of(name, shape):
    if "embed" in name and len(shape) == 2:
        return 1.7
    if len(shape) == 3 and "expert" in name:
        return (12 / shape[-1]) ** 0.5
    return None


def filled(tensors, rules):
    """Weights by the rule; `rules`: (part of a name, offset, spread) where the shape does not say enough, or None for both
    where the configuration says the values."""
    weights = Weights()
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            weights.extra[name] = tensor.item()
            continue
        offset, gain = float(round(tensor.mean().item())) if tensor.dim() < 2 else 0.0, gain_of(name, tensor.shape)
        for part, own, spread in rules:
            if part in name:
                offset, gain = own, spread
        if offset is None:
            weights.values[name], weights.table[name] = tensor.double(), common.pack(tensor)
            continue
        weights(name, *tensor.shape, offset=offset, gain=gain)
    return weights


def load(cls, config, raw, weights):
    with tempfile.TemporaryDirectory() as folder:
        json.dump(raw, open(os.path.join(folder, "config.json"), "w"))
        whole = {name: torch.tensor(count) for name, count in weights.extra.items()}
        values = {name: value.float().contiguous() for name, value in weights.values.items()}
        save_file({**values, **whole}, os.path.join(folder, "model.safetensors"), {"format": "pt"})
        torch.set_default_dtype(torch.float32)
        model, info = cls.from_pretrained(folder, attn_implementation=config._attn_implementation, output_loading_info=True)
        torch.set_default_dtype(torch.float64)
    lacking = [name for name in info["missing_keys"] if "lm_head" not in name]
    assert not lacking and not info["unexpected_keys"] and not info["mismatched_keys"], info
    return model.double().eval()


def gradients(model, loss, names):
    """`names`: of model.named_parameters(), or [name in the checkpoint, the same in the model, a place in a stack]"""
    own = dict(model.named_parameters())
    loss.backward()
    out = {}
    for name in names:
        stored, inside, *place = [name, name] if isinstance(name, str) else name
        gradient = own[inside].grad
        out["gradient." + stored] = gradient[place[0]] if place else gradient
    return out


def make(name, class_name, config, *, inputs=None, rules=(), grads=(), outputs=None, generate=10, attention="eager", published=lambda name: name,
         prompt=None):  # fmt: skip
    """One file of fixtures/today. `outputs`: (model, inputs) → named tensors; logits and loss of a text unless given.
    `published`: the name on the hub of a tensor that transformers saves under another; `prompt`: what is answered greedily
    """
    wanted = sys.argv[1:]
    if wanted and name not in wanted:
        return
    cls, given, tensors = build(class_name, config)
    given._attn_implementation = attention
    weights = filled({published(name): tensor for name, tensor in tensors.items()}, rules)
    raw = {**config, "architectures": [class_name]}
    model = load(cls, given, raw, weights)
    inputs = inputs or text_batch(name, config.get("vocab_size", 23), low=3)
    values = {key: value.values if isinstance(value, common.Made) else value for key, value in inputs.items()}
    if outputs is None:
        result = model(**values)
        got = {key: result[key] for key in ("logits", "loss") if result.get(key) is not None}
    else:
        got = outputs(model, values)
    if grads:
        got.update(gradients(model, got["loss"], grads))
    if generate and "logits" in got and (prompt or "input_ids" in values):
        prompt = prompt or {"input_ids": values["input_ids"][:1, :12]}
        with torch.no_grad():
            got["generated_ids"] = model.generate(**prompt, max_new_tokens=generate, do_sample=False, pad_token_id=0)
    common.KEPT = tuple(got)
    common.save(name, raw, weights, inputs, got)
    size = os.path.getsize(os.path.join(common.FOLDER, name + ".json"))
    print(f"{name}: {len(weights.table)} tensors, {sum(v.numel() for v in weights.values.values())} numbers, {size} bytes")


def embedding_outputs(pooled=None):
    """For models without a head: the masked mean (or `pooled`), of length 1, weighed by a probe."""

    def outputs(model, inputs):
        fed = {key: value for key, value in inputs.items() if key not in ("labels", "probe")}
        result = model(**fed)
        seen = inputs["attention_mask"][..., None].double()
        mean = (result.last_hidden_state * seen).sum(1) / seen.sum(1) if pooled is None else pooled(result)
        embedding = torch.nn.functional.normalize(mean, dim=-1)
        return {"embedding": embedding, "loss": (embedding * inputs["probe"]).sum()}

    return outputs


def embedding_batch(name, vocab=23, width=16):
    """Rows and a probe that weighs their vectors in the loss."""
    batch = text_batch(name, vocab, low=3)
    del batch["labels"]
    return {**batch, "probe": common.Made("probe", (2, width))}
