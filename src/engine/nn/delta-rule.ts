// N tokens, S segments, G chunks of C tokens, H heads, K key heads, d key size, e value size
/** Linear attention with a recurrent state, computed in chunks: the gated delta rule (Yang et al., 2024 and 2025), Mamba-2. */
import { aten, cat, fromArray, zeros, type Tensor } from '../tensor/index.ts';
import { segmentLengths, type Layout } from './layout.ts';

/** Tokens computed in parallel; chunks pass on a state. */
const CHUNK = 64;

/** Inputs per token, all of one type. */
export interface DeltaRule {
  /** [N, K, d]; groups of value heads share key heads. */
  q: Tensor;
  /** [N, K, d]; unit length if there is `beta`. */
  k: Tensor;
  /** [N, H, e] */
  v: Tensor;
  /** Logarithm of the state's decay, at most 0: [N, H] */
  decay: Tensor;
  /** Share of the state's value for a key that a token replaces, 0 to 1: [N, H]. Without it, values are only added. */
  beta?: Tensor;
}

export interface DeltaStates {
  /** [N, H, e] */
  y: Tensor;
  /** After each segment's last token: [S, H, d, e] */
  states: Tensor;
}

/**
 * A token updates a state M [d, e]: M′ = exp(decay) · M; M″ = M′ + k ⊗ β (v − kᵀM′), or M′ + k ⊗ v; y = qᵀM″. A segment
 * starts with its parent's last state, else with `initial` [S, H, d, e] or zeros.
 */
export function deltaRule(tokens: DeltaRule, layout: Layout, initial?: Tensor): DeltaStates {
  const lengths = segmentLengths(layout);
  const parts: { y: Tensor; finals: Tensor; segments: readonly number[] }[] = [];
  const places = new BigInt64Array(lengths.reduce((sum, length) => sum + length, 0));
  let outputs = 0;
  for (const level of levelsOf(layout, lengths)) {
    const chunks = chunksOf(level, { lengths, offsets: layout.offsets });
    for (const [token, place] of chunks.places) places[token] = BigInt(outputs + place);
    const begin = beginningOf(level, { parts, initial, parents: layout.parents });
    parts.push({ ...scan(chunksIn(tokens, chunks), chunks.active, begin), segments: level });
    outputs += chunks.tokens.length;
  }
  const { device } = tokens.q;
  const y = cat(parts.map((part) => part.y)).indexSelect(0, fromArray(places).toDevice(device));
  return { y, states: inOrder(parts, device) };
}

interface Chunks {
  /** Token at each place, chunk by chunk: the first chunks of all segments, then their second chunks; N for padding. */
  tokens: BigInt64Array;
  size: number;
  /** Number of segments with a first chunk, a second one, and so on. */
  active: readonly number[];
  places: readonly (readonly [token: number, place: number])[];
}

/** Segments in topological order of parents; within a level, the longest first, since they have the last chunks. */
function levelsOf({ parents }: Layout, lengths: readonly number[]): number[][] {
  const depths: number[] = [];
  for (const segment of lengths.keys()) {
    const parent = parents?.[segment] ?? -1;
    depths.push(parent < 0 ? 0 : depths[parent] + 1);
  }
  const levels: number[][] = [];
  for (const [segment, depth] of depths.entries()) (levels[depth] ??= []).push(segment);
  return levels.map((level) => level.toSorted((a, b) => lengths[b] - lengths[a] || a - b));
}

function chunksOf(
  level: readonly number[],
  { lengths, offsets }: { lengths: readonly number[]; offsets: readonly number[] },
): Chunks {
  const N = offsets[offsets.length - 1];
  const longest = Math.max(1, lengths[level[0]]);
  const size = Math.min(CHUNK, longest);
  const counts = level.map((segment) => Math.max(1, Math.ceil(lengths[segment] / size)));
  const active = Array.from({ length: counts[0] }, (_, step) => counts.filter((count) => count > step).length);
  const tokens = new BigInt64Array(active.reduce((sum, count) => sum + count, 0) * size).fill(BigInt(N));
  const places: [number, number][] = [];
  let chunk = 0;
  for (const [step, count] of active.entries()) {
    for (const segment of level.slice(0, count)) {
      const from = step * size;
      for (let i = 0; i < Math.min(size, lengths[segment] - from); i++) {
        const [token, place] = [offsets[segment] + from + i, chunk * size + i];
        tokens[place] = BigInt(token);
        places.push([token, place]);
      }
      chunk++;
    }
  }
  return { tokens, size, active, places };
}

/** Inputs in chunks, [G, H, C, …], grouped as [G, K, H / K, C, …]; padding neither reads nor decays. */
function chunksIn(tokens: DeltaRule, { tokens: order, size }: Chunks): DeltaRule {
  const places = fromArray(order).toDevice(tokens.q.device);
  const [keyHeads, heads] = [tokens.q.shape[1], tokens.v.shape[1]];
  const chunked = (x: Tensor) => {
    const [, ...rest] = x.shape;
    const none = zeros([1, ...rest], { dtype: x.dtype, device: x.device });
    const chunks = cat([x, none])
      .indexSelect(0, places)
      .reshape(-1, size, ...rest)
      .transpose(1, 2);
    return keyHeads === heads ? chunks : grouped(chunks, keyHeads);
  };
  const { q, k, v, decay, beta } = tokens;
  return { q: chunked(q), k: chunked(k), v: chunked(v), decay: chunked(decay), beta: beta && chunked(beta) };
}

