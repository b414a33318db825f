// A tiny classifier in its own folder, and feedback as a server stores it, from which a loop improves it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TraceStore } from '../../src/monitoring/traces/trace-store.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';

export const OLD = {
  weather: ['rain', 'sun', 'storm'],
  money: ['price', 'coin', 'tax'],
  food: ['bread', 'soup', 'rice'],
};
export const NEW = {
  weather: ['fog', 'hail', 'frost'],
  money: ['loan', 'bank', 'debt'],
  food: ['pizza', 'pasta', 'curry'],
};
type Words = Record<string, string[]>;

/** Texts that differ by more than a number, so that none is a near-duplicate of another. */
export function texts(words: Words, count: number, start: number): { text: string; label: string }[] {
  const labels = Object.keys(words);
  return Array.from({ length: count }, (_, k) => {
    const i = start + k;
    const label = labels[i % labels.length];
    const [a, b, c] = [0, 1, 2].map((j) => words[label][(i + j * (1 + (i % 2))) % 3]);
    return { text: `${a} ${i * 37} and ${b}, ${i * i + 11} ${c} ${(i * 7919) % 1000}`, label };
  });
}

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

let given = 0;

/** Stores, as a server with --keep text does, an answer of the model and the class that somebody considers right. */
export async function feedback(
  rows: readonly { text: string; label: string }[],
  user: (i: number) => string,
  answer = 'weather',
): Promise<void> {
  const store = await TraceStore.open();
  for (const [i, { text, label }] of rows.entries()) {
    const owner = store.keys.hash(`user ${user(i)}`);
    const [trace, id] = [`classify-${given}`, `fb_${String(given++).padStart(6, '0')}`];
    const shared = { at: Date.now(), model: 'topics', version: 'topics@1', key: null, user: owner };
    await store.add([
      {
        ...shared,
        id: trace,
        choice: 0,
        operation: 'classify',
        status: 200,
        milliseconds: 1,
        signals: '{}',
        label: answer,
        confidence: 0.95,
        words: null,
        text: null,
        expires_at: Date.now() + 1e9,
      },
    ]);
    const sealed = await store.keys.seal(owner, id, { prompt: text });
    await store.database
      .insertInto('feedback')
      .values({ ...shared, id, trace, choice: 0, thumb: null, score: null, label, text: sealed })
      .execute();
  }
  await store.close();
}

/** Writes the model, rows and recipe. */
export function writeTinyLoop(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeTinyBert(join(folder, 'model'), [...Object.values(OLD), ...Object.values(NEW)].flat());
  writeFileSync(join(folder, 'train.jsonl'), lines(texts(OLD, 45, 0)));
  writeFileSync(join(folder, 'test.jsonl'), lines(texts(OLD, 18, 500)));
  writeFileSync(
    join(folder, 'topics.yaml'),
    `model: model
data: {train: train.jsonl, test: test.jsonl, validation: 0.15}
objective: classification
tuning: full
training: {max_steps: 60, learning_rate: 2e-3, batch_size: 16, precision: f32}
evaluation: {baselines: none}
output_dir: first
`,
  );
}
