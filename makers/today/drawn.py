"""Folders like published ones, with several keys of their configuration drawn anew: what the reference computes from each.

python3 makers/today/drawn.py OUT COUNT FOLDER…: COUNT configurations of each FOLDER (config.json, expected.safetensors), as folders
that tools/changed-keys.ts compares. Configurations that the reference cannot compute with are drawn again; FIRST=100 draws others.
"""

import copy, json, os, random, sys

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

from mutations import UNREAD, changes

transformers.logging.set_verbosity_error()
torch.set_num_threads(1)

INPUTS = {"input_ids", "attention_mask", "labels", "token_type_ids", "mm_token_type_ids", "pixel_values", "pixel_attention_mask", "spatial_shapes",
          "image_grid_thw", "image_position_ids", "position_ids", "input_values", "input_features"}  # fmt: skip
OUTPUTS = ["logits", "loss", "image_hidden_states", "last_hidden_state", "pooler_output", "encoder_last_hidden_state", "logits_per_text", "text_embeds",
           "image_embeds"]  # fmt: skip
WORDS = {"num_attention_heads": [1, 2, 4, 6, 8], "num_key_value_heads": [1, 2, 4], "num_hidden_layers": [1, 2, 3, 5], "head_dim": [6, 8, 16, 20],
         "sliding_window": [1, 3, 7, 30], "intermediate_size": [12, 40, 57], "num_experts": [3, 6], "num_local_experts": [3, 6], "n_routed_experts": [8, 16],
         "num_experts_per_tok": [1, 3], "rms_norm_eps": [1e-2], "layer_norm_eps": [1e-2], "chunk_size": [], "attention_chunk_size": [3, 8]}  # fmt: skip
LAYERS = ("layer_types", "no_rope_layers", "mlp_layer_types", "layers_block_type", "moe_layers")


def drawn(rng, whole, base):
    """`base` with two to five keys drawn anew, inside its parts as well."""
    config, what = copy.deepcopy(base), []
    for _ in range(rng.randint(2, 5)):
        part, path = config, ""
        full = whole
        nested = [key for key in ("text_config", "vision_config", "encoder", "decoder") if isinstance(base.get(key), dict)]
        if nested and rng.random() < 0.85:
            path = rng.choice(nested)
            part, full = config[path], whole[path]
        keys = [key for key in full if key not in UNREAD and not (isinstance(full[key], dict) and "rope" not in key)]
        key = rng.choice(keys)
        if key in LAYERS and isinstance(full[key], list):
            kinds = sorted(set(full[key]), key=str)
            value = [rng.choice(kinds) for _ in full[key]]
        elif key in WORDS:
            value = rng.choice([*WORDS[key], full[key]])
        else:
            options = [(name, one) for name, one in changes({key: full[key]}, part)]
            if not options:
                continue
            name, changed = rng.choice(options)
            part.clear()
            part.update(changed)
            what.append(f"{path}.{name}")
            continue
        part[key] = value
        if key == "num_hidden_layers":
            for other in LAYERS:
                if isinstance(full.get(other), list):
                    part[other] = [rng.choice(full[other]) for _ in range(value)]
        what.append(f"{path}.{key}={value}")
    return config, what


def fill(model, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *((n, b) for n, b in model.named_buffers() if "bias" in n)]:
            if tensor.dim() >= 2:
                fan = tensor.shape[-1] if "embed" not in name or tensor.dim() > 2 else 1
                tensor.normal_(0, fan**-0.5 if tensor.dim() < 4 else tensor[0].numel() ** -0.5)
            else:
                tensor.add_(torch.randn_like(tensor) * 0.2)


def as_released():
    """Undoes what later sources compute otherwise than every release: Qwen2.5-VL's windows are as long as images there."""
    module = transformers.models.qwen2_5_vl.modeling_qwen2_5_vl
    lengths = module.get_vision_attention_seqlens
    module.get_vision_attention_seqlens = lambda grids, config, kwargs=None: lengths(grids, config)


def inputs_of(folder):
    with safe_open(os.path.join(folder, "expected.safetensors"), "pt") as file:
        stored = {name: file.get_tensor(name) for name in file.keys() if not name.startswith(("gradient.", "unpadded."))}
    return {name: value for name, value in stored.items() if name in INPUTS or name == "probe"}, "generated_ids" in stored


def embedding(result, inputs):
    seen = inputs.get("attention_mask")
    pooled = result.get("pooler_output")
    if pooled is None:
        pooled = (result.last_hidden_state * seen[..., None]).sum(1) / seen.sum(1)[:, None] if seen is not None else result.last_hidden_state[:, 0]
    return torch.nn.functional.normalize(pooled, dim=-1)


