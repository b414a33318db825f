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
    def __init__(self, config, layer_idx):
        super().__init__()
        self.config, self.layer_idx = config, layer_idx
        self.hidden_size = self.split_size = config.n_embd
        self.num_heads, self.head_dim = config.n_head, config.n_embd // config.n_head
        self.c_attn = Conv1D(3 * config.n_embd, config.n_embd)
        self.c_proj = Conv1D(config.n_embd, config.n_embd)

    def forward(self, hidden_states, past_key_values=None, attention_mask=None, **_):
        B, T, D = hidden_states.shape
        parts = self.c_attn(hidden_states).split(D, 2)
        q, k, v = (part.view(B, T, self.num_heads, -1).transpose(1, 2) for part in parts)
        if past_key_values is not None:
            k, v = past_key_values.update(k, v, self.layer_idx)
        scores = q @ k.transpose(2, 3) * self.head_dim**-0.5 + attention_mask
        return self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, D)), None


class GPT2MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = Conv1D(4 * config.n_embd, config.n_embd)
        self.c_proj = Conv1D(config.n_embd, 4 * config.n_embd)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class GPT2Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.attn = GPT2Attention(config, layer)
        self.ln_2 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.mlp = GPT2MLP(config)

    def forward(self, x, **how):
        x = x + self.attn(hidden_states=self.ln_1(x), **how)[0]
        return x + self.mlp(self.ln_2(x))


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.h = nn.ModuleList(GPT2Block(config, i) for i in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, inputs_embeds, attention_mask, past_key_values):
        x = self.wte(input_ids) if inputs_embeds is None else inputs_embeds
        T = x.shape[1]
        past = 0 if past_key_values is None else past_key_values.get_seq_length()
        places = torch.arange(past, past + T)
        seen = (places[:, None] >= torch.arange(past + T)[None])[None]
        if attention_mask is not None:
            seen = seen & attention_mask[:, None, :].bool()
        mask = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(x.dtype).min)[:, None]
        x = x + self.wpe(places)
        for block in self.h:
            x = block(x, attention_mask=mask, past_key_values=past_key_values)
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

        def forward(
            self, input_ids=None, attention_mask=None, inputs_embeds=None, past_key_values=None, **_
        ):
            hidden = self.transformer(input_ids, inputs_embeds, attention_mask, past_key_values)
            return Output(self.lm_head(hidden))

        def get_input_embeddings(self):
            return self.transformer.wte

        def get_output_embeddings(self):
            return self.lm_head

        def prepare_inputs_for_generation(self, *_, **given):
            return given

    with open(os.path.join(folder, "config.json")) as file:
        config = Config(json.load(file), tie_word_embeddings=True)
    config.update(hidden_size=config.n_embd, num_attention_heads=config.n_head, num_hidden_layers=config.n_layer)
    model = GPT2LMHeadModel(config)
    weights = load_file(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({"lm_head.weight": weights["transformer.wte.weight"], **weights})
    return model.eval()
