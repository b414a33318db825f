// r triplets of a layer, in and out features
import { AttuneError } from '../../base/errors.ts';
import type { Parameter } from '../../engine/nn/index.ts';
import {
  aten,
  backward,
  cat,
  enableGrad,
  noGrad,
  ones,
  scope,
  stack,
  zeros,
  type Tensor,
} from '../../engine/tensor/index.ts';
import type { StepOptions, Update } from '../interfaces.ts';
import { loadState } from '../update-state.ts';
import type { AdaloraOptions } from './adalora.options.ts';
import type { AdapterPart } from './peft-adapter.ts';

/** Triplets of a layer: rows [r, in], columns [out, r] and singular values [r, 1]. */
export interface Triplets {
  readonly path: string;
  readonly lora_A: Parameter;
  readonly lora_B: Parameter;
  readonly lora_E: Parameter;
}

/** AdaLoRA's regularisation and pruning over all layers: keeps triplets orthogonal and removes some of them. */
export class RankBudget implements AdapterPart {
  readonly trainables = [];
  readonly #layers: readonly Triplets[];
  readonly #options: AdaloraOptions;

  constructor(layers: readonly Triplets[], options: AdaloraOptions) {
    this.#layers = layers;
    this.#options = options;
  }

  /** Mean distance of rows and columns from orthonormality, over all matrices: f32 [] */
  penalty(): Tensor {
    const distances = this.#layers.flatMap(({ lora_A: { tensor: a }, lora_B: { tensor: b } }) => [
      fromIdentity(a.matmul(a.transpose(0, 1))),
      fromIdentity(b.transpose(0, 1).matmul(b)),
    ]);
    return stack(distances).mean().mul(this.#options.orth_reg_weight);
  }

  /** @throws E_TUNING_UNSUPPORTED */
  govern(update: Update, steps: number): Update {
    if (update.drive !== undefined) {
      throw new AttuneError('E_TUNING_UNSUPPORTED', {
        what: 'AdaLoRA chooses ranks by the gradients of all rows, which this optimizer does not compute',
        fix: 'choose optimizer: adamw, or tune with lora',
      });
    }
    const { total_step: total, tinit, tfinal } = this.#options;
    const schedule = { ...this.#options, total: total ?? steps };
    if (tinit + tfinal < schedule.total) return new BudgetedUpdate(update, this.#layers, { schedule, owner: this });
    throw new AttuneError('E_TUNING_UNSUPPORTED', {
      what: 'This run has no steps left for AdaLoRA to remove ranks',
      got: `tuning.tinit ${tinit} and tuning.tfinal ${tfinal} in ${steps} steps`,
      fix: 'lower them, or train more steps',
    });
  }

  switch(): void {}
  merge(): void {}
  unmerge(): void {}
  dispose(): void {}
}

function fromIdentity(product: Tensor): Tensor {
  return aten.linalg_vector_norm.default(product.sub(aten.eye.default(product.shape[0], { device: product.device })));
}

export interface BudgetSchedule extends Pick<AdaloraOptions, 'init_r' | 'target_r' | 'tinit' | 'tfinal' | 'delta_t'> {
  /** Total steps; ranks are fixed in the last `tfinal`. */
  total: number;
}

/** Number of triplets to keep at a step; undefined if this step prunes none. */
export function budgetAt(step: number, [first, last]: readonly [number, number], schedule: BudgetSchedule) {
  const { tinit, tfinal, delta_t: every, total } = schedule;
  if (step >= total - tfinal) return last;
  if (step <= tinit || step % every !== 0) return undefined;
  const left = 1 - (step - tinit) / (total - tfinal - tinit);
  return Math.trunc((first - last) * left ** 3 + last);
}

/** Statistics of a weight: smoothed |weight · gradient|, and the smoothed deviation of that. */
interface Importance {
  weight: Parameter;
  mean: Tensor;
  spread: Tensor;
}

interface Layer {
  path: string;
  a: Importance;
  b: Importance;
  e: Importance;
  /** 1 for kept triplets, 0 for pruned ones: f32 [r, 1] */
  kept: Tensor;
}

/** Wraps an update and sets the least important triplets to zero. */
class BudgetedUpdate implements Update {
  readonly #inner: Update;
  readonly #layers: readonly Layer[];
  readonly #owner: RankBudget;
  readonly #schedule: BudgetSchedule & Pick<AdaloraOptions, 'beta1' | 'beta2' | 'orth_reg_weight'>;
  /** f64: number of steps so far. */
  readonly #steps = aten.zeros.default([], { dtype: 'f64' }).own();
  readonly averaged: Update['averaged'];

  constructor(
    inner: Update,
    layers: readonly Triplets[],
    { schedule, owner }: { schedule: BudgetSchedule & AdaloraOptions; owner: RankBudget },
  ) {
    this.#inner = inner;
    this.#owner = owner;
    this.#schedule = schedule;
    this.#layers = layers.map(({ path, lora_A, lora_B, lora_E }) => ({
      path,
      a: unknown(lora_A),
      b: unknown(lora_B),
      e: unknown(lora_E),
      kept: ones(lora_E.shape, { device: lora_E.tensor.device }).own(),
    }));
    this.averaged = inner.averaged?.bind(inner);
  }

  step(options: StepOptions): number {
    if (this.#schedule.orth_reg_weight > 0) scope(() => enableGrad(() => backward([this.#owner.penalty()])));
    return noGrad(() =>
      scope(() => {
        const all = this.#layers.flatMap(({ a, b, e }) => [a, b, e]);
        // The inner update clips gradients and then clears them, so they are saved first.
        const gradients = all.map(({ weight }) => weight.tensor.grad);
        const norm = this.#inner.step(options);
        this.#allocate(all, gradients);
        return norm;
      }),
    );
  }

  #allocate(all: readonly Importance[], gradients: readonly (Tensor | undefined)[]): void {
    const step = this.#steps.item();
    const settled = this.#schedule.total - this.#schedule.tfinal;
    if (step < settled) for (const [i, one] of all.entries()) this.#follow(one, gradients[i]);
    if (step <= settled) this.#choose(step);
    if (step >= settled) for (const { e, kept } of this.#layers) e.weight.tensor.mul_(kept);
    aten.add_.Scalar(this.#steps, 1);
  }

  #follow({ weight, mean, spread }: Importance, gradient: Tensor | undefined): void {
    if (gradient === undefined) return;
    const { beta1, beta2 } = this.#schedule;
    const importance = aten.abs.default(weight.tensor.detach().mul(gradient));
    mean.mul_(beta1).add_(importance, { alpha: 1 - beta1 });
    spread.mul_(beta2).add_(aten.abs.default(importance.sub(mean)), { alpha: 1 - beta2 });
  }

  /** Prunes the least important triplets across all layers. */
  #choose(step: number): void {
    const ranks = this.#layers.map(({ kept }) => kept.shape[0]);
    const first = ranks.reduce((sum, rank) => sum + rank, 0);
    const budget = budgetAt(step, [first, this.#schedule.target_r * ranks.length], this.#schedule);
    if (budget === undefined || budget >= first) return;
    const scores = this.#layers.map(scoresOf); // [r] each
    const [limit] = aten.kthvalue.default(cat(scores), first - budget);
    for (const [i, { e, kept }] of this.#layers.entries()) {
      kept.copy_(aten.gt.Tensor(scores[i], limit).to('f32').reshape(-1, 1));
      e.weight.tensor.mul_(kept);
    }
  }

  #own(): Map<string, Tensor> {
    const own = this.#layers.flatMap(({ path, a, b, e, kept }): [string, Tensor][] => [
      ...Object.entries({ lora_A: a, lora_B: b, lora_E: e }).flatMap(([key, { mean, spread }]): [string, Tensor][] => [
        [`${path}.${key}.importance`, mean],
        [`${path}.${key}.uncertainty`, spread],
      ]),
      [`${path}.kept`, kept],
    ]);
    return new Map([...own, ['all.budget_steps', this.#steps]]);
  }

  state(): Map<string, Tensor> {
    return new Map([...this.#inner.state(), ...this.#own()]);
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    this.#inner.load(state);
    loadState(this.#own(), state);
  }
}

function unknown(weight: Parameter): Importance {
  const { device } = weight.tensor;
  return { weight, mean: zeros(weight.shape, { device }).own(), spread: zeros(weight.shape, { device }).own() };
}

/** Score of the singular value plus the mean scores of its row and its column: [r] */
function scoresOf({ a, b, e }: Layer): Tensor {
  const score = ({ mean, spread }: Importance) => mean.mul(spread);
  return score(e)
    .flatten()
    .add(score(a).mean([1]))
    .add(score(b).mean([0]));
}
