import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf } from '../src/base/table.ts';
import { resolveRecipe } from '../src/app/index.ts';
import { isAskingWay } from '../src/store/asking-ways.ts';
import { conclusionOf } from '../src/evaluation/compare/conclusion.ts';
import type { Comparison } from '../src/store/results.ts';
import { decimals } from './comparison-table.ts';
import type { Example, Setting, Table } from './example.ts';
import { instructedBase } from './rivals/instructed-base.ts';
import { toys, type Toy, type ToySize, type Way } from './rivals/toys.ts';
import { writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

const SEEDS = 10;
const QUICK_SEEDS = 2;
const SIZE: ToySize = { rows: 240, test: 40 };

/** Way to solve the task that a verdict recommends. */
export type Decision = Way | 'cheap' | 'undecided';

/** `npm run studies -- rivals`. */
export const rivals: Example = {
  title: 'Prompt, retrieve or tune: three toys with known winners',
  async run(setting) {
    const base = await instructedBase(setting);
    const seeds = setting.quick ? QUICK_SEEDS : SEEDS;
    const played: Played[] = [];
    for (const [name, toy] of Object.entries<Toy>(toys)) {
      for (let seed = 1; seed <= seeds; seed++) {
        const one = await play(toy, { name, seed, base, size: SIZE }, setting);
        setting.log(`${name}, seed ${seed}: ${one.decision} (${one.comparison.conclusion?.advice})`);
        played.push(one);
      }
    }
    return {
      about: [
        'Each toy is made so that one way must win. Every way of prompting, the tuned model and the cheap systems answer the ' +
          'same rows of test, and the verdict of the run decides. The base is attune-base, taught to follow a line of ' +
          'instruction and to read passages (studies/rivals/instructed-base.ts), none of it about the toys.',
        ...Object.values<Toy>(toys).map(({ title, about, winner }) => `**${title}** (${winner}): ${about}`),
      ],
      tables: [tableOf(played)],
      verdict: Object.values<Toy>(toys).map((toy) => {
        const own = played.filter((one) => one.toy === toy);
        const right = own.filter(({ decision }) => decision === toy.winner).length;
        return `${toy.title}: the verdict is ${toy.winner} in ${right} of ${own.length} seeds.`;
      }),
    };
  },
};

interface Played {
  toy: Toy;
  decision: Decision;
  comparison: Comparison;
}

interface Game {
  name: string;
  seed: number;
  /** Folder or name of the base. */
  base: string;
  size: ToySize;
}

/** Tunes on a toy's rows and reads the verdict of the run. */
export async function play(
  toy: Toy,
  { name, seed, base, size }: Game,
  { folder }: Pick<Setting, 'folder'>,
): Promise<Played> {
  const { passages, instruction, ...rows } = toy.draw(seed, size);
  const at = (file: string) => join(folder, 'rivals', `${name}-${seed}`, file);
  const files = Object.entries(rows).map(([split, some]) => {
    writeRows(
      at(`${split}.jsonl`),
      some.map((row) => ({ ...row })),
    );
    return [split, at(`${split}.jsonl`)];
  });
  if (passages !== undefined)
    writeRows(
      at('passages.jsonl'),
      passages.map((text) => ({ text })),
    );
  const recipe = await resolveRecipe({
    model: base,
    data: { ...Object.fromEntries(files), allow_overlap: true },
    training: { epochs: 4, batch_size: 16, learning_rate: 3e-3, seed },
    prompting: { ...(passages !== undefined && { passages: at('passages.jsonl') }), shots: 4, budget: 120 },
    evaluation: {
      every: 'never',
      metrics: [toy.metric],
      baselines: ['prompted', 'few_shot', 'retrieved', 'searched', 'cheap'],
      other_words: false,
      ...(instruction !== undefined && { instruction }),
    },
    report_to: [],
    output_dir: at('run'),
  });
  const { comparison } = await trainWhole(recipe);
  rmSync(at('..'), { recursive: true });
  return { toy, comparison: comparison!, decision: decisionOf(comparison!) };
}

/** The way of the system that the verdict recommends. */
export function decisionOf(comparison: Comparison): Decision {
  const { use } = conclusionOf(comparison);
  const system = comparison.systems.find(({ name }) => name === use);
  if (system === undefined) return 'undecided';
  if (system.kind === 'cheap') return 'cheap';
  if (!isAskingWay(system.kind)) return system.kind === 'tuned' ? 'tuning' : 'undecided';
  return system.note?.includes('passages') === true ? 'retrieval' : 'prompting';
}

const WAYS = ['tuned', 'base', 'prompted', 'few_shot', 'retrieved', 'tuned_retrieved', 'searched'];

function tableOf(played: readonly Played[]): Table {
  const digits = decimals(2);
  return {
    caption: 'Share of right answers, mean over the seeds',
    head: ['toy', 'must win', 'decided right', ...WAYS.map((way) => way.replace('_', ' ')), 'best cheap system'],
    rows: Object.values<Toy>(toys).map((toy) => {
      const own = played.filter((one) => one.toy === toy);
      const meanOf = (value: (one: Comparison) => number | undefined) => {
        const values = own.map(({ comparison }) => value(comparison)).filter((one) => one !== undefined);
        return values.length === 0 ? '—' : digits(values.reduce((sum, one) => sum + one, 0) / values.length);
      };
      const right = own.filter(({ decision }) => decision === toy.winner).length;
      return [
        toy.title,
        toy.winner,
        `${right} of ${own.length}`,
        ...WAYS.map((way) => meanOf((one) => valueOf(one, ({ name }) => name === way))),
        meanOf((one) => valueOf(one, ({ kind }) => kind === 'cheap')),
      ];
    }),
  };
}

function valueOf({ systems, metric }: Comparison, isMeant: (one: Comparison['systems'][number]) => boolean) {
  const values = systems.filter(isMeant).flatMap((one) => entryOf(one.values, metric)?.value ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
}
