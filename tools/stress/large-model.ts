import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newTokenizer, trainByteLevelBpe, type Tokenizer } from '../../src/models/text/index.ts';

/** Dimensions of a Qwen2 model. */
export interface Qwen2Shape {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  vocab_size: number;
}

/** As in the model's config.json. */
const QWEN2_1_5B: Qwen2Shape = {
  hidden_size: 1536,
  intermediate_size: 8960,
  num_hidden_layers: 28,
  num_attention_heads: 12,
  num_key_value_heads: 2,
  vocab_size: 151936,
};

const CONFIG = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
  use_sliding_window: false,
  torch_dtype: 'bfloat16',
};
const SHARD_BYTES = 1_000_000_000;

type Shapes = [name: string, shape: number[]][];

/**
 * Writes a checkpoint of Qwen2.5-1.5B's shape with a tokenizer of as many ids. @returns the number of its parameters
 */
export async function writeLargeModel(folder: string, text: string): Promise<number> {
  return writeRandomModel(folder, QWEN2_1_5B, await fillerTokenizer(text, QWEN2_1_5B.vocab_size));
}

/** Writes a sharded bf16 checkpoint of random weights. @returns the number of its parameters */
export function writeRandomModel(folder: string, shape: Qwen2Shape, tokenizer: Tokenizer): number {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...CONFIG, ...shape }, null, 2));
  tokenizer.save(folder);
  const shards = intoShards(tensorShapes(shape));
  const weightMap: Record<string, string> = {};
  for (const [i, shapes] of shards.entries()) {
    const name = `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`;
    writeShard(join(folder, name), shapes);
    for (const [tensor] of shapes) weightMap[tensor] = name;
  }
  const parameters = shards.flat().reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
  const index = { metadata: { total_size: 2 * parameters }, weight_map: weightMap };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return parameters;
}

function number(value: number): string {
  return String(value).padStart(5, '0');
}

function tensorShapes(shape: Qwen2Shape): Shapes {
  const { hidden_size: width, intermediate_size: inner, num_key_value_heads: pairs } = shape;
  const headSize = width / shape.num_attention_heads;
  const shapes: Shapes = [['model.embed_tokens.weight', [shape.vocab_size, width]]];
  for (let layer = 0; layer < shape.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    for (const [name, out] of [
      ['q', width],
      ['k', pairs * headSize],
      ['v', pairs * headSize],
    ] as const) {
      shapes.push([`${prefix}.self_attn.${name}_proj.weight`, [out, width]]);
      shapes.push([`${prefix}.self_attn.${name}_proj.bias`, [out]]);
    }
    shapes.push([`${prefix}.self_attn.o_proj.weight`, [width, width]]);
    for (const name of ['gate', 'up']) shapes.push([`${prefix}.mlp.${name}_proj.weight`, [inner, width]]);
    shapes.push([`${prefix}.mlp.down_proj.weight`, [width, inner]]);
    for (const name of ['input', 'post_attention']) shapes.push([`${prefix}.${name}_layernorm.weight`, [width]]);
  }
  return [...shapes, ['model.norm.weight', [width]]];
}

function intoShards(shapes: Shapes): Shapes[] {
  const shards: Shapes[] = [[]];
  let bytes = 0;
  for (const entry of shapes) {
    const size = 2 * sizeOf(entry[1]);
    if (bytes + size > SHARD_BYTES && bytes > 0) {
      shards.push([]);
      bytes = 0;
    }
    shards[shards.length - 1].push(entry);
    bytes += size;
  }
  return shards;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function writeShard(path: string, shapes: Shapes): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, shape] of shapes) {
    const bytes = 2 * sizeOf(shape);
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = JSON.stringify(header);
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const descriptor = openSync(path, 'w');
  try {
    writeSync(descriptor, Buffer.concat([length, Buffer.from(padded)]));
    for (const [name, shape] of shapes) writeWeights(descriptor, name, sizeOf(shape));
  } finally {
    closeSync(descriptor);
  }
}

/** A prime number of values, so that their repetition starts at a different column in each row. */
const BLOCK = 4_194_301;

/**
 * Norms are 1, biases 0; other weights are uniform with standard deviation 0.02. Written in blocks, to bound the
 * memory.
 */
function writeWeights(descriptor: number, name: string, count: number): void {
  const block = name.endsWith('norm.weight') ? ones() : name.endsWith('.bias') ? new Uint16Array(BLOCK) : weights();
  for (let done = 0; done < count;) {
    const part = new Uint8Array(block.buffer, 0, 2 * Math.min(BLOCK, count - done));
    for (let written = 0; written < part.length;) written += writeSync(descriptor, part, written);
    done += part.length / 2;
  }
}

const BF16_ONE = 0x3f80;

function ones(): Uint16Array {
  return new Uint16Array(BLOCK).fill(BF16_ONE);
}

let made: Uint16Array | undefined;

/** The upper halves of f32 numbers. */
function weights(): Uint16Array {
  if (made !== undefined) return made;
  const values = new Float32Array(BLOCK);
  let state = 1;
  for (let i = 0; i < BLOCK; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 32 - 0.5) * 0.02 * Math.sqrt(12);
  }
  const words = new Uint32Array(values.buffer);
  made = Uint16Array.from(words, (word) => word >>> 16);
  return made;
}

/** A tokenizer for the text, filled up to the given number of ids with tokens that occur in no text. */
export async function fillerTokenizer(text: string, size: number): Promise<Tokenizer> {
  const json = await trainByteLevelBpe([text], { vocabSize: 512, specialTokens: ['<|end|>'] });
  const { vocab } = json.model;
  for (let id = Object.keys(vocab).length; id < size; id++) vocab[`<filler${id}>`] = id;
  return newTokenizer(json, { roles: { eos: '<|end|>' } });
}
