"""Opens adapters with PEFT's own loader: `open_adapters.py PEFT_CHECKOUT BASE INPUTS FOLDER…`.

PEFT_CHECKOUT is a work tree of PEFT, BASE a folder of Llama, GPT-2 or BERT, INPUTS a safetensors file with what it reads.
Beside each FOLDER's adapter the logits are written as peft_logits.safetensors. One line of JSON a folder:
{"folder", "error", "missing"}; the first line says what stood for what is not installed.
"""

import json
import os
import sys
import traceback
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bert
import gpt2
import llama
import stand_ins


READ = ("input_ids", "attention_mask", "token_type_ids")


def base_model(folder):
    if "transformers" in MISSING:
        with open(os.path.join(folder, "config.json")) as file:
            kind = {"llama": llama, "gpt2": gpt2, "bert": bert}[json.load(file)["model_type"]]
        return kind.load(folder, stand_ins.PreTrainedModel)
    import transformers

    with open(os.path.join(folder, "config.json")) as file:
        kind = getattr(transformers, json.load(file)["architectures"][0])
    return kind.from_pretrained(folder, attn_implementation="eager").eval()


def open_one(base, folder, inputs):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        model = peft.PeftModel.from_pretrained(base_model(base), folder).eval()
    with torch.no_grad():
        logits = model(**{name: inputs[name] for name in READ if name in inputs}).logits
    save_file({"logits": logits.contiguous()}, os.path.join(folder, "peft_logits.safetensors"))
    return [str(one.message) for one in warned if "missing adapter keys" in str(one.message)]


def main(base, inputs, folders):
    inputs = load_file(inputs)
    for folder in folders:
        result = {"folder": folder, "error": None, "missing": []}
        try:
            result["missing"] = open_one(base, folder, inputs)
        except Exception as error:
            traceback.print_exc()
            result["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    checkout, *rest = sys.argv[1:]
    sys.path.insert(0, os.path.join(checkout, "src"))
    MISSING = stand_ins.install()
    import peft
    import torch
    import torch.distributed.tensor  # transformers imports it, and PEFT reads it
    from safetensors.torch import load_file, save_file

    torch.set_num_threads(1)
    print(json.dumps({"peft": peft.__version__, "stand_ins": MISSING}), flush=True)
    main(rest[0], rest[1], rest[2:])
