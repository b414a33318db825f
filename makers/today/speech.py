"""Speech to text."""

from reference import common, make, random_ids, torch

CONFIG = {"model_type": "moonshine", "vocab_size": 23, "hidden_size": 20, "intermediate_size": 24, "encoder_num_hidden_layers": 2,
          "decoder_num_hidden_layers": 2, "encoder_num_attention_heads": 2, "decoder_num_attention_heads": 2, "partial_rotary_factor": 0.8,
          "max_position_embeddings": 32, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": None, "decoder_start_token_id": 1}  # fmt: skip


def outputs(model, inputs):
    """The class shifts its labels twice, so that its own loss is that of the token after the next."""
    logits = model(**inputs).logits
    return {"logits": logits, "loss": torch.nn.functional.cross_entropy(logits.flatten(0, 1), inputs["labels"].flatten())}


for name, own in [("moonshine", {}), ("moonshine-biases", {"attention_bias": True, "tie_word_embeddings": False, "rope_parameters": {"rope_type": "default", "rope_theta": 100.0, "partial_rotary_factor": 0.4}})]:
    batch = {"input_values": common.Made(name + ".samples", (2, 1800)), "labels": random_ids(name + ".labels", (2, 5), 23, 3)}
    make(name, "MoonshineForConditionalGeneration", {**CONFIG, **own}, inputs=batch, outputs=outputs,
         grads=["model.encoder.conv1.weight", "model.encoder.groupnorm.weight", "model.decoder.layers.1.encoder_attn.k_proj.weight"],
         prompt={"input_values": batch["input_values"].values[:1]})  # fmt: skip
