"""Models that read images among texts."""

import re

from reference import COMMON, common, make, random_ids, torch

IMAGE = 2
TEXT = {**COMMON, "head_dim": 4, "pad_token_id": 0, "bos_token_id": 1}
TOWER = {"hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 2}


def of_today(name):
    """Names of transformers 4.52 and later, in which attune saves."""
    name = re.sub(r"^language_model\.(model\.)?(?=layers|embed|norm)", "model.language_model.", name.replace("language_model.lm_head", "lm_head"))
    return re.sub(r"^(vision_tower|multi_modal_projector)", r"model.\1", name)


def rows(name, parts, length=12):
    """Rows of words (numbers of them) and images (their tokens, negative), padded at the end."""
    ids = torch.zeros(len(parts), length, dtype=torch.int64)
    for row, own in enumerate(parts):
        tokens = [1]
        for i, count in enumerate(own):
            tokens += [IMAGE] * -count if count < 0 else random_ids(f"{name}.{row}.{i}", (count,), 23, 3).tolist()
        ids[row, : len(tokens)] = torch.tensor(tokens)
    seen = (ids > 0).long()
    return {"input_ids": ids, "attention_mask": seen, "labels": torch.where((seen == 0) | (ids == IMAGE), -100, ids)}


def first(batch, images, *names):
    """The first row's tokens, and its images."""
    count = int(batch["attention_mask"][0].sum())
    value = lambda one: one.values if isinstance(one, common.Made) else one
    return {"input_ids": batch["input_ids"][:1, :count], **{name: value(batch[name])[:images] for name in names}}


mistral3 = {
    **rows("mistral3", [[2, -2, 1, -2, 3], [-1, 4]]),
    "pixel_values": common.Made("mistral3.pixels", (3, 3, 16, 16)),
    "image_sizes": torch.tensor([[16, 8], [8, 16], [8, 8]]),
}
MISTRAL3 = {"model_type": "mistral3", "image_token_index": IMAGE, "vision_config": {**TOWER, "model_type": "pixtral", "image_size": 32, "patch_size": 4}}
make("mistral3", "Mistral3ForConditionalGeneration",
     {**MISTRAL3, "tie_word_embeddings": False, "text_config": {**TEXT, "model_type": "mistral", "sliding_window": None, "rms_norm_eps": 1e-3}},
     inputs=mistral3, published=of_today, prompt=first(mistral3, 2, "pixel_values", "image_sizes"),
     grads=["model.vision_tower.patch_conv.weight", "model.vision_tower.transformer.layers.0.attention.q_proj.weight",
            "model.multi_modal_projector.patch_merger.merging_layer.weight"])  # fmt: skip
make("mistral3-ministral3", "Mistral3ForConditionalGeneration",
     {**MISTRAL3, "spatial_merge_size": 1, "vision_feature_layer": -2, "multimodal_projector_bias": True, "tie_word_embeddings": True,
      "projector_hidden_act": "silu", "text_config": {**TEXT, "model_type": "ministral3", "tie_word_embeddings": True}},
     inputs={**mistral3, **rows("ministral3", [[1, -8], [2, -8, 1], [-4, 3]]), "image_sizes": torch.tensor([[16, 8], [8, 16], [8, 8]])},
     published=of_today, generate=0)  # fmt: skip

LFM2 = {**TEXT, "model_type": "lfm2", "layer_types": ["conv", "full_attention"], "conv_L_cache": 3, "block_auto_adjust_ff_dim": False}
shapes = torch.tensor([[4, 2], [2, 4], [2, 2]])
mask = torch.arange(8)[None] < shapes.prod(1)[:, None]
lfm2_vl = {
    **rows("lfm2_vl", [[2, -2, 1, -2, 3], [-1, 4]]),
    "pixel_values": common.Made("lfm2_vl.pixels", (3, 8, 12)),
    "spatial_shapes": shapes,
    "pixel_attention_mask": mask.long(),
}
TOWER2 = {**TOWER, "model_type": "siglip2_vision_model", "patch_size": 2, "num_patches": 9, "vision_use_head": False}
for name, own in [("lfm2-vl", {"projector_hidden_size": 20}), ("lfm2-vl-plain", {"projector_hidden_size": 20, "projector_use_layernorm": False, "tie_word_embeddings": False})]:
    make(name, "Lfm2VlForConditionalGeneration",
         {"model_type": "lfm2_vl", "image_token_id": IMAGE, **own, "text_config": LFM2, "vision_config": TOWER2},
         inputs=lfm2_vl, published=lambda name: of_today(name).replace("vision_tower.", "vision_tower.vision_model."), prompt=first(lfm2_vl, 2, "pixel_values", "spatial_shapes", "pixel_attention_mask"),
         generate=10 if name == "lfm2-vl" else 0,
         grads=[["model.vision_tower.vision_model.embeddings.position_embedding.weight", "model.vision_tower.embeddings.position_embedding.weight"],
                "model.multi_modal_projector.linear_1.weight"] if name == "lfm2-vl" else [])  # fmt: skip

TOWER1 = {**TOWER, "model_type": "siglip_vision_model", "image_size": 8, "patch_size": 4, "vision_use_head": False}
for name, text, grads in [
    ("paligemma", {"model_type": "gemma", "hidden_act": "gelu_pytorch_tanh"}, ["model.multi_modal_projector.linear.weight"]),
    ("paligemma2", {"model_type": "gemma2", "sliding_window": 4, "query_pre_attn_scalar": 4, "tie_word_embeddings": True}, []),
]:
    batch = {**rows(name, [[-4, 5], [-4, 3]]), "pixel_values": common.Made("paligemma.pixels", (2, 3, 8, 8))}
    # What is asked is two words behind the image; the rest is the answer.
    types = (torch.arange(12)[None] >= 7).long() * batch["attention_mask"]
    batch["labels"] = torch.where(types == 1, batch["input_ids"], -100)
    batch["token_type_ids"] = types
    asked = first(batch, 1, "pixel_values")
    make(name, "PaliGemmaForConditionalGeneration",
         {"model_type": "paligemma", "image_token_index": IMAGE, "projection_dim": 16, "hidden_size": 16, "vocab_size": 23,
          "text_config": {**TEXT, **text}, "vision_config": TOWER1},
         inputs=batch, published=lambda name: of_today(name).replace("vision_tower.", "vision_tower.vision_model."), grads=grads,
         prompt={**asked, "token_type_ids": torch.zeros_like(asked["input_ids"])})  # fmt: skip
