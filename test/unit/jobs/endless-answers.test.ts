import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/base/events.ts';
import type { ComparedSystem } from '../../../src/store/results.ts';
import { newTokenizer, trainByteLevelBpe } from '../../../src/models/text/index.ts';
import { warnOfEndless } from '../../../src/jobs/compare/answer-lengths.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';

const result = mkdtempSync(join(tmpdir(), 'attune-endless-'));
afterAll(() => rmSync(result, { recursive: true }));
beforeAll(async () => {
  const json = await trainByteLevelBpe(['a text'], { vocabSize: 260, specialTokens: ['<|end|>'] });
  (await newTokenizer(json, { roles: { eos: '<|end|>' } })).save(result);
});

const system = (kind: ComparedSystem['kind'], cutAnswers?: number) => ({
  name: kind,
  title: kind,
  kind,
  values: {},
  cutAnswers,
});

async function warned(cut: number, base: number | undefined, tuning: object): Promise<string[]> {
  const told: RunEvent[] = [];
  const systems = [system('tuned', cut), ...(base === undefined ? [] : [system('base', base)])];
  const recipe = { tuning } as unknown as Recipe;
  await warnOfEndless({ systems, rows: 20 }, { recipe, result, emit: (event) => told.push(event as RunEvent) });
  return told.map((event) => (event.type === 'warning-raised' ? event.message : ''));
}

const lora = { method: 'lora', trainable_tokens: [], modules_to_save: [] };

it('answers of an adapter that never end, as those of its base, lead to the tokens to train', async () => {
  for (const base of [20, undefined]) {
    const [message] = await warned(19, base, lora);
    expect(message).toContain('19 of 20 answers never ended');
    expect(message).toContain('tuning.trainable_tokens: ["<|end|>"]');
  }
});

it('nothing is said where they end, the base ends, all weights move, or the rows are trained already', async () => {
  const silent = [
    warned(4, 20, lora),
    warned(20, 2, lora),
    warned(20, 20, { method: 'full' }),
    warned(20, 20, { ...lora, trainable_tokens: ['<|end|>'] }),
    warned(20, 20, { ...lora, modules_to_save: ['lm_head'] }),
  ];
  expect(await Promise.all(silent)).toEqual(silent.map(() => []));
});
