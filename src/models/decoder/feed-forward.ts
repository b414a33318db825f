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

/** The feed-forward sublayer of a layer: acts on each token alone. */
export interface FeedForwardPart extends Module {
  /** x [N, D] → [N, D]; with `isEnd`, the result is only added to the stage's output. */
  forward(x: Tensor, pass: Pass, isEnd?: boolean): Tensor;
  /** Gate, up and down projections, if there is only SiLU gating between them. */
  readonly fusable?: readonly Linear[] | undefined;
}

export interface FeedForwardShape {
  width: number;
  inner: number;
  activation: string;
  bias?: boolean;
  /** Applied to the gated values (T5Gemma). */
  dropout?: Dropout;
  /** Replaces the activation's own gate. */
  gate?: Gate;
  /** Whether the fused matrix has the up projection first and the gate last (Moonshine). */
  isGateLast?: boolean;
}

/** Gated feed-forward layer (SwiGLU if the activation is SiLU). */
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
    if (this.#dropout?.isActive === true) return this.down_proj.forward(this.#dropout.forward(this.#gate(gate, up)));
    const down = () => gatedLinear(this.down_proj, this.#gate, { gate, up });
    return isEnd ? atStageEnd(down) : down();
  }
}

/** Gated feed-forward layer with one matrix for gate and up projection, in that order (Phi-3). */
export class FusedFeedForward extends Module implements FeedForwardPart {
  readonly gate_up_proj: Linear;
  readonly down_proj: Linear;
  readonly #gate: Gate;
  readonly #isGateLast: boolean;

  constructor({ width, inner, activation, bias, isGateLast = false }: FeedForwardShape) {
    super();
    this.#isGateLast = isGateLast;
    this.gate_up_proj = new Linear(width, 2 * inner, { bias });
    this.down_proj = new Linear(inner, width, { bias });
    this.#gate = gateOf(activation);
  }

  forward(x: Tensor, _pass?: Pass, isEnd = false): Tensor {
    const halves = this.gate_up_proj.forward(x).chunk(2, 1); // [N, F] each
    const [gate, up] = this.#isGateLast ? halves.toReversed() : halves;
    const down = () => gatedLinear(this.down_proj, this.#gate, { gate, up });
    return isEnd ? atStageEnd(down) : down();
  }
}

/** Sums the results of parallel feed-forward parts. */
export class SummedFeedForward extends Module implements FeedForwardPart {
  readonly #parts: readonly FeedForwardPart[];

  /** `parts`: keyed by their names in checkpoints. */
  constructor(parts: Readonly<Record<string, FeedForwardPart>>) {
    super();
    Object.assign(this, parts);
    this.#parts = Object.values(parts);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.#parts.map((part) => part.forward(x, pass)).reduce((sum, one) => sum.add(one));
  }
}
