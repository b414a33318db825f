// N query tokens, M key tokens, H query heads, K key-value heads, D head size, B segments of a run, T tokens of a
// segment
import { aten, cat, fromArray, type Tensor } from '../tensor/index.ts';
import {
  biasOfScores,
  contentScores,
  type ContentBias,
  type DistanceBias,
  type ScorePositions,
} from './attention-bias.ts';
import { fusedAttention, type AttentionProblem, type Heads } from './attention-fused.ts';
import { withTokens, type Dropout } from './dropout.ts';
import { withAncestors } from './attention-keys.ts';
import { besideEachOther, places } from './attention-padded.ts';
import { inChunks, segmentLengths, type KeyLayout, type Layout } from './layout.ts';

export interface AttentionOptions {
  /** 1/√D by default. */
  scale?: number;
  /** Caps scores before the mask: cap · tanh(score / cap) (Gemma 2). */
  softcap?: number;
  /** [H]: a score per head that joins the softmax without a value (gpt-oss). */
  sinks?: Tensor;
  /** Added to the scores, after `softcap` (T5's relative positions). */
  bias?: DistanceBias;
  /** Added to the query-key products before scaling. */
  content?: ContentBias;
  /** Sliding window: a token sees the last `window` positions, including its own; without causality, as many after it too. */
  window?: number;
  /** Chunked attention: tokens see only their own chunk of this many positions (Llama 4). */
  chunk?: number;
  keys?: KeyLayout;
  /** Overrides the layout's: false for an encoder's keys. */
  causal?: boolean;
  /** Applied to the probabilities, which are then materialised: [N, H, keys of a segment]. */
  dropout?: Dropout;
}

interface Run {
  queryStart: number;
  keyStart: number;
  count: number;
  queries: number;
  keys: number;
}

/**
 * Softmax attention over a layout: q [N, H, D], k and v [M, K, D] → [N, H, D]. Each segment attends to itself and its
 * parents. Computed by attune's operator where it applies, else by libtorch's kernel, which processes consecutive
 * segments of equal shape together.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, request: AttentionOptions & { layout: Layout }): Tensor {
  const { dropout, chunk } = request;
  const whole =
    request.keys === undefined ? withAncestors({ q, k, v }, request.layout) : { q, k, v, keys: request.keys };
  const { layout, keys } =
    chunk === undefined ? { layout: request.layout, keys: whole.keys } : inChunks(request.layout, whole.keys, chunk);
  const heads = { ...whole, keys };
  const context: Context = {
    layout,
    keys,
    causal: request.causal ?? layout.causal,
    scale: request.scale ?? 1 / Math.sqrt(q.shape[2]),
    window: request.window,
    softcap: request.softcap,
    bias: request.bias,
    content: request.content,
    sinks: request.sinks,
    dropout: dropout?.isActive === true ? dropout : undefined,
  };
  const isFusable = context.layout.together === undefined && !changesScores(context);
  const fused = isFusable ? fusedAttention(heads, context) : undefined;
  return fused ?? attentionByRuns(heads, context);
}

type Context = AttentionProblem & Pick<AttentionOptions, 'softcap' | 'bias' | 'content' | 'sinks' | 'dropout'>;

/** Whether something happens between scores and values that no fused operator supports. */
function changesScores({ dropout, softcap, bias, content, sinks }: Context): boolean {
  return [dropout, softcap, bias, content, sinks].some((part) => part !== undefined);
}

function attentionByRuns(heads: Heads, context: Context): Tensor {
  const runs = groupRuns(context.layout, context.keys.offsets);
  if (runs.length === 1) return runAttention(heads, runs[0], context);
  const canPad = context.layout.together === undefined && changesScores(context);
  const padded = canPad ? paddedAttention(heads, context) : undefined;
  if (padded !== undefined) return padded;
  const parts = splitRuns(heads, runs);
  return cat(runs.flatMap((run, i) => (run.queries === 0 ? [] : [runAttention(parts[i], run, context)])));
}

/** Splits in a single operation: its backward is one concatenation, whereas slices would each create a full tensor of zeros. */
function splitRuns(heads: Heads, runs: readonly Run[]): Heads[] {
  const querySizes = runs.map((run) => run.count * run.queries);
  const keySizes = runs.map((run) => run.count * run.keys);
  const [q, k, v] = [heads.q.split(querySizes), heads.k.split(keySizes), heads.v.split(keySizes)];
  return runs.map((_, i) => ({ q: q[i], k: k[i], v: v[i] }));
}

function groupRuns(layout: Layout, keyOffsets: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const [segment, queries] of segmentLengths(layout).entries()) {
    const keys = keyOffsets[segment + 1] - keyOffsets[segment];
    const last = runs.at(-1);
    if (last !== undefined && last.queries === queries && last.keys === keys) last.count++;
    else runs.push({ queryStart: layout.offsets[segment], keyStart: keyOffsets[segment], count: 1, queries, keys });
  }
  return runs;
}

