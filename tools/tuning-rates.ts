/**
 * `npm run tunings -- [TUNING[=RATE]…] [--model attune-base] [--task attributes|queues] [--steps 75]` trains each
 * tuning on one small task, at its default rate or at RATE, and prints loss and accuracy on validation rows next to
 * LoRA's. The `rate` of each tuning (`src/methods/tunings/*.options.ts`) was found this way.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Draws } from '../studies/first-hour/draws.ts';
import { drawTickets } from '../studies/first-hour/tickets.ts';
import { resolveRecipe, train, type RecipeInput } from '../src/app/index.ts';
import type { AttuneError } from '../src/base/errors.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { tunings } from '../src/methods/tunings/index.ts';

const TASKS = { attributes: 'sft', queues: 'classification' } as const;
type Task = keyof typeof TASKS;

const ROWS = 480;
const COLOURS = ['red', 'green', 'blue', 'black', 'white', 'grey', 'brown'];
const MATERIALS = ['wool', 'cotton', 'linen', 'leather', 'steel', 'oak', 'glass'];
const THINGS = ['scarf', 'shirt', 'table', 'lamp', 'bag', 'bowl', 'chair', 'belt'];
const SIZES = ['small', 'medium', 'large'];

/** A product's description, and its attributes as JSON: all of them can be read off the text. */
function drawAttributes(draws: Draws): object {
  const [colour, material, thing, size] = [COLOURS, MATERIALS, THINGS, SIZES].map((words) => draws.pick(words));
  const price = draws.whole(5, 99);
  const prompt = draws.pick([
    `A ${size} ${thing} of ${material}, ${colour}, for ${price} euros.`,
    `This ${colour} ${thing} is made of ${material}. Size: ${size}. It costs ${price} euros.`,
    `For ${price} euros: ${thing} in ${colour}, ${size}, ${material}.`,
  ]);
  return { prompt, completion: JSON.stringify({ item: thing, colour, material, size, price }) };
}

function rowsOf(task: Task): object[] {
  if (task === 'attributes') {
    const draws = new Draws(0, 'attributes');
    return Array.from({ length: ROWS }, () => drawAttributes(draws));
  }
  const tickets = drawTickets({ rows: ROWS, seed: 0 });
  return tickets.map(({ subject, body, product, queue }) => ({
    text: `${subject}\n${body}\n${product}`,
    label: queue,
  }));
}

/** Required options of a tuning. */
const OPTIONS: Readonly<Record<string, object>> = {
  trainable_tokens: { trainable_tokens: Array.from({ length: 2000 }, (_, id) => id) },
};

interface Tried {
  rate: number;
  start: number;
  loss: number;
  accuracy: number;
}

interface Trial {
  model: string;
  task: Task;
  tuning: string;
  rate?: number;
  steps: number;
}

/** Undefined if the model has nothing that the tuning can change; infinite losses if it diverged. */
async function tryTuning(folder: string, { model, task, tuning, rate, steps }: Trial): Promise<Tried | undefined> {
  let start = Number.NaN;
  const recipe = await resolveRecipe({
    model,
    data: { train: join(folder, 'rows.jsonl'), validation: 0.15, test: 0, allow_overlap: true },
    tuning: { method: tuning, ...OPTIONS[tuning] } as RecipeInput['tuning'],
    objective: TASKS[task],
    training: { max_steps: steps, batch_size: 8, seed: 1, ...(rate !== undefined && { learning_rate: rate }) },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false, keep: 1 },
    report_to: [],
    output_dir: join(folder, 'run'),
  });
  rmSync(recipe.output_dir, { recursive: true, force: true });
  try {
    const outcome = await train(recipe, {
      inProcess: true,
      onEvent: (event) => {
        if (event.type === 'evaluation-finished' && event.step === 0) start = event.metrics.loss;
      },
    });
    const { loss, mean_token_accuracy: tokens, accuracy = tokens } = outcome.metrics;
    return { rate: outcome.found.training!.learning_rate, start, loss, accuracy };
  } catch (error) {
    const { code } = error as AttuneError;
    if (code === 'E_NO_TARGETS') return undefined;
    if (code === 'E_DIVERGED') return { rate: rate ?? Number.NaN, start, loss: Infinity, accuracy: Number.NaN };
    throw error;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'attune-base' },
    task: { type: 'string', default: 'attributes' },
    steps: { type: 'string', default: '75' },
  },
});

const { model } = values;
const task = values.task as Task;
const steps = Number(values.steps);
const folder = mkdtempSync(join(tmpdir(), 'attune-tunings-'));
const lines = rowsOf(task).map((row) => `${JSON.stringify(row)}\n`);
writeFileAtomic(join(folder, 'rows.jsonl'), lines.join(''));
const shown = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');
try {
  const lora = (await tryTuning(folder, { model, task, tuning: 'lora', steps }))!;
  console.log(`${model}, ${task}: loss ${shown(lora.start)} before training`);
  console.log('tuning           rate      loss     accuracy  of the fall with LoRA');
  const asked = positionals.length > 0 ? positionals : tunings.names.filter((name) => name !== 'lora');
  for (const one of ['lora', ...asked]) {
    const [tuning, given] = one.split('=');
    const rate = given === undefined ? undefined : Number(given);
    const tried = one === 'lora' ? lora : await tryTuning(folder, { model, task, tuning, rate, steps });
    const cells = tried === undefined ? ['nothing to change in this model'] : cellsOf(tried, lora);
    console.log(`${tuning.padEnd(17)}${cells.join('')}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function cellsOf({ rate, loss, accuracy }: Tried, lora: Tried): string[] {
  const share = Math.round((100 * (lora.start - loss)) / (lora.start - lora.loss));
  return [shown(rate).padEnd(10), shown(loss).padEnd(9), shown(accuracy).padEnd(10), `${share} %`];
}
