"""BERT for classification in plain torch with the module names of transformers, as llama.py.

B rows, T tokens, D width, H heads.
"""

import json
import os

import torch
from llama import Config, Output
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class BertEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, input_ids, token_type_ids, inputs_embeds):
        x = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        B, T, _ = x.shape
        if token_type_ids is None:
            token_type_ids = torch.zeros(B, T, dtype=torch.long)
        x = x + self.token_type_embeddings(token_type_ids) + self.position_embeddings(torch.arange(T))
        return self.LayerNorm(x)


class BertSelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.num_attention_heads
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.hidden_size, config.hidden_size)
        self.value = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x, mask):
        B, T, D = x.shape
        q, k, v = (one(x).view(B, T, self.heads, -1).transpose(1, 2) for one in (self.query, self.key, self.value))
        scores = q @ k.transpose(2, 3) * (D // self.heads) ** -0.5 + mask
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, D)


class BertOutput(nn.Module):
    """What a half ends in: a layer, and a norm of its sum with what the half read."""

    def __init__(self, inner, config):
        super().__init__()
        self.dense = nn.Linear(inner, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, x, before):
        return self.LayerNorm(self.dense(x) + before)


class BertAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self = BertSelfAttention(config)
        self.output = BertOutput(config.hidden_size, config)

    def forward(self, x, mask):
        return self.output(self.self(x, mask), x)


class BertIntermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)

    def forward(self, x):
        return F.gelu(self.dense(x))


class BertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = BertAttention(config)
        self.intermediate = BertIntermediate(config)
        self.output = BertOutput(config.intermediate_size, config)

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class BertEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(BertLayer(config) for _ in range(config.num_hidden_layers))


class BertPooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x):
        return torch.tanh(self.dense(x[:, 0]))


class BertModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.encoder = BertEncoder(config)
        self.pooler = BertPooler(config)

    def forward(self, input_ids, attention_mask, token_type_ids, inputs_embeds):
        x = self.embeddings(input_ids, token_type_ids, inputs_embeds)
        mask = 0
        if attention_mask is not None:
            mask = torch.zeros(attention_mask.shape, dtype=x.dtype)
            mask = mask.masked_fill(attention_mask == 0, torch.finfo(x.dtype).min)[:, None, None]
        for layer in self.encoder.layer:
            x = layer(x, mask)
        return self.pooler(x)


def load(folder, base):
    """BertForSequenceClassification below a class: what stands for transformers' PreTrainedModel."""

    class BertForSequenceClassification(base):
        def __init__(self, config):
            super().__init__()
            self.config = config
            self.bert = BertModel(config)
            self.classifier = nn.Linear(config.hidden_size, len(config.id2label))

        def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, inputs_embeds=None, **_):
            return Output(self.classifier(self.bert(input_ids, attention_mask, token_type_ids, inputs_embeds)))

        def get_input_embeddings(self):
            return self.bert.embeddings.word_embeddings

        def get_output_embeddings(self):
            return None

    with open(os.path.join(folder, "config.json")) as file:
        config = Config(json.load(file), use_return_dict=True)
    model = BertForSequenceClassification(config)
    model.load_state_dict(load_file(os.path.join(folder, "model.safetensors")))
    return model.eval()
