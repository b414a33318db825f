import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { Anchored } from '../../training/optimizers/anchored.ts';
import { MovingAverage } from '../../training/optimizers/moving-average.ts';
import { noGrad, scope, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { Reference } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Update } from '../../methods/interfaces.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { trainStep } from '../../training/train-step.ts';
import type { RunPlan } from './run-plan.ts';

/** Number of replay rows for measuring the importance of weights. */
const MEASURED_ROWS = 128;

/** Whether weights are pulled towards their initial values. */
export function isAnchored({ retention: { l2_sp: l2, ewc } }: Recipe): boolean {
  return l2 !== null || ewc !== null;
}

/** The run's update, extended by the recipe's `retention`. @throws E_RETENTION_UNSUPPORTED */
export async function withRetention(update: Update, plan: RunPlan, reference: Reference | undefined): Promise<Update> {
  const { recipe } = plan.tuned.rows.context;
  const { l2_sp: l2, ewc, ema } = recipe.retention;
  const { name } = recipe.training.optimizer;
  const { trainables } = plan.tuned.tuning;
  let kept = update;
  if (isAnchored(recipe)) {
    if (update.drive !== undefined)
      throw unsupported(l2 === null ? 'ewc' : 'l2_sp', `${name} does not use gradients of all rows`);
    const importance = ewc === null ? undefined : await importanceOf(plan, reference);
    kept = new Anchored(kept, trainables, { l2: l2 ?? 0, ewc: ewc ?? 0, importance });
  }
  if (ema === null) return kept;
  if (update.averaged !== undefined) throw unsupported('ema', `${name} keeps its own average`);
  return new MovingAverage(kept, trainables, ema);
}

/** Mean squared gradients of the base model on single general rows: the diagonal of the Fisher information. */
async function importanceOf({ tuned, mixture }: RunPlan, reference: Reference | undefined): Promise<Tensor[]> {
  const { model, rows } = tuned;
  const { trainables } = tuned.tuning;
  const { objective, train, context } = rows;
  const { recipe, emit } = context;
  // Replay rows come last.
  const general = train.rows.slice(-(mixture?.at(-1)?.rows ?? 0)).slice(0, MEASURED_ROWS);
  const message = `measuring the importance of weights on ${plural(general.length, 'rows')} of replay`;
  emit({ type: 'phase-started', phase: 'preflight', message });
  const sums = trainables.map(({ parameter: { shape, tensor } }) => zeros(shape, { device: tensor.device }).own());
  const take = () => {
    for (const [i, { parameter }] of trainables.entries()) {
      const gradient = parameter.tensor.grad;
      if (gradient !== undefined) sums[i].add_(gradient.mul(gradient), { alpha: 1 / general.length });
      parameter.tensor.grad = undefined;
    }
  };
  const update: Update = {
    async drive(passes) {
      const perRow = await passes.gradients();
      noGrad(() => scope(take));
      return { perRow, gradNorm: 0 };
    },
    step: () => 0,
    state: () => new Map(),
    load: () => undefined,
  };
  for (const [step, row] of general.entries()) {
    const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
    const request = { microBatches: [[row]], step, seed: recipe.training.seed, checkpointing: false, options } as const;
    await trainStep({ model, objective, update, reference }, request);
    emit({ type: 'work-advanced', phase: 'preflight', done: step + 1, total: general.length, unit: 'rows' });
  }
  return noGrad(() => scope(() => sums));
}

function unsupported(setting: string, got: string): AttuneError {
  return new AttuneError('E_RETENTION_UNSUPPORTED', {
    what: `retention.${setting} cannot be combined with this optimizer`,
    got,
    fix: `choose optimizer: adamw, or remove retention.${setting}`,
  });
}
