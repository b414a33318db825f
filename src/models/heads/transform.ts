// N tokens or rows, D width, E output width
import { activations, LayerNorm, Linear, type Activation, type Module } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { place } from './place.ts';

/** A layer between trunk and scores, with its names in checkpoints. */
export interface TransformPlan {
  /** `cls.predictions.transform.dense` */
  dense: string;
  /** True by default. */
  bias?: boolean;
  /** None by default. */
  activation?: string;
  /** Output width; the input width by default. */
  width?: number;
  norm?: { name: string; epsilon: number; bias?: boolean };
}

/** Dense layer, activation and, optionally, a norm. Its parts are assigned to the head. */
export class Transform {
  readonly #dense: Linear;
  readonly #activation: Activation | undefined;
  readonly #norm: LayerNorm | undefined;

  constructor(root: Module, plan: TransformPlan, widths: { in: number; out: number }) {
    this.#dense = new Linear(widths.in, widths.out, { bias: plan.bias ?? true });
    if (plan.activation !== undefined) this.#activation = activations[plan.activation];
    place(root, plan.dense, this.#dense);
    if (plan.norm === undefined) return;
    this.#norm = new LayerNorm(widths.out, plan.norm.epsilon, { bias: plan.norm.bias });
    place(root, plan.norm.name, this.#norm);
  }

  /** [N, D] → [N, E] */
  forward(x: Tensor): Tensor {
    const projected = this.#dense.forward(x);
    const inner = this.#activation?.(projected) ?? projected;
    return this.#norm?.forward(inner) ?? inner;
  }
}