function runAttention(heads: Heads, run: Run, context: Context): Tensor {
  const [, H, D] = heads.q.shape;
  const byHead = (x: Tensor, length: number) => x.reshape(run.count, length, x.shape[1], D).transpose(1, 2); // [B, H, T, D]
  const q = byHead(heads.q, run.queries);
  const k = byHead(heads.k, run.keys);
  const v = byHead(heads.v, run.keys);
  const sameTokens = run.queries === run.keys;
  const insideWindow = context.window === undefined || context.window >= run.keys;
  const isOpen = changesScores(context);
  const isOrdered = context.causal && context.layout.together === undefined;
  const isCausal = isOrdered && sameTokens && insideWindow && !isOpen;
  const noMask = isCausal || (insideWindow && (!context.causal || run.queries === 1));
  const mask = noMask ? undefined : runMask(run, context, q);
  const y = isOpen
    ? openKernel({ q, k, v }, { ...context, run, mask, queryPlaces: placesOf(run) })
    : kernel({ q, k, v }, { mask, isCausal: isCausal && run.queries > 1, scale: context.scale });
  return y.transpose(1, 2).reshape(run.count * run.queries, H, D);
}

/** Score of hidden keys: its exponential underflows to 0 next to any possible score. */
const HIDDEN = -1e30;

/** Computes all segments at once, padded to the longest; undefined if most of that would be padding. */
function paddedAttention(heads: Heads, context: Context): Tensor | undefined {
  const sides = besideEachOther(context.layout, context.keys);
  if (sides === undefined) return undefined;
  const { queries, keys } = sides;
  const device = heads.q.device;
  const [q, k, v] = [heads.q, heads.k, heads.v].map((x, i) => {
    const { filled, length } = i === 0 ? queries : keys;
    return x.indexSelect(0, places(filled, device)).reshape(-1, length, x.shape[1], x.shape[2]).transpose(1, 2); // [B, H, T, D]
  });
  const run = { queryStart: 0, keyStart: 0, count: 1, queries: queries.length, keys: keys.length };
  const aligned = { ...context, layout: { ...context.layout, positions: queries.positions }, keys };
  const seen = runMask(run, aligned, q); // [1, 1, T, Tk]
  const absent = places(keys.isFilling, device).to('bool').reshape(-1, 1, 1, keys.length);
  // Finite, since a padding query may see no key at all: with infinities, its gradient would be NaN.
  const mask = aten.clamp_min.default(aten.masked_fill.Scalar(seen, absent, HIDDEN), HIDDEN); // [B, 1, T, Tk]
  const y = openKernel({ q, k, v }, { ...aligned, run, mask, queryPlaces: queries.filled });
  return y.transpose(1, 2).flatten(0, 1).indexSelect(0, places(queries.back, device));
}

/** [B, 1, T, Tk]: 0 where a query sees a key, else -∞, by positions. */
function runMask(run: Run, context: Context, like: Tensor): Tensor {
  const at = (positions: BigInt64Array, start: number, length: number) =>
    fromArray(positions.subarray(start, start + run.count * length))
      .reshape(run.count, length)
      .toDevice(like.device);
  const ofQueries = (positions: BigInt64Array) => at(positions, run.queryStart, run.queries).unsqueeze(2);
  const keys = at(context.keys.positions, run.keyStart, run.keys).unsqueeze(1);
  const { positions, together } = context.layout;
  const isApart =
    together &&
    aten.logical_or.default(
      aten.lt.Tensor(keys, ofQueries(together.from)),
      aten.gt.Tensor(keys, ofQueries(together.to)),
    );
  return visibility({ distance: ofQueries(positions).sub(keys), isApart }, context, like).unsqueeze(1);
}

interface Sight {
  /** Query position minus key position. */
  distance: Tensor;
  /** Whether the key is outside the part that the query sees bidirectionally. */
  isApart: Tensor | undefined;
}

/** The mask: causality hides later keys and the window hides distant ones, unless they are seen bidirectionally. */
function visibility({ distance, isApart }: Sight, context: Context, like: Tensor): Tensor {
  let hidden: Tensor | undefined = context.causal ? aten.lt.Scalar(distance, 0) : undefined;
  const apart = (one?: Tensor) => (one && isApart ? aten.logical_and.default(one, isApart) : one);
  const isBounded = context.layout.together?.isBounded === true;
  if (isBounded) hidden = apart(hidden);
  if (context.window !== undefined) {
    const far = aten.ge.Scalar(context.causal ? distance : aten.abs.default(distance), context.window);
    hidden = hidden === undefined ? far : aten.logical_or.default(hidden, far);
  }
  if (!isBounded) hidden = apart(hidden);
  const open = aten.zeros.default([...distance.shape], { dtype: widened(like), device: like.device });
  return hidden === undefined ? open : aten.masked_fill.Scalar(open, hidden, Number.NEGATIVE_INFINITY);
}

