// N tokens, D width, E experts, k chosen per token, P = N · k pairs of a token and an expert
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
import { aten, cat, fromArray, zeros, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { RouterBalance } from '../balance.ts';
import { inModule } from './plain.ts';
import type { Pass } from '../stack.ts';
import type { FeedForwardPart, FeedForwardShape } from './feed-forward.ts';

/** Load-balancing loss: only if the configuration asks for it, as in the reference. */
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
  /** Called once per pass: returns the function that applies an expert to its rows, [n, D] → [n, D]. */
  begin(dtype: DType): (x: Tensor, expert: number) => Tensor;
}

/** Experts as separate modules. */
export function separateExperts(count: number, make: () => Expert): ExpertParts {
  const experts = Array.from({ length: count }, make);
  return { modules: { experts }, begin: () => (x, expert) => experts[expert].forward(x) };
}

/** Scores each token for each expert. */
export interface Router {
  /** Name in checkpoints. */
  name: string;
  module: Module;
  /** x [N, D] → [N, E] */
  forward(x: Tensor): Tensor;
}

/** A router that is a single linear layer; its name may have a dot. */
export function linearRouter(path: string, linear: Module & { forward(x: Tensor): Tensor }): Router {
  return { ...inModule({ name: path, module: linear }), forward: (x) => linear.forward(x) };
}

/** Refinement of a configuration: no more experts are chosen than there are. */
export function chosenAmong<Chosen extends string, All extends string>(chosen: Chosen, all: All) {
  return [
    (own: Record<Chosen | All, number>): boolean => own[chosen] <= own[all],
    { path: [chosen], error: 'exceeds the number of experts' },
  ] satisfies [(own: Record<Chosen | All, number>) => boolean, object];
}

/** The experts chosen for each token and their weights: both [N, k]. */
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
  /** Normalises each token's expert weights to a sum of 1. */
  normalises?: boolean;
  /** Chooses from logits [N, E] (f32 or wider); by default the top k of a softmax. */
  choose?(logits: Tensor): Choice;
  /** Weights scale the experts' input instead of their output (Llama 4). */
  weighsInput?: boolean;
  /** Expert that every token passes through, with an optional gate. */
  shared?: { name: string; module: Expert; gate?: { name: string; module: Linear } };
  /** Projections around the experts; the router reads the input without them. */
  around?: { before: Around; after: Around };
  /** Multiplicative noise on the input of router and experts in training. */
  jitter?: { amount: number; site: string };
  /** By default a linear layer named `gate`, without bias. */
  router?: Router;
  parts: ExpertParts;
}

/**
 * Mixture of experts: the router sends each token to k experts (Shazeer et al., 2017). Router logits [N, E] are
 * collected as auxiliary outputs for the load-balancing loss.
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
    const { indices, weights } = this.#choose(logits.to(wideType(logits.dtype)));
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

  /** Runs each expert on its rows, which are contiguous and in the experts' order. */
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

/** The tokens' rows, if known. */
function rowsOf(places: readonly number[]): number[] | undefined {
  const rows = currentRowsOf();
  return rows && places.map((place) => rows[place]);
}

/** Positions in indices [N, k] sorted by expert, and the number per expert. */
function pairsByExpert(indices: Tensor, experts: number): { places: number[]; counts: number[] } {
  const chosen = expertsOf(indices, experts);
  const lists: number[][] = Array.from({ length: experts }, () => []);
  for (const [place, expert] of chosen.entries()) lists[expert].push(place);
  return { places: lists.flat(), counts: lists.map((list) => list.length) };
}

/** Tensors on `meta` have no values: deals the experts out in turn. */
function expertsOf(indices: Tensor, experts: number): number[] {
  if (indices.device === 'meta') return Array.from({ length: indices.size }, (_, place) => place % experts);
  return Array.from(indices.data() as BigInt64Array, Number);
}

function onDevice(values: readonly number[], like: Tensor): Tensor {
  return fromArray(BigInt64Array.from(values, BigInt)).toDevice(like.device);
}

/** Gated feed-forward layer under Mixtral's names: w1 is the gate, w3 the up projection, w2 the down projection. */
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
