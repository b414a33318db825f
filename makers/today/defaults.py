"""Default configurations of all types that transformers knows, as it saves them, and how many parameters their models have.

python3 makers/today/defaults.py CLASSES.json OUT.json [TYPE …]: CLASSES.json has the classes that attune has for each type. Others get
the first class that transformers has for them, with the names and shapes of its tensors (tools/model-types.ts uses both).
"""

import json, os, re, sys, tempfile

import torch
import transformers
from transformers.models.auto import configuration_auto, modeling_auto

transformers.logging.set_verbosity_error()

# The first that a type has says what it is for.
KINDS = {
    "images in conversations": ["IMAGE_TEXT_TO_TEXT", "MULTIMODAL_LM", "VISUAL_QUESTION_ANSWERING"],
    "speech": ["SPEECH_SEQ_2_SEQ", "CTC", "RNNT", "TDT", "AUDIO_CLASSIFICATION", "TEXT_TO_SPECTROGRAM", "TEXT_TO_WAVEFORM", "AUDIO_XVECTOR"],
    "encoder-decoders": ["SEQ_TO_SEQ_CAUSAL_LM"],
    "encoders": ["MASKED_LM"],
    "decoders": ["CAUSAL_LM"],
    "images": ["IMAGE_CLASSIFICATION", "ZERO_SHOT_IMAGE_CLASSIFICATION", "MASKED_IMAGE_MODELING", "CAUSAL_IMAGE_MODELING", "BACKBONE",
               "SEMANTIC_SEGMENTATION", "UNIVERSAL_SEGMENTATION", "IMAGE_SEGMENTATION", "INSTANCE_SEGMENTATION", "OBJECT_DETECTION",
               "ZERO_SHOT_OBJECT_DETECTION", "DEPTH_ESTIMATION", "MASK_GENERATION", "IMAGE_TO_IMAGE", "KEYPOINT_DETECTION",
               "KEYPOINT_MATCHING", "VIDEO_CLASSIFICATION", "POSE_ESTIMATION", "TEXT_RECOGNITION", "TABLE_RECOGNITION"],
    "others": [None],
}  # fmt: skip


# Where the reference cannot build a model of its own defaults.
GIVEN = {"hunyuan_v1_dense": {"head_dim": 128}, "hunyuan_v1_moe": {"head_dim": 128}, "lfm2_moe": {"layer_types": ["conv", "full_attention"] * 16},
         "deepseek_v2": {"num_experts_per_tok": 6}, "glm4_moe": {"head_dim": 128}, "idefics3": {"pad_token_id": 2, "text_config": {"pad_token_id": 2}},
         "smolvlm": {"pad_token_id": 2, "text_config": {"pad_token_id": 2}}, "gemma3": {"mm_tokens_per_image": 49}}  # fmt: skip


def class_of(model_type):
    for kind, names in KINDS.items():
        for name in names:
            mapping = "MODEL_MAPPING_NAMES" if name is None else f"MODEL_FOR_{name}_MAPPING_NAMES"
            found = getattr(modeling_auto, mapping).get(model_type)
            if found is not None:
                return kind, found[0] if isinstance(found, (tuple, list)) else found
    return "parts", None


def on_meta(class_name, config):
    with torch.device("meta"):
        return getattr(transformers, class_name)._from_config(config)


def fits(class_name, config):
    return getattr(transformers, class_name).config_class is type(config)


def first_layers(model):
    shown = [(name, list(tensor.shape)) for name, tensor in model.state_dict().items()]
    return [one for one in shown if all(int(layer) < 4 for layer in re.findall(r"\.(\d+)\.", one[0]))]


def described(model_type, config_name, classes):
    kind, first = class_of(model_type)
    row = {"type": model_type, "kind": kind, "class": first}
    try:
        config = getattr(transformers, config_name)(**GIVEN.get(model_type, {}))
        with tempfile.TemporaryDirectory() as folder:
            config.save_pretrained(folder)
            row["config"] = json.load(open(os.path.join(folder, "config.json")))
        row["config"].pop("transformers_version", None)
        if classes is None and first is not None:
            row["shapes"] = first_layers(on_meta(first, config))
        known = [name for name in classes or [] if hasattr(transformers, name)]
        row["parameters"] = {name: sum(one.numel() for one in on_meta(name, config).parameters()) for name in known if fits(name, config)}
    except Exception as error:
        row["error"] = f"{type(error).__name__}: {str(error)[:160]}"
    return row


classes, out, *wanted = sys.argv[1:]
classes = json.load(open(classes))
rows = []
for model_type, config_name in configuration_auto.CONFIG_MAPPING_NAMES.items():
    if not wanted or model_type in wanted:
        rows.append(described(model_type, config_name, classes.get(model_type)))
        print(model_type, rows[-1].get("parameters"), rows[-1].get("error", ""), flush=True)
        json.dump(rows, open(out, "w"))
