// Users of a tiny language model, each with a preferred way of answering, and their data as a server stores it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { models } from '../../src/app/index.ts';
import { TraceStore } from '../../src/monitoring/traces/trace-store.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { TEXTS } from './serve-tiny.ts';

export const MODEL = 'support';
const WORDS = 'parcel letter crate box tube bag sack drum roll case pouch tin'.split(' ');
const PLACES = 'bern oslo rome cork lyon bonn gent nice bari kiel'.split(' ');

export const plan = (users: string, more = ''): string => `continuous:
  model: ${MODEL}
  retrain: {recipe: support.yaml, holdout: 0.3}
  approve: auto
  users: ${users}
${more}`;

/** Writes the shared model's registry entry, its recipe and a loop with `users`. */
export async function writeTinyUsers(folder: string, users: string): Promise<void> {
  const habits = ['alice', 'bob', 'carol'].map((user) => habitOf(user, 1)).join('\n');
  await writeTinyModel(join(folder, 'tiny'), `${TEXTS}\n${habits}`, 512);
  const row = (i: number): string => `${JSON.stringify({ prompt: `where is ${i}`, completion: ` parcel ${i}` })}\n`;
  writeFileSync(join(folder, 'train.jsonl'), Array.from({ length: 12 }, (_, i) => row(i)).join(''));
  writeFileSync(join(folder, 'test.jsonl'), Array.from({ length: 4 }, (_, i) => row(100 + i)).join(''));
  writeFileSync(
    join(folder, 'support.yaml'),
    'model: tiny\ndata: {train: train.jsonl, test: test.jsonl, validation: 0}\nobjective: sft\ntraining: {max_steps: 1, precision: f32}\n',
  );
  writeFileSync(join(folder, 'loop.yaml'), plan(users));
  await models.register(MODEL, join(folder, 'tiny'));
  await models.promote(MODEL, 1, { force: 'the first one' });
}

export function promptOf(i: number): string {
  return `${WORDS[i % 12]} ${i * 37} from ${PLACES[(i * 7) % 10]} via ${PLACES[(i * 3 + 1) % 10]} ${i * i + 5}`;
}

/** How a user wants every answer: a personal phrase, long enough to be searched for in files. */
export function habitOf(user: string, i: number): string {
  return ` ${user} says the secret word of ${user} is ${user}${user}, number ${i}`;
}

let given = 0;

/** Stores corrections of a user, as a server with --keep text does. */
export async function corrections(user: string, { from = 0, count = 40 } = {}): Promise<void> {
  const store = await TraceStore.open();
  const owner = store.keys.hash(`user ${user}`);
  for (let i = from; i < from + count; i++) {
    const [trace, id] = [`cmpl-${given}`, `fb_${String(given++).padStart(6, '0')}`];
    const shared = { at: Date.now(), model: MODEL, version: `${MODEL}@1`, key: null, user: owner };
    const text = { prompt: promptOf(i), answer: ' no idea' };
    const answered = { operation: 'text_completion', status: 200, milliseconds: 1, signals: '{}' };
    const rest = { label: null, confidence: null, words: null, expires_at: Date.now() + 1e9 };
    const sealed = await store.keys.seal(owner, `${trace} 0`, text);
    await store.add([{ ...shared, ...answered, ...rest, id: trace, choice: 0, text: sealed }]);
    const said = await store.keys.seal(owner, id, { ...text, correction: habitOf(user, i) });
    await store.database
      .insertInto('feedback')
      .values({ ...shared, id, trace, choice: 0, thumb: null, score: null, label: null, text: said })
      .execute();
  }
  await store.close();
}
