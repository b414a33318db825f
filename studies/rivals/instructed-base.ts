/** attune-base, taught to follow a line of instruction and to read passages: what larger bases can do already. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveRecipe } from '../../src/app/index.ts';
import { Draws } from '../first-hour/draws.ts';
import type { Setting } from '../example.ts';
import { writeRows } from '../rows.ts';
import { trainWhole } from '../train-whole.ts';

/** Things that the toys are about. */
export const THINGS = (
  'anchor basket candle drill easel funnel gasket hammer inkpot jigsaw kettle ladder mallet needle oilcan paddle quiver ' +
  'ratchet saddle tripod urn valve whistle yoke zipper bracket clamp pulley spanner hinge apron barrel cushion dish engine ' +
  'fork glove hose iron jar knife lamp mirror napkin oven pillow rope sponge towel umbrella vase wheel axe bell chain desk ' +
  'fence grill hook jacket'
).split(' ');

export interface Rule {
  instruction: string;
  apply(things: readonly string[]): string;
}

/** Forms of a list, and the instructions that name them. */
export const RULES: readonly Rule[] = [
  { instruction: 'Put the list in brackets.', apply: (things) => `[${things.join(', ')}]` },
  { instruction: 'Put the list in quotes.', apply: (things) => `"${things.join(', ')}"` },
  { instruction: 'Name only the first.', apply: ([first]) => first },
  { instruction: 'Name only the last.', apply: (things) => things.at(-1)! },
  { instruction: 'Join them with "and".', apply: (things) => things.join(' and ') },
  { instruction: 'Join them with a plus.', apply: (things) => things.join(' + ') },
];

const STEPS = 320;

/** Folder of the base, trained on first use. */
export async function instructedBase({ folder, log }: Setting): Promise<string> {
  const output = join(folder, 'models', 'instructed-base');
  const model = join(output, 'model');
  if (existsSync(model)) return model;
  log('teaching attune-base to follow instructions and to read passages (once)');
  const data = join(folder, 'instructed-base.jsonl');
  writeRows(data, lessons(6000));
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: { train: data, validation: 0, test: 0 },
    tuning: 'full',
    training: { max_steps: STEPS, batch_size: 32, learning_rate: 1e-3, warmup_steps: 20 },
    evaluation: { baselines: 'none' },
    report_to: [],
    output_dir: output,
  });
  await trainWhole(recipe);
  return model;
}

/** Relations stated in passages, and questions about them; none occur in the toys. */
const RELATIONS = [
  {
    says: 'is kept in',
    asks: (thing: string) => `Where is the ${thing}?\nPlace:`,
    values: ['Paris', 'London', 'Berlin', 'Rome', 'Oslo', 'Dublin', 'Madrid', 'Vienna'],
  },
  {
    says: 'is made of',
    asks: (thing: string) => `What is the ${thing} made of?\nMaterial:`,
    values: ['wood', 'steel', 'glass', 'paper', 'stone', 'cotton', 'copper', 'clay'],
  },
  {
    says: 'is sold by',
    asks: (thing: string) => `Who sells the ${thing}?\nShop:`,
    values: ['north', 'south', 'east', 'west', 'market', 'harbour', 'station', 'village'],
  },
];

/** Rows in the layout of prompts: the instruction or passages, an empty line, the question. */
function lessons(count: number) {
  const draws = new Draws(0, 'instructed base');
  return Array.from({ length: count }, (_, i) => {
    const things = draws.shuffled(THINGS).slice(0, 3);
    if (i % 2 === 0) {
      const { says, asks, values } = draws.pick(RELATIONS);
      const told = things.slice(draws.whole(0, 2)).map((thing) => ({ thing, value: draws.pick(values) }));
      const { thing, value } = draws.pick(told);
      const passages = told.map((one) => `The ${one.thing} ${says}: ${one.value}`);
      return { prompt: [...passages, asks(thing)].join('\n\n'), completion: ` ${value}` };
    }
    const { instruction, apply } = draws.pick(RULES);
    return { prompt: `${instruction}\n\n${things.join(', ')}\nAnswer:`, completion: ` ${apply(things)}` };
  });
}
