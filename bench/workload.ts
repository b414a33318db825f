import { join } from 'node:path';
import { z } from 'zod';
import { randomUnit } from '../src/base/random.ts';
import { readJson } from '../src/files/json.ts';
import type { PreparedRow } from '../src/answering/tasks/rows/prepared-rows.ts';

const schema = z.object({
  name: z.string(),
  model: z.looseObject({
    model_type: z.literal('llama'),
    vocab_size: z.int(),
    hidden_size: z.int(),
    intermediate_size: z.int(),
    num_hidden_layers: z.int(),
    num_attention_heads: z.int(),
    num_key_value_heads: z.int(),
  }),
  lora: z.object({ r: z.int(), lora_alpha: z.number() }),
  optimizer: z.object({ lr: z.number(), max_grad_norm: z.number() }),
  representative_batch_lengths: z.array(z.int().min(2)).min(1),
});

/** A fixed workload: a model's shape, an adapter on all its linear layers, one batch of rows. */
export type Workload = z.output<typeof schema>;

export function readWorkload(name: string): Workload {
  return schema.parse(readJson(join(import.meta.dirname, 'workloads', `${name}.json`)));
}

const PROMPT_SHARE = 0.4;
const SPECIAL_TOKENS = 3;

/** The batch's rows: random tokens. The prompt's tokens, the first two fifths, carry no loss. */
export function rowsOf({ model, representative_batch_lengths: lengths }: Workload): PreparedRow[] {
  return lengths.map((length, r) => ({
    id: String(r),
    ids: Int32Array.from(
      { length },
      (_, t) => SPECIAL_TOKENS + Math.floor(randomUnit([1, `row ${r}`], t) * (model.vocab_size - SPECIAL_TOKENS)),
    ),
    trained: Uint8Array.from({ length }, (_, t) => Number(t >= Math.floor(length * PROMPT_SHARE))),
    source: { file: 'random', line: r + 1 },
  }));
}

export interface Operations {
  /** Mathematically required multiplications and additions in one step; recomputed values count once. */
  step: number;
  inputTokens: number;
  lossTokens: number;
}

/**
 * The least operations that a step needs: two per weight and token forward, and as many for each gradient; a frozen
 * weight has no gradient of its own. Attention's scores and values, causal: 7 × layers × width × Σ length².
 */
export function operationsOf(workload: Workload, options: { full: boolean }): Operations {
  const { model, lora, representative_batch_lengths: lengths } = workload;
  const { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers, vocab_size: vocabulary } = model;
  const keys = (width / model.num_attention_heads) * model.num_key_value_heads;
  const shapes = [[width, width], [width, keys], [width, keys], [width, width], [width, inner], [width, inner], [inner, width]]; // prettier-ignore
  const linear = layers * shapes.reduce((sum, [from, to]) => sum + from * to, 0);
  const adapters = layers * lora.r * shapes.reduce((sum, [from, to]) => sum + from + to, 0);
  const inputTokens = lengths.reduce((sum, length) => sum + length, 0);
  const lossTokens = lengths.reduce((sum, length) => sum + length - Math.floor(length * PROMPT_SHARE), 0);
  const attention = 7 * layers * width * lengths.reduce((sum, length) => sum + length ** 2, 0);
  const head = vocabulary * width * lossTokens;
  const step = options.full
    ? 6 * linear * inputTokens + 6 * head + attention
    : 4 * linear * inputTokens + 4 * head + 6 * adapters * inputTokens + attention;
  return { step, inputTokens, lossTokens };
}
