import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, resolveRecipe, type RecipeInput } from '../src/app/index.ts';
import type { RunEvent } from '../src/base/events.ts';
import { formatBytes } from '../src/base/format.ts';
import { greatest } from '../src/base/many.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { makeFolders } from '../src/files/make-folder.ts';
import type { ComparedValue } from '../src/store/results.ts';
import { decimals, shownValue } from './comparison-table.ts';
import { onEachCore } from './each-core.ts';
import type { Example, Setting, Table } from './example.ts';
import { replies, tickets } from './first-hour/tickets.ts';
import { studyAdaptation } from './methods/adaptation.ts';
import { methodsPicture, type Panel, type Point } from './methods/picture.ts';
import { studyPrivacy, type PrivacyCurve } from './methods/privacy-curve.ts';
import { trainedNumbers } from './methods/trained-numbers.ts';
import { LEFT_OUT, tuningOf, WAYS, type Way } from './methods/ways.ts';
import { trainWhole } from './train-whole.ts';

const ROWS = 1000;
const TEXTS = ['subject', 'body', 'product'];

interface Task {
  name: string;
  title: string;
  set: typeof tickets;
  data: Omit<RecipeInput['data'], 'train'>;
  objective: RecipeInput['objective'];
  /** The metric on test rows, and its title. */
  metric: string;
  unit: string;
  digits: number;
  /** Baseline to compare with the tunings, by its name in `compare`. */
  beside: (run: string) => { name: string; title: string };
}

const TASKS: readonly Task[] = [
  {
    name: 'replies',
    title: 'Replies to tickets (SFT)',
    set: replies,
    data: {
      format: 'prompt_completion',
      columns: { prompt: { columns: TEXTS, separator: '\n' }, completion: 'reply' },
    },
    objective: 'sft',
    metric: 'bits_per_byte',
    unit: 'bits per byte (less is better)',
    digits: 3,
    beside: (run) => ({ name: `base:${run}`, title: 'base model' }),
  },
  {
    name: 'queues',
    title: 'Tickets to five queues (classification)',
    set: tickets,
    data: { format: 'classification', columns: { text: { columns: TEXTS, separator: '\n' }, label: 'queue' } },
    objective: 'classification',
    metric: 'accuracy',
    unit: 'accuracy',
    digits: 3,
    beside: () => ({ name: 'logistic_regression', title: 'tf-idf + logistic regression' }),
  },
];

/** The cost of one run. */
interface Cost {
  way: Way;
  folder: string;
  trained: number;
  peakBytes: number;
  secondsPerStep: number;
  learningRate: number;
}

interface Studied {
  task: Task;
  costs: readonly Cost[];
  values: ReadonlyMap<string, ComparedValue>;
}

/**
 * Every tuning on one generation task and one classification task; a manual learnt with and without replay; private
 * training.
 */
export const methods: Example = {
  title: 'Every tuning on two small tasks, a manual learnt, and training with differential privacy',
  async run(setting) {
    const steps = setting.quick ? 30 : 40;
    const ways = setting.quick ? WAYS.filter(({ name }) => ['lora', 'ia3', 'prompt_tuning'].includes(name)) : WAYS;
    const privacy = await studyPrivacy(setting);
    const adaptation = await studyAdaptation(setting);
    const studied: Studied[] = [];
    for (const task of TASKS) studied.push(await study(task, { ways, steps }, setting));
    const picture = methodsPicture([...studied.map(panelOf), privacyPanel(privacy)]);
    writeFileAtomic(join(import.meta.dirname, '..', 'docs', 'methods.svg'), picture);
    const leftOut = Object.entries(LEFT_OUT).map(([name, reason]) => `${name}: ${reason}`);
    return {
      about: [
        `attune-base (5.8 M weights), ${steps} steps of 16 rows, each method at the learning rate that it has unless a ` +
          'recipe says one: a method that stands low here may have wanted more steps, and a method that stands high has ' +
          'shown what it does in few. Rows are drawn by rules (first-hour: replies to tickets, tickets to queues): ' +
          `${ROWS} of each, a fifth of them for testing. Two runs at a time, one thread each; memory is the whole process's.`,
        `Left out: ${leftOut.join('; ')}.`,
        ...adaptation.about,
        ...privacy.about,
        '![Quality by trained numbers, and by epsilon](methods.svg)',
      ],
      tables: [...studied.map(tableOf), ...adaptation.tables, ...privacy.tables],
      verdict: [...studied.map(verdictOf), ...adaptation.verdict, ...privacy.verdict],
    };
  },
};

