"""Lets PEFT be imported where transformers, accelerate, huggingface_hub and tqdm are not installed.

PEFT takes classes and switches of theirs when it is imported, and needs little of them to open a folder on a model that is
there already. What is installed is used as it is.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

import gpt2
import llama
from torch import nn

VERSIONS = {"transformers": "4.57.0", "accelerate": "1.10.1", "huggingface_hub": "0.35.0", "tqdm": "4.67.0"}


class PreTrainedModel(nn.Module):
    @property
    def device(self):
        return next(self.parameters()).device

    @property
    def dtype(self):
        return next(self.parameters()).dtype


OWN = {
    "PreTrainedModel": PreTrainedModel,
    "Conv1D": gpt2.Conv1D,
    "Cache": llama.Cache,
    "DynamicCache": llama.Cache,
    "EncoderDecoderCache": type("EncoderDecoderCache", (llama.Cache,), {}),
    "ACT2FN": {},
    "ALL_LAYERNORM_LAYERS": [],
    "tqdm": lambda rows, *_, **__: rows,
}


class StandIn(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = OWN[name] if name in OWN else made(name)
        setattr(self, name, value)
        return value


def made(name):
    if name.isupper():
        return True
    if name[0].isupper():
        return type(name, (Exception if name.endswith("Error") else object,), {})
    return lambda *_, **__: False if name.startswith("is_") else None


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, packages):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.packages:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = StandIn(spec.name)
        module.__version__ = VERSIONS[spec.name.partition(".")[0]]
        return module

    def exec_module(self, module):
        pass


def install():
    """→ the names of packages that something else stands for."""
    missing = [name for name in VERSIONS if importlib.util.find_spec(name) is None]
    sys.meta_path.append(Finder(missing))
    return missing
