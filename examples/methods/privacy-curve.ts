import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, resolveRecipe, type RecipeInput } from '../../src/app/index.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import { readOverfitting, type Overfitting } from '../../src/store/overfitting.ts';
import type { ComparedValue } from '../../src/store/results.ts';
import { decimals, shownValue } from '../comparison-table.ts';
import { onEachCore } from '../each-core.ts';
import type { Findings, Setting } from '../example.ts';
import { tickets } from '../first-hour/tickets.ts';
import { trainWhole } from '../train-whole.ts';

/** Undefined without any bound: AdamW on the same batches. */
const EPSILONS = [1, 3, 8, undefined] as const;
const [ROWS, BATCH, CANARIES] = [900, 64, 4];
const RATE = 5e-3;

interface Private {
  epsilon: number | undefined;
  folder: string;
  overfitting: Overfitting;
}

export interface PrivacyCurve extends Findings {
  /** Share of right answers by ε; without ε: what no privacy at all gives. */
  points: readonly { epsilon: number | undefined; value: ComparedValue }[];
}

/** What a bound on privacy costs in accuracy, and what it keeps of planted codes. */
export async function studyPrivacy(setting: Setting): Promise<PrivacyCurve> {
  const steps = setting.quick ? 4 : 30;
  const place = join(setting.folder, 'methods', 'privacy');
  makeFolders(place);
  const { data } = await tickets.write(place, { rows: ROWS, fresh: 1, seed: 1 });
  const found = await onEachCore(EPSILONS, (epsilon) => train(epsilon, { data, steps }, setting));
  const [first, ...others] = found.map(({ folder }) => folder);
  const { comparison } = await compare([first, ...others], { metrics: ['exact_match'], maxRows: 200, seed: 0 });
  for (const folder of [first, ...others]) rmSync(folder, { recursive: true });
  const values = comparison.systems.map((system) => system.values.exact_match!);
  return {
    about: [
      `Differential privacy: the tickets and queues of above, ${ROWS} of them, the queue asked for as a text ` +
        `(sft, LoRA of rank 2), ${steps} steps of ${BATCH} rows by dp_sgd for ε of 1, 3 and 8, and by AdamW without any ` +
        `bound. ${CANARIES} rows with a random code each are planted among the training rows: exposure is the bits that ` +
        'the result gives away of them, 10 at most; what chance makes of it is the untuned model’s. AUC is how well ' +
        'losses tell training rows from others; 0.5 is chance.',
    ],
    tables: [
      {
        caption: 'Right answers by ε with 95 % intervals, and what training rows give away',
        head: ['ε', 'right answers', 'exposure of planted codes, bits', 'of the untuned model', 'membership AUC'],
        rows: found.map(({ epsilon, overfitting }, i) => [
          epsilon === undefined ? '∞' : String(epsilon),
          shownValue(values[i], decimals(3)),
          mean(overfitting.canaries!.exposures).toFixed(1),
          mean(overfitting.canaries!.base).toFixed(1),
          aucOf(overfitting),
        ]),
      },
    ],
    verdict: [],
    points: found.map(({ epsilon }, i) => ({ epsilon, value: values[i] })),
  };
}

async function train(
  epsilon: number | undefined,
  { data, steps }: { data: string; steps: number },
  setting: Setting,
): Promise<Private> {
  const folder = join(setting.folder, 'runs', `methods-privacy-${epsilon ?? 'none'}`);
  const optimizer: RecipeInput['training'] =
    epsilon === undefined ? {} : { optimizer: { name: 'dp_sgd', target_epsilon: epsilon } };
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: {
      format: 'prompt_completion',
      columns: { prompt: { columns: ['subject', 'body', 'product'], separator: '\n' }, completion: 'queue' },
      train: data,
      validation: 0.1,
      test: 0.15,
      allow_overlap: true,
    },
    tuning: { method: 'lora', r: 2, alpha: 4 },
    objective: 'sft',
    training: { ...optimizer, learning_rate: RATE, max_steps: steps, batch_size: BATCH, seed: 0 },
    evaluation: { every: 'never', baselines: 'none', overfitting: true, canaries: CANARIES },
    checkpoints: { every: 'never', best: false, keep: 1 },
    report_to: [],
    output_dir: folder,
  });
  await trainWhole(recipe);
  const overfitting = readOverfitting(folder);
  if (overfitting?.canaries === undefined) throw new Error(`the canaries of ${folder} were not read`);
  setting.log(`epsilon ${epsilon ?? 'none'}: ${mean(overfitting.canaries.exposures).toFixed(1)} bits of planted codes`);
  return { epsilon, folder, overfitting };
}

function aucOf({ membership }: Overfitting): string {
  if (membership === undefined) return '';
  return shownValue({ ...membership, value: membership.auc }, decimals(3));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
