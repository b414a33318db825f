// N tokens, D width, F inner width
import {
  atStageEnd,
  gatedLinear,
  gateOf,
  Linear,
  linearGroup,
  Module,
  swiGlu,
  type Dropout,
  type Gate,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';

/** The half of a layer that sees one token at a time. */
export interface FeedForwardPart extends Module {
  /** x [N, D] → [N, D]; `isEnd` says that the result goes nowhere but, added to something, into the stage's output. */
  forward(x: Tensor, pass: Pass, isEnd?: boolean): Tensor;
  /** Linear layers of gate, inner values and output, where silu's gate is all that is between them. */
  readonly fusable?: readonly Linear[] | undefined;
}

export interface FeedForwardShape {
  width: number;
  inner: number;
  activation: string;
  bias?: boolean;
  /** On the gated values (T5Gemma). */
  dropout?: Dropout;
  /** In place of the activation's own. */
  gate?: Gate;
}

/** Gated feed-forward layer (SwiGLU where the activation is silu). */
export class FeedForward extends Module implements FeedForwardPart {
  readonly gate_proj: Linear;
  readonly up_proj: Linear;
  readonly down_proj: Linear;
  readonly #gate: Gate;
  readonly #linears: readonly Linear[];
  readonly #dropout: Dropout | undefined;

  constructor({ width, inner, activation, bias, gate, dropout }: FeedForwardShape) {
    super();
    this.gate_proj = new Linear(width, inner, { bias });
    this.up_proj = new Linear(width, inner, { bias });
    this.down_proj = new Linear(inner, width, { bias });
    this.#gate = gate ?? gateOf(activation);
    this.#dropout = dropout;
    this.#linears = [this.gate_proj, this.up_proj, this.down_proj];
  }

  get fusable(): readonly Linear[] | undefined {
    return this.#gate === swiGlu && this.#dropout === undefined ? this.#linears : undefined;
  }

  forward(x: Tensor, _pass?: Pass, isEnd = false): Tensor {
    const [gate, up] = linearGroup([this.gate_proj, this.up_proj], x);
    if (this.#dropout?.isActive === true)
      return this.down_proj.forward(this.#dropout.forward(this.#gate(gate, up)));
    const down = () => gatedLinear(this.down_proj, this.#gate, { gate, up });
    return isEnd ? atStageEnd(down) : down();
  }
}

/** The same with one matrix for gate and inner values, in that order (Phi-3). */
export class FusedFeedForward extends Module implements FeedForwardPart {
  readonly gate_up_proj: Linear;
  readonly down_proj: Linear;
  readonly #gate: Gate;

  constructor({ width, inner, activation, bias }: FeedForwardShape) {
    super();
    this.gate_up_proj = new Linear(width, 2 * inner, { bias });
    this.down_proj = new Linear(inner, width, { bias });
    this.#gate = gateOf(activation);
  }

  forward(x: Tensor, _pass?: Pass, isEnd = false): Tensor {
    const [gate, up] = this.gate_up_proj.forward(x).chunk(2, 1); // [N, F] each
    const down = () => gatedLinear(this.down_proj, this.#gate, { gate, up });
    return isEnd ? atStageEnd(down) : down();
  }
}

/** Halves side by side, whose results are added. */
export class SummedFeedForward extends Module implements FeedForwardPart {
  readonly #parts: readonly FeedForwardPart[];

  /** By their names in checkpoints. */
  constructor(parts: Readonly<Record<string, FeedForwardPart>>) {
    super();
    Object.assign(this, parts);
    this.#parts = Object.values(parts);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.#parts.map((part) => part.forward(x, pass)).reduce((sum, one) => sum.add(one));
  }
}
