"""Every case of a maker next to this with one key of its configuration changed at a time: a key that changes the reference's
numbers has to change ours or to be refused (tools/changed-keys.ts compares).

python3 makers/today/mutations.py FOLDER MODULE [CASE …]: a file for each key and value that the reference can compute with.
"""

import copy, os, runpy, sys

import reference
from reference import common, torch
from common import text_batch

UNREAD = {"architectures", "model_type", "dtype", "torch_dtype", "transformers_version", "id2label", "label2id", "problem_type",
          "return_dict", "chunk_size_feed_forward", "_name_or_path", "vocab_size", "use_cache", "num_labels", "keys_to_ignore_at_inference",
          "initializer_range", "output_attentions", "output_hidden_states", "is_encoder_decoder", "layer_type_validation"}  # fmt: skip
ACTIVATIONS = ["gelu", "relu", "gelu_pytorch_tanh", "silu"]
WORDS = {"scoring_func": ["softmax", "sigmoid"], "topk_method": ["greedy", "group_limited_greedy"], "position_embedding_type": ["nope", "rope"]}
ROPES = [
    {"rope_type": "linear", "factor": 2.0},
    {"rope_type": "dynamic", "factor": 3.0},
    {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8},
    {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8, "mscale": 0.7, "mscale_all_dim": 1.3},
    {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8},
]


def values_of(key, value):
    """Other values of a key."""
    if key in UNREAD or key.endswith("token_id") or "dropout" in key or key.endswith("_ids"):
        return []
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value * 2, value + 1] if value < 9 else [value * 2]
    if isinstance(value, float):
        return [0.03 if value < 1e-3 else value * 1.5]
    if value is None:
        return [2, 0.7, True]
    if isinstance(value, str):
        if key.endswith("act") or "activation" in key:
            return [one for one in ACTIVATIONS if one != value][:2]
        return [one for one in WORDS.get(key, []) if one != value]
    if isinstance(value, list) and value:
        return [value[::-1]] if value != value[::-1] else []
    return []


def changes(config, base):
    """(name, configuration) of each change; `config` as the reference completes it, `base` as it was given."""
    for key, value in config.items():
        if key in ("rope_parameters", "rope_scaling") or key in UNREAD:
            continue
        if isinstance(value, dict):
            inner = base.get(key) if isinstance(base.get(key), dict) else {}
            for name, changed in changes(value, inner):
                yield f"{key}.{name}", {**base, key: changed}
            continue
        for other in values_of(key, value):
            yield f"{key}={other}", {**base, key: other}
    rope = config.get("rope_parameters")
    if not isinstance(rope, dict):
        return
    given = base.get("rope_parameters")
    nested = all(isinstance(one, dict) for one in rope.values())
    entries = rope if nested else {None: rope}
    wrap = lambda layer, entry: {**rope, layer: entry} if nested else entry
    plain = {key: value for key, value in base.items() if key not in ("rope_parameters", "rope_scaling", "rope_theta")}
    for layer, entry in entries.items():
        theta = {"rope_theta": entry.get("rope_theta", 10000.0)}
        for other in ROPES:
            full = {**{k: v for k, v in entry.items() if k == "partial_rotary_factor"}, **theta, **other}
            yield f"rope_parameters.{layer}={other}", {**plain, "rope_parameters": wrap(layer, full)}
        for key, value in entry.items():
            for other in values_of(key, value):
                yield f"rope_parameters.{layer}.{key}={other}", {**plain, "rope_parameters": wrap(layer, {**entry, key: other})}
    if not nested:
        yield "rope_theta=77", {**plain, "rope_theta": 77.0, **({"rope_parameters": {k: v for k, v in given.items() if k != "rope_theta"}} if given else {})}
        for other in ROPES:
            yield f"rope_scaling={other}", {**plain, "rope_theta": 5000.0, "rope_scaling": other}
        yield "rope_scaling.type", {**plain, "rope_theta": 5000.0, "rope_scaling": {"type": "linear", "factor": 2.0}}


def computed(name, class_name, config, rest):
    cls, given, tensors = reference.build(class_name, config)
    given._attn_implementation = rest.get("attention", "eager")
    published = rest.get("published", {})
    weights = reference.filled({published.get(key, key): tensor for key, tensor in tensors.items()}, rest.get("rules", ()))
    raw = {**config, "architectures": [class_name]}
    model = reference.load(cls, given, raw, weights)
    inputs = rest.get("inputs") or text_batch(name, config.get("vocab_size", 23), low=3)
    values = {key: value.values if isinstance(value, common.Made) else value for key, value in inputs.items()}
    with torch.no_grad():
        if rest.get("outputs") is not None:
            got = rest["outputs"](model, values)
        else:
            result = model(**values)
            got = {key: result[key] for key in ("logits", "loss") if result.get(key) is not None}
    return raw, weights, inputs, got


def mutate(name, class_name, config, **rest):
    if cases and name not in cases:
        return
    whole = getattr(reference.transformers, class_name).config_class.from_dict(copy.deepcopy(config)).to_dict()
    common.FOLDER = os.path.join(folder, name)
    os.makedirs(common.FOLDER, exist_ok=True)
    told = {"written": 0, "unable": 0}
    for place, (what, changed) in enumerate([("as it is", config), *changes(whole, config)]):
        try:
            raw, weights, inputs, got = computed(name, class_name, copy.deepcopy(changed), rest)
        except Exception as error:
            torch.set_default_dtype(torch.float64)
            told["unable"] += 1
            if place == 0:
                raise
            continue
        if not all(torch.isfinite(one).all() for one in got.values()):
            continue
        common.KEPT = tuple(got)
        raw.update(changed=what, transformers_version="5.13.0")
        common.save(f"{place:03}", raw, weights, inputs, got)
        told["written"] += 1
    print(name, told, flush=True)


if __name__ == "__main__":
    folder, module, *cases = sys.argv[1:]
    reference.make = mutate
    sys.argv = sys.argv[:1]
    runpy.run_path(os.path.join(os.path.dirname(__file__), module + ".py"))
