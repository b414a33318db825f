"""Encoders of texts, images and speech, and encoder-decoders."""

from reference import COMMON, common, make, random_ids, torch

BERT = {"vocab_size": 23, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
        "max_position_embeddings": 32, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}  # fmt: skip
PAIR = {"vocab_size": 23, "d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 20, "decoder_ffn_dim": 20,
        "encoder_attention_heads": 2, "decoder_attention_heads": 4, "max_position_embeddings": 16, "dropout": 0.0}  # fmt: skip
T5 = {"vocab_size": 23, "d_model": 16, "d_kv": 4, "d_ff": 20, "num_layers": 2, "num_heads": 4, "relative_attention_num_buckets": 8,
      "relative_attention_max_distance": 6, "dropout_rate": 0.0, "feed_forward_proj": "gated-gelu"}  # fmt: skip
SPEECH = {"vocab_size": 12, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4, "conv_dim": [8, 8],
          "conv_kernel": [10, 3], "conv_stride": [5, 2], "num_conv_pos_embeddings": 5, "num_conv_pos_embedding_groups": 2,
          "hidden_dropout": 0.0, "attention_dropout": 0.0, "activation_dropout": 0.0, "final_dropout": 0.0, "layerdrop": 0.0,
          "feat_extract_norm": "layer", "mask_time_prob": 0.0, "ctc_loss_reduction": "mean", "pad_token_id": 0}  # fmt: skip
IMAGE = {"hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 8, "patch_size": 4}
CLASSES = {"id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": {"a": 0, "b": 1, "c": 2}}


def pair(name):
    seen = torch.ones(2, 9, dtype=torch.int64)
    seen[1, 6:] = 0
    ids = random_ids(name + ".ids", (2, 9), 23, 3)
    ids[seen == 0] = 0
    return {"input_ids": ids, "attention_mask": seen, "labels": random_ids(name + ".labels", (2, 5), 23, 3)}


def images(name, side=8):
    return {"pixel_values": common.Made(name + ".pixels", (2, 3, side, side)), "labels": torch.tensor([0, 2])}


def waveforms(name):
    seen = torch.ones(2, 160, dtype=torch.int64)
    seen[1, 110:] = 0
    return {"input_values": common.Made(name + ".samples", (2, 160)), "attention_mask": seen, "labels": random_ids(name + ".labels", (2, 3), 12, 1)}


make("camembert", "CamembertForMaskedLM", {**BERT, "model_type": "camembert", "type_vocab_size": 1, "pad_token_id": 1}, generate=0,
     grads=["roberta.encoder.layer.0.attention.self.query.weight"])  # fmt: skip
make("eurobert-classes", "EuroBertForSequenceClassification", {**COMMON, **CLASSES, "model_type": "eurobert"}, generate=0,
     inputs={**{k: v for k, v in pair("eurobert").items() if k != "labels"}, "labels": torch.tensor([0, 2])},
     grads=["dense.weight"])  # fmt: skip
make("nomic-bert-classes", "NomicBertForSequenceClassification", {**BERT, **CLASSES, "model_type": "nomic_bert"}, generate=0,
     inputs={**{k: v for k, v in pair("nomic").items() if k != "labels"}, "labels": torch.tensor([0, 2])},
     grads=["nomic_bert.pooler.dense.weight"])  # fmt: skip
make("mbart", "MBartForConditionalGeneration",
     {**PAIR, "model_type": "mbart", "scale_embedding": True, "pad_token_id": 0, "decoder_start_token_id": 2, "eos_token_id": 2},
     inputs=pair("mbart"), generate=0, grads=["model.decoder.layers.1.encoder_attn.k_proj.weight"])  # fmt: skip
make("umt5", "UMT5ForConditionalGeneration", {**T5, "model_type": "umt5", "pad_token_id": 0, "decoder_start_token_id": 0, "transformers_version": "5.13.0"},
     inputs=pair("umt5"), generate=0, grads=["decoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"])  # fmt: skip
make("hubert-plain", "HubertForCTC", {**SPEECH, "model_type": "hubert", "feat_proj_layer_norm": False}, inputs=waveforms("hubert"))
make("wavlm", "WavLMForCTC", {**SPEECH, "model_type": "wavlm", "num_buckets": 8, "max_bucket_distance": 6}, inputs=waveforms("wavlm"),
     grads=["wavlm.encoder.layers.0.attention.rel_attn_embed.weight", "wavlm.encoder.layers.1.attention.gru_rel_pos_const"])  # fmt: skip
make("wavlm-stable", "WavLMForCTC",
     {**SPEECH, "model_type": "wavlm", "num_buckets": 8, "max_bucket_distance": 6, "do_stable_layer_norm": True}, inputs=waveforms("wavlm"))  # fmt: skip
make("deit", "DeiTForImageClassification", {**IMAGE, **CLASSES, "model_type": "deit"}, inputs=images("deit"))
make("convnext-plain", "ConvNextForImageClassification",
     {**CLASSES, "model_type": "convnext", "hidden_sizes": [8, 12], "depths": [1, 1], "num_stages": 2, "layer_scale_init_value": 0, "patch_size": 3},
     inputs=images("convnext", 20))  # fmt: skip
SWIN = {**CLASSES, "model_type": "swin", "embed_dim": 8, "patch_size": 2, "image_size": 20, "depths": [2, 2], "num_heads": [2, 4], "mlp_ratio": 1.5}
bias_table = [("relative_position_bias_table", 0.0, 1.0)]
make("swin", "SwinForImageClassification", {**SWIN, "window_size": 4}, inputs=images("swin", 20), rules=bias_table,
     grads=[["swin.encoder.layers.0.blocks.1.attention.self.relative_position_bias_table",
             "swin.encoder.layers.0.blocks.1.attention.relative_position_bias.relative_position_bias_table"]])  # fmt: skip
make("swin-positions", "SwinForImageClassification", {**SWIN, "window_size": 3, "use_absolute_embeddings": True, "qkv_bias": False, "image_size": 18},
     inputs=images("swin-positions", 17), rules=bias_table)  # fmt: skip
