// N tokens, D width, E experts, k of them for each token, P = N · k pairs of a token and one of its experts
import { z } from 'zod';
import {
  currentRowsOf,
  gatedLinear,
  gateOf,
  Jitter,
  Linear,
  linearGroup,
  Module,
  withRowsOf,
  withSomeTokens,
  withTokens,
  type Gate,
} from '../../engine/nn/index.ts';
import { aten, cat, fromArray, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { RouterBalance } from '../balance.ts';
import type { Pass } from '../stack.ts';
import type { FeedForwardPart, FeedForwardShape } from './feed-forward.ts';

/** Whether and how strongly experts are kept in balance: as the reference, only where the configuration asks for it. */
export const balanceKeys = {
  output_router_logits: z.boolean().default(false),
  router_aux_loss_coef: z.number().min(0).default(0.001),
};

export function balanceOf(
  config: z.output<z.ZodObject<typeof balanceKeys>>,
  shape: Pick<RouterBalance, 'experts' | 'chosen'>,
): RouterBalance | undefined {
  const { output_router_logits: isOn, router_aux_loss_coef: weight } = config;
  return isOn && weight > 0 ? { ...shape, weight } : undefined;
}

export interface Expert extends Module {
  /** x [n, D] → [n, D] */
  forward(x: Tensor): Tensor;
}

/** The experts of a layer, by their names in checkpoints. */
export interface ExpertParts {
  modules: Readonly<Record<string, Module | readonly Module[]>>;
  /** Called once for a pass: what each expert makes of its own rows, [n, D] → [n, D]. */
  begin(dtype: DType): (x: Tensor, expert: number) => Tensor;
}

/** Experts that are modules of their own. */
export function separateExperts(count: number, make: () => Expert): ExpertParts {
  const experts = Array.from({ length: count }, make);
  return { modules: { experts }, begin: () => (x, expert) => experts[expert].forward(x) };
}

/** Scores each token for each expert. */
export interface Router {
  /** Its name in checkpoints, and the module under it. */
  name: string;
  module: Module;
  /** x [N, D] → [N, E] */
  forward(x: Tensor): Tensor;
}

/** A linear layer of that name. */
export function linearRouter(name: string, linear: Linear): Router {
  return { name, module: linear, forward: (x) => linear.forward(x) };
}

/** Which experts a token goes through, and how much each counts: both [N, k]. */
export interface Choice {
  indices: Tensor;
  weights: Tensor;
}

interface Around {
  name: string;
  /** [N, D] → [N, D], or another width */
  module: Expert;
}

export interface SparseShape {
  width: number;
  /** E */
  experts: number;
  /** k */
  chosen: number;
  /** Whether the weights of a token's experts are made to add up to 1. */
  normalises?: boolean;
  /** Chooses from logits [N, E], of f32 at least; the largest shares of a softmax unless said. */
  choose?(logits: Tensor): Choice;
  /** Whether the weights multiply what experts read, in place of what they give (Llama 4). */
  weighsInput?: boolean;
  /** Expert that all tokens go through as well, and a gate on it. */
  shared?: { name: string; module: Expert; gate?: { name: string; module: Linear } };
  /** Modules between the stream and the experts, which the router does not see, and behind their sum. */
  around?: { before: Around; after: Around };
  /** Noise on what router and experts read while the model trains. */
  jitter?: { amount: number; site: string };
  /** A linear layer `gate` without a bias unless said. */
  router?: Router;
  parts: ExpertParts;
}

/**
 * A feed-forward half of which each token goes through the k experts that a router gives it (Shazeer et al., 2017). The
 * router's logits [N, E] are put aside for the loss that keeps experts in balance.
 */
export class SparseFeedForward extends Module implements FeedForwardPart {
  readonly #shape: SparseShape;
  readonly #router: Router;
  readonly #jitter: Jitter | undefined;

  constructor(shape: SparseShape) {
    super();
    this.#router = shape.router ?? linearRouter('gate', new Linear(shape.width, shape.experts));
    const { parts, shared, around } = shape;
    Object.assign(this, { [this.#router.name]: this.#router.module }, parts.modules);
    if (shared !== undefined) Object.assign(this, { [shared.name]: shared.module });
    if (shared?.gate !== undefined) Object.assign(this, { [shared.gate.name]: shared.gate.module });
    for (const side of [around?.before, around?.after])
      if (side !== undefined) Object.assign(this, { [side.name]: side.module });
    this.#shape = shape;
    this.#jitter = shape.jitter && new Jitter(shape.jitter.amount, shape.jitter.site);
  }

  forward(given: Tensor, pass: Pass): Tensor {
    const { chosen, experts, weighsInput, around } = this.#shape;
    const x = this.#jitter?.forward(given) ?? given;
    const logits = this.#router.forward(x);
    pass.putAside?.(logits);
    const { indices, weights } = this.#choose(logits.to(logits.dtype === 'f64' ? 'f64' : 'f32'));
    const { places, counts } = pairsByExpert(indices, experts);
    const list = places.map((place) => Math.floor(place / chosen));
    const tokens = onDevice(list, x); // [P]
    const share = weights.to(x.dtype).flatten().indexSelect(0, onDevice(places, x)).unsqueeze(1); // [P, 1]
    const inner = around?.before.module.forward(x) ?? x;
    const read = inner.indexSelect(0, tokens);
    const results = this.#runExperts(weighsInput === true ? read.mul(share) : read, { tokens, list, counts }); // [P, D]
    const weighed = weighsInput === true ? results : results.mul(share);
    const none = zeros(inner.shape, { dtype: x.dtype, device: x.device });
    const gathered = aten.index_add.default(none, 0, tokens, weighed);
    const sum = around?.after.module.forward(gathered) ?? gathered;
    const common = this.#runShared(x);
    return common === undefined ? sum : sum.add(common);
  }

  #choose(logits: Tensor): Choice {
    const { chosen, normalises, choose } = this.#shape;
    if (choose !== undefined) return choose(logits);
    const [top, indices] = aten.topk.default(logits.softmax(-1), chosen); // [N, k]
    return { indices, weights: normalises === true ? top.div(top.sum(-1, { keepdim: true })) : top };
  }

  #runShared(x: Tensor): Tensor | undefined {
    const { shared } = this.#shape;
    const gate = shared?.gate?.module.forward(x); // [N, 1]
    const all = shared?.module.forward(x);
    return gate === undefined ? all : all?.mul(aten.sigmoid.default(gate));
  }

  /** Each expert's own rows, which lie side by side in the experts' order. */
  #runExperts(inputs: Tensor, of: { tokens: Tensor; list: readonly number[]; counts: readonly number[] }): Tensor {
    const { tokens, list, counts } = of;
    const active = [...counts.keys()].filter((expert) => counts[expert] > 0);
    const sizes = active.map((expert) => counts[expert]);
    const [parts, owners] = [inputs.split(sizes), tokens.split(sizes)];
    const run = this.#shape.parts.begin(inputs.dtype);
    let end = 0;
    const results = active.map((expert, i) => {
      const own = list.slice(end, (end += sizes[i]));
      const keysOf = (all: Tensor): Tensor => all.indexSelect(0, owners[i]);
      return withTokens(keysOf, () => withSomeTokens(own, () => withRowsOf(rowsOf(own), () => run(parts[i], expert))));
    });
    return cat(results);
  }
}

/** Rows of the tokens, if known. */
function rowsOf(places: readonly number[]): number[] | undefined {
  const rows = currentRowsOf();
  return rows && places.map((place) => rows[place]);
}

/** Places in indices [N, k] sorted by the expert that stands there, and how many each expert has. */
function pairsByExpert(indices: Tensor, experts: number): { places: number[]; counts: number[] } {
  const chosen = expertsOf(indices, experts);
  const lists: number[][] = Array.from({ length: experts }, () => []);
  for (const [place, expert] of chosen.entries()) lists[expert].push(place);
  return { places: lists.flat(), counts: lists.map((list) => list.length) };
}

/** Tensors on `meta` have no values: experts take turns. */
function expertsOf(indices: Tensor, experts: number): number[] {
  if (indices.device === 'meta') return Array.from({ length: indices.size }, (_, place) => place % experts);
  return Array.from(indices.data() as BigInt64Array, Number);
}

function onDevice(values: readonly number[], like: Tensor): Tensor {
  return fromArray(BigInt64Array.from(values, BigInt)).toDevice(like.device);
}

/** A gated feed-forward layer under Mixtral's names: w1 is the gate, w3 the inner values, w2 the way back. */
export class NumberedFeedForward extends Module implements Expert {
  readonly w1: Linear;
  readonly w2: Linear;
  readonly w3: Linear;
  readonly #gate: Gate;

  constructor({ width, inner, activation }: FeedForwardShape) {
    super();
    this.w1 = new Linear(width, inner);
    this.w2 = new Linear(inner, width);
    this.w3 = new Linear(width, inner);
    this.#gate = gateOf(activation);
  }

  forward(x: Tensor): Tensor {
    const [gate, up] = linearGroup([this.w1, this.w3], x);
    return gatedLinear(this.w2, this.#gate, { gate, up });
  }
}
