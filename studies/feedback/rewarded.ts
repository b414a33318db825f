/** Tasks whose answers a rule can score. */
import { join } from 'node:path';
import { pronunciation } from '../../src/app/quickstart/tasks/pronunciation.ts';
import { randomUnit } from '../../src/base/random.ts';
import { decimals } from '../comparison-table.ts';
import type { Setting } from '../example.ts';
import { readRows, writeRows } from '../rows.ts';
import { firstTuned, gains, learnAll, type Answered, type Part, type Settings, type Way } from './learn.ts';

interface Rewarded {
  name: string;
  caption: string;
  /** `rewarded` rows have their answers in the column `answer`. */
  rows: { first: readonly Answered[]; rewarded: readonly Answered[] };
  /** Path of a file of rows. */
  test: string;
  ways: readonly { title: string; objective: Settings['objective'] }[];
  tuning?: Settings['tuning'];
  training: Settings['training'];
  metrics: Readonly<Record<string, string>>;
}

type Scored = Pick<
  Extract<Settings['objective'], { name: 'grpo' }>,
  'reward_funcs' | 'held_out_reward_funcs' | 'max_completion_length'
>;

/** Every method that learns from these rewards, with eight answers per prompt. */
function waysWith(scored: Scored): Rewarded['ways'] {
  return [
    { title: 'GRPO', objective: { name: 'grpo', ...scored } },
    { title: 'RLOO', objective: { name: 'rloo', ...scored } },
    { title: 'PPO', objective: { name: 'ppo', ...scored, num_generations: 8, num_ppo_epochs: 1 } },
    { title: 'best of 8', objective: { name: 'best_of_n', ...scored } },
  ];
}

async function learnByReward(setting: Setting, task: Rewarded): Promise<Part['table']> {
  const at = (name: string) => join(setting.folder, task.name, name);
  writeRows(at('first.jsonl'), task.rows.first);
  writeRows(
    at('prompts.jsonl'),
    task.rows.rewarded.map(({ prompt, completion }) => ({ prompt, answer: completion.trim() })),
  );
  const start = await firstTuned(task.name, at('first.jsonl'), setting);
  const ways = task.ways.map(({ title, objective }): Way => ({
    title,
    recipe: {
      data: { train: at('prompts.jsonl'), validation: 0.05, test: 0, max_length: 96 },
      objective,
      tuning: task.tuning ?? 'lora',
      training: task.training,
    },
  }));
  const learnt = await learnAll(task.name, setting, { start, ways });
  const { metrics, caption, test: data } = task;
  return gains(learnt, { setting, start, data, metrics, caption, digits: decimals(3) });
}

/** Sampled rewards rise first; greedy answers improve some hundred steps later. */
function stepsOf({ quick }: Setting): number {
  return quick ? 30 : 260;
}

/** Words to phonemes; the reward measures how close an answer is to the dictionary's. */
export async function pronunciations(setting: Setting): Promise<Part> {
  const { files, origin } = await pronunciation.fetch(join(setting.folder, 'pronunciation'));
  const rows = readRows<Answered>(files.train);
  const count = setting.quick ? 2000 : 6000;
  const table = await learnByReward(setting, {
    name: 'pronunciation',
    caption: 'Words',
    rows: { first: rows.slice(0, count), rewarded: rows.slice(count, count + (setting.quick ? 400 : 1600)) },
    test: files.test,
    ways: waysWith({
      reward_funcs: [{ rule: 'edit_distance', unit: 'words' }],
      max_completion_length: 40,
    }),
    training: { max_steps: stepsOf(setting), batch_size: 8 },
    metrics: { phoneme_error_rate: 'phoneme error rate', exact_match: 'all right' },
  });
  const about =
    `Pronunciations: spelling to phonemes of the CMU Pronouncing Dictionary (${origin}). attune-base is first tuned on ` +
    `${count} words, then by each way on the spelling of others, 8 answers to each of 8 words a step; the reward of an ` +
    "answer is 1 less the edits between its phonemes and the dictionary's, as a share of the longer. Judged on words of " +
    'the test split, greedily.';
  return { about, table };
}

const COUNTS = { rewarded: 600, test: 400 };

