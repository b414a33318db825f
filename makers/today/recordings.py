"""What transformers' own extractor makes of recordings for Parakeet: fixtures/audio/parakeet-mel.json.

librosa, whose filters it takes, is not in Debian: transformers' own filters of the same kind stand in for it.
"""

import json, os, sys, types

import numpy as np
from reference import torch
from transformers.audio_utils import mel_filter_bank
from transformers.utils import import_utils

torch.set_default_dtype(torch.float32)


def mel(sr, n_fft, n_mels, fmin, fmax, norm):
    filters = mel_filter_bank(n_fft // 2 + 1, n_mels, fmin, fmax, sr, norm=norm, mel_scale="slaney")
    return filters.T.astype(np.float32)


librosa = types.ModuleType("librosa")
librosa.filters = types.SimpleNamespace(mel=mel)
sys.modules["librosa"] = librosa
import_utils.is_librosa_available = lambda: True
import transformers.utils

transformers.utils.is_librosa_available = import_utils.is_librosa_available
import_utils.BACKENDS_MAPPING["librosa"] = (lambda: True, "")
from transformers.models.parakeet.feature_extraction_parakeet import ParakeetFeatureExtractor



def signal(count):
    """The same as in test/unit/engine/audio.test.ts: a rising tone, a second one in the first half, and noise."""
    state, values = 12345, np.empty(count, np.float32)
    for i in range(count):
        t = i / 16000
        state = (state * 1103515245 + 12345) % 2147483648
        second = 0.2 * np.sin(2 * np.pi * 440 * t) if i < count / 2 else 0
        values[i] = 0.4 * np.sin(2 * np.pi * (200 * t + 1500 * t * t)) + second + 0.01 * (state / 2**30 - 1)
    return values


cases = []
for count, config in [(2600, {}), (4000, {"feature_size": 8, "hop_length": 100, "n_fft": 256, "win_length": 200, "preemphasis": 0.5, "sampling_rate": 8000})]:
    rate = config.get("sampling_rate", 16000)
    samples = signal(count)
    got = ParakeetFeatureExtractor(**config)(samples, sampling_rate=rate, return_tensors="pt")
    frames = int(got["attention_mask"].sum())
    values = got["input_features"][0, :frames].T
    cases.append({"config": config, "samples": count, "shape": list(values.shape),
                  "values": [float("%.6g" % v) for v in values.flatten().tolist()]})  # fmt: skip
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "audio", "parakeet-mel.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
print([case["shape"] for case in cases])