/** Type to compute in: libtorch's bf16 kernel is eighteen times slower than f32 on the CPU. */
function widened(x: Tensor): 'f32' | 'f64' | 'bf16' | 'f16' {
  if (x.dtype === 'f64') return 'f64';
  return x.device.startsWith('cuda') && x.dtype !== 'f32' ? (x.dtype as 'bf16' | 'f16') : 'f32';
}

/** q [B, H, T, D], k and v [B, K, Tk, D] → [B, H, T, D]; a group of heads shares keys and values. */
function kernel(heads: Heads, options: { mask?: Tensor; isCausal: boolean; scale: number }): Tensor {
  const dtype = widened(heads.q);
  const groups = heads.q.shape[1] / heads.k.shape[1];
  const q = heads.q.to(dtype);
  const [k, v] = [heads.k, heads.v].map((x) => repeatHeads(x.to(dtype), groups));
  const y = aten.scaled_dot_product_attention.default(q, k, v, {
    attn_mask: options.mask,
    is_causal: options.isCausal,
    scale: options.scale,
  });
  return y.to(heads.q.dtype);
}

/** The same kernel from plain operators, with additional steps between scores and values. */
function openKernel(heads: Heads, options: Context & OpenRun): Tensor {
  const { run, mask, softcap, dropout } = options;
  const dtype = widened(heads.q);
  const groups = heads.q.shape[1] / heads.k.shape[1];
  const [k, v] = [heads.k, heads.v].map((x) => repeatHeads(x.to(dtype), groups));
  const q = heads.q.to(dtype);
  const positions = positionsOf(run, options, heads.q.device);
  const content = options.content && contentScores(options.content, { q, k }, positions);
  const products = q.matmul(k.transpose(-1, -2)); // [B, H, T, Tk]
  const raw = (content === undefined ? products : products.add(content)).mul(options.scale);
  const capped = softcap === undefined ? raw : aten.tanh.default(raw.div(softcap)).mul(softcap);
  const scores = options.bias === undefined ? capped : capped.add(biasOfScores(options.bias, positions).to(dtype));
  const probabilities = shares(mask === undefined ? scores : scores.add(mask), options.sinks);
  const kept = dropout === undefined ? probabilities : dropped(probabilities, dropout, options.queryPlaces);
  return kept.matmul(v).to(heads.q.dtype);
}

/** Softmax over the keys [B, H, T, Tk]. With a sink, probabilities sum to less than 1. */
function shares(scores: Tensor, sinks: Tensor | undefined): Tensor {
  if (sinks === undefined) return scores.softmax(-1);
  const [B, H, T, Tk] = scores.shape;
  const column = sinks.to(scores.dtype).reshape(1, H, 1, 1).expand(B, H, T, 1);
  return cat([scores, column], -1).softmax(-1).narrow(-1, 0, Tk);
}

interface OpenRun {
  run: Run;
  mask?: Tensor;
  /** Indices of the queries among the pass's tokens: [B · T]. */
  queryPlaces: BigInt64Array;
}

function placesOf({ queryStart, count, queries }: Run): BigInt64Array {
  return BigInt64Array.from({ length: count * queries }, (_, i) => BigInt(queryStart + i));
}

function positionsOf(run: Run, { layout, keys }: Context, device: string): ScorePositions {
  const positions = (of: { positions: BigInt64Array }, start: number, length: number) => ({
    values: of.positions.subarray(start, start + run.count * length),
    length,
  });
  const queries = positions(layout, run.queryStart, run.queries);
  return { queries, keys: positions(keys, run.keyStart, run.keys), device };
}

/**
 * Dropout on [B, H, T, Tk]: each query's random numbers are keyed by its token and drawn per key and head, in this
 * order, so that padded keys have no effect.
 */
function dropped(probabilities: Tensor, dropout: Dropout, queryPlaces: BigInt64Array): Tensor {
  const [B, H, T, Tk] = probabilities.shape;
  const byToken = probabilities.permute(0, 2, 3, 1).reshape(B * T, Tk, H);
  const places = fromArray(queryPlaces).toDevice(probabilities.device);
  const kept = withTokens(
    (tokens) => tokens.indexSelect(0, places),
    () => dropout.forward(byToken),
  );
  return kept.reshape(B, T, Tk, H).permute(0, 3, 1, 2);
}

function repeatHeads(x: Tensor, groups: number): Tensor {
  if (groups === 1) return x;
  const [B, K, T, D] = x.shape;
  return x
    .unsqueeze(2)
    .expand(B, K, groups, T, D)
    .reshape(B, K * groups, T, D);
}
