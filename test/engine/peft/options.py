"""Makes fixtures/tunings-options.json: what PEFT computes with options of its methods. `options.py PEFT_CHECKOUT`.

Each case is an adapter_config.json on a tiny model, tensors by a rule (`rule`), and what comes of them: a few logits, the
loss of a batch and the norm of all its gradients. Made with PEFT 0.18.1, /usr/bin/python3 and Debian's torch 2.6.
"""

import json
import math
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "../../../fixtures")
sys.path[:0] = [HERE, os.path.join(sys.argv[1], "src")]
import bert
import gpt2
import llama
import stand_ins

stand_ins.install()
import peft
import torch
import torch.distributed.tensor
from peft.tuners.boft import layer as boft
from peft.tuners.c3a import layer as c3a
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file
from torch.nn import functional as F

torch.set_num_threads(1)
MODELS = {"llama": llama, "gpt2": gpt2, "bert_cls": bert}
TASKS = {"llama": "CAUSAL_LM", "gpt2": "CAUSAL_LM", "bert_cls": "SEQ_CLS"}
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class Blocks:
    """PEFT's kernel for CUDA, without which it sets the factors to 1."""

    @staticmethod
    def apply(x):
        return torch.stack([torch.block_diag(*one) for one in x])


boft._FBD_CUDA, boft.FastBlockDiag = object(), Blocks


def plain_c3a(self, x, *_, **__):
    """PEFT's own backward gives the layer's input a wrong gradient."""
    return self.base_layer(x) + F.linear(x, self.get_delta_weight(self.active_adapters[0]))


c3a.C3ALinear.forward = plain_c3a
# Like a machine with bf16, on which RandLoRA's matrices are drawn in it.
sys.modules["peft.tuners.randlora.model"].is_bf16_available = lambda: True

QV = ["q_proj", "v_proj", "down_proj"]


def lora(**options):
    return peft.LoraConfig(**{"r": 2, "lora_alpha": 4, "target_modules": QV, **options})


def near(cls, **options):
    return getattr(peft, cls + "Config")(**{"target_modules": QV, **options})


CASES = {
    "llama": {
        "lora patterns": lora(rank_pattern={r"layers\.1\..*": 3}, alpha_pattern={"v_proj": 9}, use_rslora=True),
        "lora layers_pattern": lora(layers_to_transform=[1], layers_pattern=["blocks", "layers"]),
        "lora layers_to_transform and a whole path": lora(
            layers_to_transform=[1], target_modules=["q_proj", "model.layers.0.mlp.up_proj"]
        ),
        "lora exclude_modules": lora(target_modules="all-linear", exclude_modules=r".*\.layers\.0\..*"),
        "lora modules_to_save over its targets": lora(target_modules=["q_proj", "o_proj"], modules_to_save=["o_proj"]),
        "lora pissa": lora(init_lora_weights="pissa", use_rslora=True),
        "lora olora": lora(init_lora_weights="olora"),
        "lora dora on a table": lora(use_dora=True, target_modules=["embed_tokens", "q_proj"]),
        "loha patterns": near("LoHa", r=2, alpha=3, rank_pattern={"v_proj": 3}, alpha_pattern={"q_proj": 5}),
        "lokr patterns": near("LoKr", r=2, alpha=3, rank_pattern={"v_proj": 1}, alpha_pattern={"q_proj": 5}),
        "ia3 regular expressions": peft.IA3Config(
            target_modules=r".*\.(k_proj|v_proj|down_proj)", feedforward_modules=r".*\.down_proj"
        ),
        "ia3 ends of names": peft.IA3Config(target_modules=["v_proj", "down_proj"], feedforward_modules=["down_proj"]),
        "vera without its matrices": near("Vera", r=4, save_projection=False, projection_prng_key=5),
        "randlora without its matrices": near("RandLora", r=20, randlora_alpha=3, save_projection=False),
        "randlora sparse": near(
            "RandLora", r=20, randlora_alpha=3, save_projection=False, sparse=True, projection_prng_key=7
        ),
        "randlora very sparse": near("RandLora", r=20, randlora_alpha=3, save_projection=False, very_sparse=True),
        "oft three terms": near("OFT", oft_block_size=8, num_cayley_neumann_terms=3),
        "oft two terms": near("OFT", oft_block_size=8, num_cayley_neumann_terms=2),
        "oft shared and near": near(
            "OFT", oft_block_size=16, block_share=True, coft=True, eps=0.1, use_cayley_neumann=False
        ),
        "boft blocks": near("BOFT", boft_block_size=0, boft_block_num=8),
        "boft three factors": near("BOFT", boft_block_size=4, boft_n_butterfly_factor=3),
        "hra at right angles": near("HRA", r=2, apply_GS=True),
        "fourierft counts": near("FourierFT", n_frequency=9, scaling=30.0, n_frequency_pattern={"v_proj": 5}),
        "c3a sides": near("C3A", block_size=16, block_size_pattern={"v_proj": 8, "layers.1.mlp.down_proj": 4}),
        "miss mini of one column": near("Miss", r=8, mini_r=1, init_weights="mini"),
        "bone": near("Bone", r=8),
        "road_2": near("Road", variant="road_2", group_size=8),
        "road_4": near("Road", variant="road_4", group_size=8),
        "ln_tuning exclude_modules": peft.LNTuningConfig(
            target_modules=["input_layernorm", "norm"], exclude_modules=["layers.0.input_layernorm"]
        ),
        "vblora choices alone": near(
            "VBLoRA", r=2, num_vectors=20, vector_length=32, topk=2, save_only_topk_weights=True
        ),
        "delora patterns": near("Delora", r=3, delora_lambda=2, rank_pattern={"v_proj": 2}, lambda_pattern={"q_proj": 5}),
        "adaption_prompt": peft.AdaptionPromptConfig(adapter_len=3, adapter_layers=1),
    },
    "gpt2": {
        "lora beside a table without its head": lora(target_modules=["c_attn"], modules_to_save=["wte"], fan_in_fan_out=True),
        "lora on places": lora(target_modules=["wpe", "c_attn"], fan_in_fan_out=True),
        "adaption_prompt": peft.AdaptionPromptConfig(adapter_len=3, adapter_layers=1),
        "vera": peft.VeraConfig(r=4, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True, save_projection=False),
    },
    "bert_cls": {
        "lora on places": lora(target_modules=["position_embeddings", "query"]),
        "lora layers_to_transform": lora(layers_to_transform=[1], target_modules=["query", "dense"]),
        "boft biases": peft.BOFTConfig(boft_block_size=4, bias="all", target_modules=["query"]),
        "loha beside modules_to_save": peft.LoHaConfig(r=2, target_modules=["dense"], modules_to_save=["pooler"]),
    },
}


