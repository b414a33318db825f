import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { keyedNormal } from '../../models/initialise.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type {
  Driven,
  PrivacySpent,
  StepOptions,
  StepPasses,
  StepPlan,
  Trainable,
  Update,
} from '../../methods/interfaces.ts';
import { defineUpdate } from '../../methods/method.ts';
import { AdamW, options as adamw } from './adamw.ts';
import { ClippedSum } from './clipped-sum.ts';
import { accountants, noiseFor } from './privacy-budget.ts';

/**
 * Differentially private steps (Abadi et al., 2016): clipping each row's gradient and adding noise hides a single row's
 * influence within a known bound (epsilon, delta); AdamW uses the noisy gradients.
 */
export const options = z.strictObject({
  target_epsilon: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('total privacy budget, from which the noise is derived (default: 8, unless noise_multiplier is set)'),
  noise_multiplier: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('standard deviation of the noise in units of max_row_norm, instead of target_epsilon'),
  delta: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('probability that the guarantee fails (default: a tenth of 1 / number of rows)'),
  max_row_norm: z.number().positive().default(1).describe('the gradient of each row is clipped to this norm'),
  accountant: z.enum(['prv', 'rdp']).default('prv').describe('accountant: prv is tighter, rdp is faster'),
  ...adamw.shape,
});

type Written = z.output<typeof options>;

export type DpSgdOptions = Written & ({ target_epsilon: number } | { noise_multiplier: number });

class DpSgd implements Update {
  readonly needs = 'row-gradients';
  readonly #trainables: readonly Trainable[];
  readonly #options: DpSgdOptions;
  readonly #plan: StepPlan;
  readonly #inner: AdamW;
  readonly #delta: number;
  #known: number | undefined;

  constructor(trainables: readonly Trainable[], options: DpSgdOptions, plan: StepPlan) {
    this.#trainables = trainables;
    this.#options = options;
    this.#plan = plan;
    this.#inner = new AdamW(trainables, options);
    this.#delta = options.delta ?? 1 / (10 * plan.rows);
  }

  /** Computed on first use, since it takes seconds and memory planning does not need it. */
  get #noise(): number {
    this.#known ??= this.#options.noise_multiplier ?? this.#found(this.#options.target_epsilon as number);
    return this.#known;
  }

  #found(target: number): number {
    const { steps } = this.#plan;
    const { accountant } = this.#options;
    const noise = noiseFor(target, { sampleRate: this.#sampleRate, steps, delta: this.#delta, accountant });
    if (noise !== undefined) return noise;
    throw new AttuneError('E_PRIVACY_UNREACHABLE', {
      what: `No noise level keeps ${steps} steps within an epsilon of ${target}`,
      got: `delta ${this.#delta}, batches of ${this.#plan.batchSize} out of ${this.#plan.rows} rows`,
      fix: 'use fewer steps, smaller batches, a larger target_epsilon or a larger delta',
    });
  }

  get #sampleRate(): number {
    return Math.min(1, this.#plan.batchSize / this.#plan.rows);
  }

  async drive(passes: StepPasses, options: StepOptions & { seed: number }): Promise<Driven> {
    const sum = new ClippedSum(this.#trainables, this.#options.max_row_norm);
    const factorOf = (norm: number) => sum.factorOf(norm);
    // By ghost norms if possible. Each step decides on its own, since a resumed run would not know about earlier ones.
    const cut =
      (await passes.cutGradients?.(this.#trainables, factorOf)) ??
      (await passes.rowGradients(this.#trainables, factorOf));
    sum.note(cut.norms);
    const perRow = cut.losses.map((loss) => loss / cut.losses.length);
    const metrics = { clipped_rows: sum.rows === 0 ? 0 : sum.clipped / sum.rows };
    if (!sum.isFinite) {
      sum.clear();
      return { perRow, gradNorm: Number.NaN, metrics };
    }
    const gradNorm = sum.settle((trainable) => this.#noiseOn(trainable, options.step), this.#plan.batchSize);
    this.#inner.step({ ...options, maxGradNorm: 0 });
    return { perRow, gradNorm, metrics };
  }

  /** Keyed by the run's secret, since anyone with the key could remove the noise. */
  #noiseOn({ name, parameter }: Trainable, step: number): Tensor {
    const key = { seed: this.#plan.secret, path: `dp:${step}:${name}` };
    return keyedNormal([...parameter.shape], key, this.#noise * this.#options.max_row_norm);
  }

  privacySpent(steps: number): PrivacySpent {
    const { accountant, max_row_norm } = this.#options;
    const [sampleRate, noiseMultiplier] = [this.#sampleRate, this.#noise];
    return {
      epsilon: steps === 0 ? 0 : accountants[accountant]({ sampleRate, noiseMultiplier, steps }, this.#delta),
      delta: this.#delta,
      noise_multiplier: noiseMultiplier,
      max_row_norm,
      sample_rate: sampleRate,
      steps,
      accountant,
    };
  }

  step(): number {
    throw new Error('this optimiser needs gradients of single rows');
  }
  state(): Map<string, Tensor> {
    return this.#inner.state();
  }
  load(state: ReadonlyMap<string, Tensor>): void {
    this.#inner.load(state);
  }
}

export const method = defineUpdate({
  options: options.refine((given) => given.target_epsilon === null || given.noise_multiplier === null, {
    path: ['noise_multiplier'],
    error: 'set either target_epsilon or noise_multiplier, not both',
  }),
  complete: (given): DpSgdOptions =>
    given.noise_multiplier === null
      ? { ...given, target_epsilon: given.target_epsilon ?? 8 }
      : { ...given, noise_multiplier: given.noise_multiplier },
  isPrivate: true,
  isOverAll: true,
  create: (trainables, options, plan) => new DpSgd(trainables, options, plan),
});