/** Splits the rows of a generator; no prompt is in two splits. */
function generated(
  setting: Setting,
  { name, first }: { name: string; first: number },
  rowAt: (row: number) => Answered,
) {
  const unique = [
    ...new Map(Array.from({ length: 6000 }, (_, i) => rowAt(i)).map((row) => [row.prompt, row])).values(),
  ];
  const { rewarded, test } = COUNTS;
  const path = join(setting.folder, name, 'test.jsonl');
  writeRows(path, unique.slice(0, test));
  return {
    rows: {
      first: unique.slice(test, test + first),
      rewarded: unique.slice(test + first, test + first + rewarded),
    },
    test: path,
  };
}

function drawn(key: string, row: number, below: number): number {
  return Math.floor(below * randomUnit([2, key, row]));
}

/**
 * Sums of two numbers below 100. The first training covers enough of them for the model to solve half of the others.
 */
export async function arithmetic(setting: Setting): Promise<Part> {
  const { rows, test } = generated(setting, { name: 'arithmetic', first: 2800 }, (row) => {
    const [a, b] = ['a', 'b'].map((key) => drawn(key, row, 100));
    return { prompt: `${a} + ${b} =`, completion: ` ${a + b}` };
  });
  const table = await learnByReward(setting, {
    name: 'arithmetic',
    caption: 'Sums',
    rows,
    test,
    ways: waysWith({ reward_funcs: ['numeric'], max_completion_length: 8 }),
    tuning: 'full',
    training: { max_steps: stepsOf(setting), batch_size: 16 },
    metrics: { exact_match: 'right' },
  });
  const about =
    `Sums of two numbers below 100, made up: attune-base is first tuned on ${rows.first.length}, then by each way on ` +
    `${rows.rewarded.length} others with a reward of 1 for the right number. Judged on ${COUNTS.test} that are in neither.`;
  return { about, table };
}

const GOODS = ['cable', 'chair', 'desk', 'lamp', 'mouse', 'printer', 'screen', 'shelf', 'stool', 'tablet'];
const PLACES = ['Aarhus', 'Bremen', 'Cork', 'Delft', 'Espoo', 'Ghent', 'Linz', 'Porto', 'Turin', 'Vilnius'];

const ORDER = {
  type: 'object',
  properties: { count: { type: 'integer' }, item: { type: 'string' }, place: { type: 'string' } },
  required: ['count', 'item', 'place'],
  additionalProperties: false,
};

/**
 * Orders as JSON, half of them with the count as a string. The reward comes from a schema; correctness is monitored but
 * not rewarded.
 */
export async function extraction(setting: Setting): Promise<Part> {
  const { rows, test } = generated(setting, { name: 'extraction', first: 300 }, (row) => {
    const count = 2 + drawn('count', row, 90);
    const [item, place] = [GOODS[drawn('item', row, GOODS.length)], PLACES[drawn('place', row, PLACES.length)]];
    const prompt = `Please send ${count} ${item}s to our office in ${place}.`;
    return { prompt, completion: ` ${JSON.stringify({ count, item, place })}` };
  });
  const first = rows.first.map((row, i) => (i % 2 === 0 ? row : { ...row, completion: countAsText(row.completion) }));
  const table = await learnByReward(setting, {
    name: 'extraction',
    caption: 'Orders',
    rows: { ...rows, first },
    test,
    ways: waysWith({
      reward_funcs: [{ rule: 'json_schema', schema: ORDER }],
      held_out_reward_funcs: ['exact'],
      max_completion_length: 48,
    }),
    training: { max_steps: stepsOf(setting), batch_size: 8 },
    metrics: { exact_match: 'all right', chrf: 'chrF' },
  });
  const about =
    `Orders in a sentence as JSON, made up: attune-base is first tuned on ${first.length}, of which every second one has ` +
    `its count as a text, as people write them; then by each way on ${rows.rewarded.length} others, with a reward of 1 for ` +
    'what keeps the schema, which wants a number. Any order would keep it: whether answers are right was watched, not trained.';
  return { about, table };
}

function countAsText(completion: string): string {
  return completion.replace(/"count":(\d+)/, '"count":"$1"');
}
