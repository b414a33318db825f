import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Driven, StepOptions, StepPasses, Trainable, Update } from '../../methods/interfaces.ts';
import { loadState } from '../../methods/update-state.ts';

/** Wraps an update with an exponential moving average (EMA) of the weights, which is evaluated and becomes the result. */
export class MovingAverage implements Update {
  readonly #inner: Update;
  readonly #trainables: readonly Trainable[];
  readonly #decay: number;
  readonly #averages: Tensor[];
  /** f64: number of steps so far. */
  readonly #steps: Tensor;
  readonly needs: Update['needs'];
  readonly isSharded: Update['isSharded'];
  readonly drive: Update['drive'];
  readonly privacySpent: Update['privacySpent'];
  readonly anchorHere: Update['anchorHere'];

  constructor(inner: Update, trainables: readonly Trainable[], decay: number) {
    this.#inner = inner;
    this.#trainables = trainables;
    this.#decay = decay;
    this.#averages = noGrad(() =>
      scope(() => trainables.map(({ parameter }) => parameter.tensor.detach().clone().own())),
    );
    this.#steps = aten.zeros.default([], { dtype: 'f64' }).own();
    this.needs = inner.needs;
    this.isSharded = inner.isSharded;
    if (inner.drive !== undefined) this.drive = (passes, options) => this.#driven(passes, options);
    this.privacySpent = inner.privacySpent?.bind(inner);
    this.anchorHere = inner.anchorHere?.bind(inner);
  }

  step(options: StepOptions): number {
    const norm = this.#inner.step(options);
    this.#follow();
    return norm;
  }

  async #driven(passes: StepPasses, options: StepOptions & { seed: number }): Promise<Driven> {
    const driven = await this.#inner.drive!(passes, options);
    if (Number.isFinite(driven.gradNorm)) this.#follow();
    return driven;
  }

  /** Short at first, so that the initial weights fade quickly. */
  #follow(): void {
    noGrad(() =>
      scope(() => {
        const steps = this.#steps.item() + 1;
        aten.add_.Scalar(this.#steps, 1);
        const share = 1 - Math.min(this.#decay, (1 + steps) / (10 + steps));
        for (const [i, { parameter }] of this.#trainables.entries())
          aten.lerp_.Scalar(this.#averages[i], parameter.tensor.detach(), share);
      }),
    );
  }

  averaged(): ReadonlyMap<Trainable, Tensor> {
    return new Map(this.#trainables.map((trainable, i) => [trainable, this.#averages[i].clone()]));
  }

  #own(): Map<string, Tensor> {
    const averages = this.#trainables.map(({ name }, i): [string, Tensor] => [`${name}.average`, this.#averages[i]]);
    return new Map([...averages, ['all.average_steps', this.#steps]]);
  }

  state(): Map<string, Tensor> {
    return new Map([...this.#inner.state(), ...this.#own()]);
  }

  load(state: ReadonlyMap<string, Tensor>): void {
    this.#inner.load(state);
    loadState(this.#own(), state);
  }

  dispose(): void {
    this.#inner.dispose?.();
  }
}