/** Groups heads by their shared key head: [n, H, …] → [n, K, H / K, …] */
function grouped(x: Tensor, keyHeads: number): Tensor {
  const [n, H, ...rest] = x.shape;
  return x.reshape(n, keyHeads, H / keyHeads, ...rest);
}

/** Initial states of a level's segments, or undefined for zeros: [n, H, d, e] */
function beginningOf(
  level: readonly number[],
  {
    parts,
    initial,
    parents,
  }: {
    parts: readonly { finals: Tensor; segments: readonly number[] }[];
    initial?: Tensor;
    parents?: readonly number[];
  },
): Tensor | undefined {
  const before = parts.at(-1);
  const [from, rows] =
    before === undefined
      ? [initial, level]
      : [before.finals, level.map((segment) => before.segments.indexOf(parents![segment]))];
  return from?.indexSelect(0, fromArray(BigInt64Array.from(rows, BigInt)).toDevice(from.device));
}

/** → y [G · C, H, e], and the last states of the segments [n, H, d, e] */
function scan(chunks: DeltaRule, active: readonly number[], begin: Tensor | undefined): { y: Tensor; finals: Tensor } {
  const inner = withinChunks(chunks);
  const steps = (x: Tensor) => x.split(active);
  const [u, q, k, scores, left] = [inner.u, inner.q, inner.k, inner.scores, inner.left].map(steps);
  const w = inner.w && steps(inner.w);
  const [inGroups, keyHeads] = [chunks.v.shape.length === 5, chunks.k.shape[1]];
  const outputs: Tensor[] = [];
  const finals: Tensor[] = [];
  let state = inGroups && begin !== undefined ? grouped(begin, keyHeads) : begin;
  for (const [step, count] of active.entries()) {
    const before = step === 0 || state === undefined ? state : whatGoesOn(state, count, finals);
    const news = before === undefined || w === undefined ? u[step] : u[step].sub(w[step].matmul(before)); // [n, H, C, e]
    const own = scores[step].matmul(news);
    outputs.push(before === undefined ? own : own.add(q[step].matmul(before)));
    const added = k[step].transpose(-1, -2).matmul(news); // [n, H, d, e]
    state = before === undefined ? added : before.mul(left[step]).add(added);
  }
  const byHead = (x: Tensor) => (inGroups ? x.flatten(1, 2) : x);
  const y = byHead(cat(outputs)).transpose(1, 2).flatten(0, 1);
  return { y, finals: byHead(cat([state as Tensor, ...finals.toReversed()])) };
}

/** States of the segments with a further chunk; the others' states are final. */
function whatGoesOn(state: Tensor, count: number, finals: Tensor[]): Tensor {
  const [n] = state.shape;
  if (n === count) return state;
  const [going, ended] = state.split([count, n - count]);
  finals.push(ended);
  return going;
}

/** The part of a chunk's output that depends on its own tokens only, not on the initial state. */
function withinChunks({ q, k, v, decay, beta }: DeltaRule) {
  const C = decay.shape[decay.shape.length - 1];
  const passed = aten.cumsum.default(decay, -1); // [G, H, C]
  const later = aten.triu.default(aten.ones.default([C, C], { dtype: 'bool', device: q.device }), { diagonal: 1 });
  const differences = passed.unsqueeze(-1).sub(passed.unsqueeze(-2));
  // Masked before the exponential, which would overflow there.
  const between = aten.exp.default(aten.masked_fill.Scalar(differences, later, Number.NEGATIVE_INFINITY)); // [G, H, C, C]
  const kept = aten.exp.default(passed).unsqueeze(-1); // [G, H, C, 1]
  const last = passed.narrow(-1, C - 1, 1); // [G, H, 1]
  return {
    ...(beta === undefined ? { u: v, w: undefined } : replacing({ k, v, beta }, between, kept)),
    q: q.mul(kept),
    k: k.mul(aten.exp.default(last.sub(passed)).unsqueeze(-1)),
    scores: q.matmul(k.transpose(-1, -2)).mul(between),
    left: aten.exp.default(last).unsqueeze(-1), // [G, H, 1, 1]
  };
}

/** Update of each token: its value [G, H, C, e] minus what the chunk's earlier tokens and initial state predict for its key. */
function replacing({ k, v, beta }: { k: Tensor; v: Tensor; beta: Tensor }, between: Tensor, kept: Tensor) {
  const ofKeys = k.mul(beta.unsqueeze(-1));
  const system = ofKeys.matmul(k.transpose(-1, -2)).mul(between);
  const sides = cat([v.mul(beta.unsqueeze(-1)), ofKeys.mul(kept)], -1);
  const [u, w] = solvedBelow(system, sides).split([v.shape[3], k.shape[3]], 3);
  return { u, w };
}

/** Solves (1 + lower triangle of `system`) x = sides. */
function solvedBelow(system: Tensor, sides: Tensor): Tensor {
  if (system.device === 'meta') return sides.clone(); // it has no form there
  return aten.linalg_solve_triangular.default(system, sides, { upper: false, unitriangular: true });
}

/** Final states by segment: [S, H, d, e] */
function inOrder(parts: readonly { finals: Tensor; segments: readonly number[] }[], device: string): Tensor {
  const segments = parts.flatMap((part) => part.segments);
  const places = new BigInt64Array(segments.length);
  for (const [place, segment] of segments.entries()) places[segment] = BigInt(place);
  return cat(parts.map(({ finals }) => finals)).indexSelect(0, fromArray(places).toDevice(device));
}
