import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newTokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';

const [HIDDEN, INNER, LAYERS, HEADS] = [32, 64, 1, 2];

/** Writes a Llama with 40,000 random weights and its own tokenizer. */
export async function writeTinyModel(folder: string, text: string, positions = 256): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const specialTokens = ['<|end|>', '<|im_start|>', '<|im_end|>'];
  const json = await trainByteLevelBpe([text], { vocabSize: 400, specialTokens });
  const tokenizer = await newTokenizer(json, { roles: { eos: '<|end|>' } });
  tokenizer.save(folder);
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: HIDDEN,
    intermediate_size: INNER,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    num_key_value_heads: HEADS,
    vocab_size: tokenizer.size,
    max_position_embeddings: positions,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: true,
    hidden_act: 'silu',
    torch_dtype: 'float32',
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'model.safetensors'), safetensors(tensorShapes(tokenizer.size)));
}

function tensorShapes(vocabulary: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = {
    'model.embed_tokens.weight': [vocabulary, HIDDEN],
    'model.norm.weight': [HIDDEN],
  };
  for (let layer = 0; layer < LAYERS; layer++) {
    const prefix = `model.layers.${layer}`;
    for (const name of ['q', 'k', 'v', 'o']) shapes[`${prefix}.self_attn.${name}_proj.weight`] = [HIDDEN, HIDDEN];
    for (const name of ['gate', 'up']) shapes[`${prefix}.mlp.${name}_proj.weight`] = [INNER, HIDDEN];
    shapes[`${prefix}.mlp.down_proj.weight`] = [HIDDEN, INNER];
    for (const name of ['input', 'post_attention']) shapes[`${prefix}.${name}_layernorm.weight`] = [HIDDEN];
  }
  return shapes;
}

/** Written byte by byte, so as not to depend on the code under test. */
export function safetensors(shapes: Record<string, number[]>, seed = 1): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Buffer[] = [];
  let [offset, state] = [0, seed];
  for (const [name, shape] of Object.entries(shapes)) {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return shape.length === 1 ? 1 : (state / 0x7fffffff - 0.5) / 5;
    });
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    parts.push(Buffer.from(values.buffer));
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), ...parts]);
}
