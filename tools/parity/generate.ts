import { generate } from '../../src/answering/decoding/index.ts';
import type { Architecture } from '../../src/models/architecture.ts';
import type { Model } from '../../src/models/model.ts';
import { scope, type SafetensorsFile } from '../../src/engine/tensor/index.ts';
import { imagesOfPrompt } from './images.ts';
import { inputNames, inputOf, type Tensors } from './input.ts';

const PROMPT_TOKENS = 12;

/**
 * Repeats the reference's greedy generation [1, T]: from the first tokens of the first row (all of them with images),
 * or from the first source.
 */
export async function generatesSame(model: Model, file: SafetensorsFile): Promise<boolean> {
  const { wanted, prompt, memory, images } = scope(() => prepare(model, file));
  const { architecture } = model;
  try {
    allowPositions(model, wanted.length);
    const tokenizer = { decode: () => '', stopIds: [] };
    const options = { maxNewTokens: wanted.length - prompt.length };
    const [{ ids }] = await generate({ model, tokenizer, memory, images: [images] }, [prompt], options);
    return [...prompt, ...ids].join() === wanted.join();
  } finally {
    memory?.[Symbol.dispose]();
    images?.[Symbol.dispose]();
    Object.assign(model, { architecture });
  }
}

/** The reference continues beyond `max_position_embeddings` without a warning. */
function allowPositions(model: Model, count: number): void {
  const { architecture } = model;
  const limits: Architecture['limits'] = (raw) => {
    const own = architecture.limits(raw);
    return { ...own, maxPositions: Math.max(own.maxPositions, count) };
  };
  Object.assign(model, { architecture: { ...architecture, limits } });
}

function prepare(model: Model, file: SafetensorsFile) {
  const wanted = Array.from(file.get('generated_ids').data() as BigInt64Array, Number);
  const names = file.names.filter((name) => inputNames.has(name));
  const batch = new Map(names.map((name) => [name, file.get(name)]));
  if (model.trunk.imageReader !== undefined) {
    const prompt = firstTokens(batch, realTokens(batch));
    return { wanted, prompt, images: imagesOfPrompt(model, batch, prompt), memory: undefined };
  }
  const first = new Map([...batch].map(([name, values]) => [name, values.narrow(0, 0, 1)]));
  if (model.trunk.encoderStack === undefined)
    return { wanted, prompt: firstTokens(first, PROMPT_TOKENS), memory: undefined };
  const memory = model.remember(inputOf(model, first).input.source ?? {});
  return { wanted, prompt: [model.config.decoder_start_token_id as number], memory };
}

/** Tokens of the first row without padding. */
function realTokens(batch: Tensors): number {
  const mask = batch.get('attention_mask')?.narrow(0, 0, 1).sum().item();
  return mask ?? Infinity;
}

function firstTokens(batch: Tensors, count: number): number[] {
  const ids = batch.get('input_ids');
  if (ids === undefined) throw new Error('nothing to generate from: the batch has no input_ids');
  return Array.from((ids.data() as BigInt64Array).subarray(0, Math.min(count, ids.shape[1])), Number);
}
