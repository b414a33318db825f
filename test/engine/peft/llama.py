"""Llama in plain torch with the module names and signatures of transformers, for machines that have no transformers.

B rows, T tokens, D width, H heads, K key-value heads, d head size.
"""

import json
import os

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class Config(dict):
    """config.json, its keys as attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def to_dict(self):
        return dict(self)


class Cache:
    """Keys and values of earlier tokens: (key, value) of each layer, [B, K, T, d]."""

    def __init__(self, layers=(), config=None):
        self.layers = [tuple(pair[:2]) for pair in layers]

    def get_seq_length(self, layer=0):
        return self.layers[layer][0].shape[2] if self.layers else 0

    def update(self, key, value, layer):
        if layer == len(self.layers):
            self.layers.append((key, value))
        else:
            before = self.layers[layer]
            self.layers[layer] = tuple(torch.cat(pair, 2) for pair in zip(before, (key, value)))
        return self.layers[layer]


class LlamaRMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)


def turned(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


class LlamaAttention(nn.Module):
    def __init__(self, config, layer_idx):
        super().__init__()
        self.config, self.layer_idx, self.head_dim = config, layer_idx, config.head_dim
        heads, keys = config.num_attention_heads * self.head_dim, config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, heads, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, keys, bias=False)
        self.o_proj = nn.Linear(heads, config.hidden_size, bias=False)

    def forward(self, hidden_states, position_embeddings=None, attention_mask=None, past_key_values=None, **_):
        B, T, _ = hidden_states.shape
        q, k, v = (
            layer(hidden_states).view(B, T, -1, self.head_dim).transpose(1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        cos, sin = (part.unsqueeze(1) for part in position_embeddings)
        q, k = turned(q, cos, sin), turned(k, cos, sin)
        if past_key_values is not None:
            k, v = past_key_values.update(k, v, self.layer_idx)
        repeats = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(repeats, 1), v.repeat_interleave(repeats, 1)
        scores = q @ k.transpose(2, 3) * self.head_dim**-0.5 + attention_mask
        y = scores.softmax(-1) @ v
        return self.o_proj(y.transpose(1, 2).reshape(B, T, -1)), None


class LlamaMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaDecoderLayer(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.self_attn = LlamaAttention(config, layer)
        self.mlp = LlamaMLP(config)
        self.input_layernorm = LlamaRMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = LlamaRMSNorm(config.hidden_size, config.rms_norm_eps)

    def attend(self, x, **how):
        return self.self_attn(hidden_states=x, **how)[0]

    def forward(self, x, **how):
        x = x + self.attend(self.input_layernorm(x), **how)
        return x + self.mlp(self.post_attention_layernorm(x))


class LlamaModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(LlamaDecoderLayer(config, i) for i in range(config.num_hidden_layers))
        self.norm = LlamaRMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, input_ids, inputs_embeds, attention_mask, position_ids, past_key_values):
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        B, T, _ = x.shape
        past = 0 if past_key_values is None else past_key_values.get_seq_length()
        places = torch.arange(past, past + T)
        if position_ids is None:
            position_ids = places[None].expand(B, T)
        seen = places[:, None] >= torch.arange(past + T)[None]
        if attention_mask is not None:
            seen = seen[None] & attention_mask[:, None, :].bool()
        mask = torch.zeros(seen.shape, dtype=x.dtype).masked_fill(~seen, torch.finfo(x.dtype).min)
        mask = mask.reshape(-1, 1, T, past + T)
        size, theta = self.config.head_dim, self.config.rope_theta
        angles = position_ids[..., None] * theta ** -(torch.arange(0, size, 2, dtype=torch.float32) / size)
        angles = torch.cat([angles, angles], -1)
        how = dict(
            position_embeddings=(angles.cos().to(x.dtype), angles.sin().to(x.dtype)),
            attention_mask=mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
        )
        for layer in self.layers:
            x = layer(x, **how)
        return self.norm(x)


class Output:
    def __init__(self, logits):
        self.logits = logits


def define(base=nn.Module):
    """LlamaForCausalLM below a class: transformers' PreTrainedModel, or what stands for it."""

    class LlamaForCausalLM(base):
        def __init__(self, config):
            super().__init__()
            self.config = config
            self.model = LlamaModel(config)
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

        def forward(
            self,
            input_ids=None,
            attention_mask=None,
            position_ids=None,
            past_key_values=None,
            inputs_embeds=None,
            **_,
        ):
            return Output(
                self.lm_head(self.model(input_ids, inputs_embeds, attention_mask, position_ids, past_key_values))
            )

        def get_input_embeddings(self):
            return self.model.embed_tokens

        def get_output_embeddings(self):
            return self.lm_head

        def prepare_inputs_for_generation(self, *_, **given):
            return given

    return LlamaForCausalLM


def load(folder, base=nn.Module):
    with open(os.path.join(folder, "config.json")) as file:
        config = Config(json.load(file))
    model = define(base)(config)
    model.load_state_dict(load_file(os.path.join(folder, "model.safetensors")))
    return model.eval()
