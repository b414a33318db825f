import { noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { StepOptions, Trainable, Update } from '../../methods/interfaces.ts';

export interface Anchor {
  /** Strength of the pull towards initial weights (Li et al., "L2-SP", 2018). */
  l2: number;
  /** Strength of the pull scaled by importance (Kirkpatrick et al., "EWC", 2017). */
  ewc: number;
  /**
   * Importance of each weight for the model's previous knowledge, in the order of the weights; only with `ewc`. Freed
   * with the update.
   */
  importance?: readonly Tensor[];
}

/** Wraps an update and pulls weights towards their initial values. */
export class Anchored implements Update {
  readonly #inner: Update;
  readonly #trainables: readonly Trainable[];
  readonly #anchor: Anchor;
  #beginnings: readonly Tensor[];
  readonly averaged: Update['averaged'];

  constructor(inner: Update, trainables: readonly Trainable[], anchor: Anchor) {
    this.#inner = inner;
    this.#trainables = trainables;
    this.#anchor = anchor;
    this.#beginnings = this.#copies();
    this.averaged = inner.averaged?.bind(inner);
  }

  #copies(): Tensor[] {
    return noGrad(() =>
      scope(() => this.#trainables.map(({ parameter: { tensor } }) => tensor.detach().clone().own())),
    );
  }

  /** Pulls towards the current weights from now on: the proximal term of FedProx (Li et al., 2020). */
  anchorHere(): void {
    for (const one of this.#beginnings) one.dispose();
    this.#beginnings = this.#copies();
  }

  step(options: StepOptions): number {
    noGrad(() => {
      for (const [i, { parameter }] of this.#trainables.entries()) scope(() => this.#pull(parameter.tensor, i));
    });
    return this.#inner.step(options);
  }

  #pull(weight: Tensor, i: number): void {
    const gradient = weight.grad;
    if (gradient === undefined) return;
    const { l2, ewc, importance } = this.#anchor;
    const distance = weight.detach().sub(this.#beginnings[i]);
    if (l2 > 0) gradient.add_(distance, { alpha: l2 });
    if (importance !== undefined) gradient.add_(distance.mul(importance[i]), { alpha: ewc });
  }

  state(): Map<string, Tensor> {
    return this.#inner.state();
  }
  load(state: ReadonlyMap<string, Tensor>): void {
    this.#inner.load(state);
  }
  dispose(): void {
    for (const one of [...this.#beginnings, ...(this.#anchor.importance ?? [])]) one.dispose();
    this.#inner.dispose?.();
  }
}