def rule(name, shape):
    """sin over places and names, around 1 where 0 would be nothing."""
    offset = 1 if re.search(r"ia3_l|road_alpha|boft_s$|norm|ln_|LayerNorm|lambda|magnitude|gate", name) else 0
    phase = sum(map(ord, name)) % 97
    values = [math.sin(0.9 * i + phase) * 0.1 + offset for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).float().reshape(shape)


def tensors_of(state):
    """By the rule; integers as they are."""
    values = {}
    for name, one in state.items():
        if not one.is_floating_point():
            values[name] = one
        elif name.endswith("_topk_weights"):
            values[name] = torch.full(one.shape, 0.3)
        else:
            values[name] = rule(name, one.shape)
    return values


def described(name, tensor):
    about = {"shape": list(tensor.shape)}
    if not tensor.is_floating_point():
        about["values"] = tensor.flatten().tolist()
    return name, about


def loss_of(model, batch):
    logits = model(**{key: batch[key] for key in INPUTS if key in batch}).logits
    labels = batch["labels"]
    if labels.dim() == 1:
        return F.cross_entropy(logits, labels)
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)


def make(kind, config):
    torch.manual_seed(1)
    folder = os.path.join(FIXTURES, "models", kind)
    config.task_type = TASKS[kind]
    model = peft.get_peft_model(MODELS[kind].load(folder, stand_ins.PreTrainedModel), config).eval()
    config.base_model_name_or_path = kind
    state = tensors_of(get_peft_model_state_dict(model, save_embedding_layers=False))
    set_peft_model_state_dict(model, dict(state))
    given = load_file(os.path.join(folder, "expected.safetensors"))
    with torch.no_grad():
        logits = model(**{key: given[key] for key in INPUTS if key in given}).logits
    if logits.dim() == 3:
        logits = logits[0, int(given["attention_mask"][0].nonzero().max())]
    loss = loss_of(model, load_file(os.path.join(folder, "train_batch.safetensors")))
    loss.backward()
    gradients = [one.grad.pow(2).sum() for one in model.parameters() if one.grad is not None]
    with tempfile.TemporaryDirectory() as place:
        config.inference_mode = True
        config.save_pretrained(place)
        with open(os.path.join(place, "adapter_config.json")) as file:
            written = {key: value for key, value in json.load(file).items() if value is not None}
    for key in ("target_modules", "feedforward_modules", "exclude_modules"):
        if isinstance(written.get(key), list):
            written[key].sort()
    return {
        "config": written,
        "tensors": dict(described(*entry) for entry in sorted(state.items())),
        "logits": logits.flatten()[:8].tolist(),
        "loss": loss.item(),
        "gradient_norm": torch.sqrt(sum(gradients)).item(),
    }


def main():
    made = {kind: {name: make(kind, config) for name, config in cases.items()} for kind, cases in CASES.items()}
    with open(os.path.join(FIXTURES, "tunings-options.json"), "w") as out:
        out.write("{\n")
        lines = [
            f' "{kind}": {{\n' + ",\n".join(f"  {json.dumps(n)}: {json.dumps(one)}" for n, one in cases.items()) + "\n }"
            for kind, cases in made.items()
        ]
        out.write(",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
