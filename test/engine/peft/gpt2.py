"""GPT-2 in plain torch with the module names of transformers, as llama.py.

B rows, T tokens, D width, H heads.
"""

import json
import os

import torch
from llama import Config, Output
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class Conv1D(nn.Module):
    """A linear layer whose weight lies [in, out]."""

    def __init__(self, nf, nx):
        super().__init__()
        self.nf, self.nx = nf, nx
        self.weight = nn.Parameter(torch.empty(nx, nf))
        self.bias = nn.Parameter(torch.zeros(nf))

    def forward(self, x):
        return x @ self.weight + self.bias


class GPT2Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.n_head
        self.c_attn = Conv1D(3 * config.n_embd, config.n_embd)
        self.c_proj = Conv1D(config.n_embd, config.n_embd)

    def forward(self, x, mask):
        B, T, D = x.shape
        q, k, v = (part.view(B, T, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(D, 2))
        scores = q @ k.transpose(2, 3) * (D // self.heads) ** -0.5 + mask
        return self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, D))


class GPT2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = Conv1D(4 * config.n_embd, config.n_embd)
        self.c_proj = Conv1D(config.n_embd, 4 * config.n_embd)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class GPT2Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.attn = GPT2Attention(config)
        self.ln_2 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.mlp = GPT2MLP(config)

    def forward(self, x, mask):
        x = x + self.attn(self.ln_1(x), mask)
        return x + self.mlp(self.ln_2(x))


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.h = nn.ModuleList(GPT2Block(config) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, inputs_embeds, attention_mask):
        x = self.wte(input_ids) if inputs_embeds is None else inputs_embeds
        T = x.shape[1]
        seen = torch.ones(T, T).tril().bool()[None]
        if attention_mask is not None:
            seen = seen & attention_mask[:, None, :].bool()
        mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(x.dtype).min)[:, None]
        x = x + self.wpe(torch.arange(T))
        for block in self.h:
            x = block(x, mask)
        return self.ln_f(x)


def load(folder, base):
    """GPT2LMHeadModel below a class: what stands for transformers' PreTrainedModel."""

    class GPT2LMHeadModel(base):
        _tied_weights_keys = ["lm_head.weight"]

        def __init__(self, config):
            super().__init__()
            self.config = config
            self.transformer = GPT2Model(config)
            self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
            self.lm_head.weight = self.transformer.wte.weight

        def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, **_):
            return Output(self.lm_head(self.transformer(input_ids, inputs_embeds, attention_mask)))

        def get_input_embeddings(self):
            return self.transformer.wte

        def get_output_embeddings(self):
            return self.lm_head

        def prepare_inputs_for_generation(self, *_, **given):
            return given

    with open(os.path.join(folder, "config.json")) as file:
        config = Config(json.load(file), tie_word_embeddings=True)
    model = GPT2LMHeadModel(config)
    weights = load_file(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({"lm_head.weight": weights["transformer.wte.weight"], **weights})
    return model.eval()