def kept(model, inputs, names):
    fed = {key: value for key, value in inputs.items() if key != "probe"}
    more = {"return_loss": True} if model.config.model_type == "siglip2" else {}
    result = model(**fed, **more, output_hidden_states=True)
    got = {name: result[name] for name in OUTPUTS if result.get(name) is not None and isinstance(result[name], torch.Tensor)}
    if "probe" in inputs:
        got["embedding"] = embedding(result, inputs)
        got["loss"] = (got["embedding"] * inputs["probe"]).sum()
    if result.get("hidden_states") is not None and len(result.hidden_states) > 2:
        got["hidden_states.1"] = result.hidden_states[1]
    model.zero_grad()
    got["loss"].backward()
    own = {name: tensor.grad for name, tensor in model.named_parameters() if tensor.grad is not None}
    for name, shape in names:
        # Smaller ones are rounding: of queries in a window of one token, of key biases without positions.
        if name in own and own[name].shape == shape and own[name].abs().max() > 1e-6:
            got["gradient." + name] = own[name]
    return got


def prompt_of(inputs, images):
    """What the parity tool continues: twelve tokens, or the first row and its images."""
    ids = inputs["input_ids"]
    return {"input_ids": ids[:1, : int(inputs["attention_mask"][0].sum()) if images else 12]}


def compute(folder, out, config, seed):
    inputs, generates = inputs_of(folder)
    cls = getattr(transformers, config["architectures"][0])
    given = cls.config_class.from_dict(copy.deepcopy(config))
    given._attn_implementation = "sdpa" if "parakeet" in config["model_type"] else "eager"
    model = cls(given)
    fill(model, seed)
    os.makedirs(out, exist_ok=True)
    model.save_pretrained(out)
    if seed % 2:
        json.dump(config, open(os.path.join(out, "config.json"), "w"), indent=1)
    # The model as it is read back: what saving loses is lost for both.
    model = cls.from_pretrained(out, attn_implementation=given._attn_implementation, dtype=torch.float32).eval()
    with safe_open(os.path.join(out, "model.safetensors"), "pt") as file:
        names = [(name, file.get_tensor(name).shape) for name in file.keys()]
    got = kept(model, inputs, names)
    if not all(torch.isfinite(one[inputs["attention_mask"].bool()] if name == "logits" and "input_ids" in inputs and one.shape[:2] == inputs["attention_mask"].shape else one).all()
               for name, one in got.items() if not name.startswith("hidden")):  # fmt: skip
        raise ValueError("not finite")
    if generates and "pixel_values" not in inputs and "encoder_last_hidden_state" not in got:
        with torch.no_grad():
            got["generated_ids"] = model.generate(**prompt_of(inputs, False), max_new_tokens=12, do_sample=False, pad_token_id=0, eos_token_id=None)
    tensors = {name: value.detach().clone().contiguous() for name, value in {**inputs, **got}.items()}
    save_file({name: value[None] if value.dim() == 0 else value for name, value in tensors.items()}, os.path.join(out, "expected.safetensors"))


if __name__ == "__main__":
    out, count, *folders = sys.argv[1:]
    as_released()
    for folder in folders:
        name = os.path.basename(os.path.normpath(folder))
        base = json.load(open(os.path.join(folder, "config.json")))
        base.pop("transformers_version", None)
        if base["model_type"] == "olmo3":  # Later sources read settings by type alone.
            base["rope_parameters"] = {kind: dict(base["rope_parameters"]) for kind in ("sliding_attention", "full_attention")}
        whole = getattr(transformers, base["architectures"][0]).config_class.from_dict(copy.deepcopy(base)).to_dict()
        told = {"written": 0, "unable": 0}
        first = int(os.environ.get("FIRST", 0))
        for seed in range(first, first + int(count) * 6):
            if told["written"] == int(count):
                break
            config, what = (base, ["as it is"]) if seed == 0 else drawn(random.Random(f"{name} {seed}"), whole, base)
            place = os.path.join(out, name, f"{seed:03}")
            try:
                compute(folder, place, config, seed)
                json.dump(what, open(os.path.join(place, "changed.json"), "w"))
                told["written"] += 1
            except Exception as error:
                told["unable"] += 1
                os.system(f"rm -rf '{place}'")
                if seed == 0 or os.environ.get("SHOW"):
                    print(name, seed, what, type(error).__name__, str(error)[:200], flush=True)
        print(name, told, flush=True)