async function study(
  task: Task,
  { ways, steps }: { ways: readonly Way[]; steps: number },
  setting: Setting,
): Promise<Studied> {
  const place = join(setting.folder, 'methods', task.name);
  makeFolders(place);
  const { data } = await task.set.write(place, { rows: ROWS, fresh: 1, seed: 0 });
  const costs = await onEachCore(ways, (way) => train(task, { way, steps, data }, setting));
  const [first, ...others] = costs.map(({ folder }) => folder);
  const beside = task.beside(first);
  const { comparison } = await compare([first, ...others, beside.name], { metrics: [task.metric], seed: 0 });
  for (const folder of [first, ...others]) rmSync(folder, { recursive: true });
  const names = [...costs.map(({ way }) => way.name), beside.title];
  return { task, costs, values: new Map(comparison.systems.map(({ values }, i) => [names[i], values[task.metric]])) };
}

async function train(
  task: Task,
  { way, steps, data }: { way: Way; steps: number; data: string },
  setting: Setting,
): Promise<Cost> {
  const folder = join(setting.folder, 'runs', `methods-${task.name}-${way.name}`);
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: { ...task.data, train: data, validation: 0, test: 0.2, allow_overlap: true },
    tuning: tuningOf(way),
    objective: task.objective,
    training: { max_steps: steps, batch_size: 16, seed: 0 },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false, keep: 1 },
    report_to: [],
    output_dir: folder,
  });
  const times: number[] = [];
  const memory: number[] = [];
  const { training } = await trainWhole(recipe, (event: RunEvent) => {
    if (event.type !== 'step-finished') return;
    times.push(performance.now());
    memory.push(event.memoryBytes);
  });
  const trained = trainedNumbers(folder);
  const secondsPerStep = (times.at(-1)! - times[0]) / (times.length - 1) / 1000;
  setting.log(`${task.name}, ${way.name}: ${trained} trained, ${secondsPerStep.toFixed(2)} s a step`);
  const { learning_rate: learningRate } = training!;
  return { way, folder, trained, peakBytes: greatest(memory), secondsPerStep, learningRate };
}

function tableOf({ task, costs, values }: Studied): Table {
  const value = (name: string) => shownValue(values.get(name)!, decimals(task.digits));
  const others = [...values.keys()].filter((name) => costs.every(({ way }) => way.name !== name));
  return {
    caption: `${task.title}: ${task.unit} on test rows with 95 % intervals`,
    head: ['tuning', task.unit, 'trained numbers', 'peak memory', 'seconds a step', 'learning rate'],
    rows: [
      ...costs.map(({ way, trained, peakBytes, secondsPerStep, learningRate }) => [
        way.name,
        value(way.name),
        trained.toLocaleString('en'),
        formatBytes(peakBytes),
        secondsPerStep.toFixed(3),
        String(learningRate),
      ]),
      ...others.map((name) => [name, value(name), '', '', '', '']),
    ],
  };
}

function panelOf({ task, costs, values }: Studied): Panel {
  const { title, unit } = task;
  const points = costs.map(({ way, trained }) => pointOf(way.name, trained, values.get(way.name)!));
  return { title, unit, axis: 'trained numbers', points };
}

function privacyPanel({ points }: PrivacyCurve): Panel {
  const bounded = points.filter(({ epsilon }) => epsilon !== undefined);
  const free = points.find(({ epsilon }) => epsilon === undefined)!;
  return {
    title: 'Tickets to five queues, with differential privacy',
    unit: 'right answers',
    axis: 'ε',
    points: bounded.map(({ epsilon, value }) => pointOf(`ε ${epsilon}`, epsilon!, value)),
    line: { name: 'without a bound', value: free.value.value },
  };
}

function pointOf(name: string, place: number, { value, low = value, high = value }: ComparedValue): Point {
  return { name, place, value, low, high };
}

/** The best one, and those whose intervals overlap its own. */
function verdictOf({ task, costs, values }: Studied): string {
  const sign = task.metric === 'accuracy' ? -1 : 1;
  const sorted = costs.toSorted((a, b) => sign * (values.get(a.way.name)!.value - values.get(b.way.name)!.value));
  const [best, ...others] = sorted.map(({ way }) => way.name);
  const { low = 0, high = 0 } = values.get(best)!;
  const near = others.filter((name) => {
    const other = values.get(name)!;
    return (other.low ?? other.value) <= high && (other.high ?? other.value) >= low;
  });
  const beside = near.length === 0 ? 'no other interval reaches it' : `intervals that reach it: ${near.join(', ')}`;
  return `${task.title}: best is ${best}; ${beside}.`;
}
