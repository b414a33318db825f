"""Makes eva.safetensors: what EVA of PEFT finds in one batch of Llama. `eva.py PEFT_CHECKOUT`, as open_adapters.py."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(sys.argv[1], "src")]
import llama
import stand_ins

stand_ins.install()
import peft
import torch
import torch.distributed.tensor
from peft.tuners.lora.eva import get_eva_state_dict
from safetensors.torch import load_file, save_file

torch.set_num_threads(1)
BASE = os.path.join(HERE, "../../../fixtures/models/llama")
model = llama.load(BASE, stand_ins.PreTrainedModel)
batch = load_file(os.path.join(BASE, "train_batch.safetensors"))
names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
config = peft.LoraConfig(r=4, target_modules=names, init_lora_weights="eva", eva_config=peft.EvaConfig(rho=2.0))


def forward(model, batch):
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])


found = get_eva_state_dict(model, [dict(batch)], config, forward_fn=forward, show_progress_bar=False)
save_file({name: one.contiguous() for name, one in found.items()}, os.path.join(HERE, "eva.safetensors"))
