// N query tokens, M key tokens, H query heads, K key-value heads, D head size
import { describe, expect, it } from 'vitest';
import {
  attention,
  Dropout,
  layoutOfRows,
  withRandomness,
  type AttentionOptions,
  type DistanceBias,
  type Layout,
} from '../../../src/engine/nn/index.ts';
import { backward, cat, fromArray, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { randomUnit } from '../../../src/base/random.ts';

const [H, K, D] = [4, 2, 3];

function random(tokens: number, heads: number, seed: number): Tensor {
  const values = Float64Array.from(
    { length: tokens * heads * D },
    (_, i) => 4 * randomUnit([seed, 'attention'], i) - 2,
  );
  return fromArray(values, [tokens, heads, D]);
}

interface Heads {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

function headsOf(queries: number, keys = queries): Heads {
  return { q: random(queries, H, 1), k: random(keys, K, 2), v: random(keys, K, 3) };
}

interface Scores {
  scale?: number;
  bias?: (query: number, key: number, head: number) => number;
}

/** The definition, one query and head at a time: softmax over the keys that `sees` allows. */
function naive({ q, k, v }: Heads, sees: (query: number, key: number) => boolean, scores: Scores): number[] {
  const { scale = 1 / Math.sqrt(D), bias = () => 0 } = scores;
  const [Q, Ks, V] = [q, k, v].map((x) => x.toNumbers());
  const [N, M] = [q.shape[0], k.shape[0]];
  const result: number[] = [];
  for (let n = 0; n < N; n++) {
    for (let h = 0; h < H; h++) {
      const group = Math.floor(h / (H / K));
      const dot = (m: number) =>
        Array.from({ length: D }, (_, d) => Q[(n * H + h) * D + d] * Ks[(m * K + group) * D + d]);
      const keys = Array.from({ length: M }, (_, m) => m).filter((m) => sees(n, m));
      const weights = keys.map((m) => Math.exp(dot(m).reduce((a, b) => a + b) * scale + bias(n, m, h)));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let d = 0; d < D; d++) {
        result.push(keys.reduce((sum, m, i) => sum + (weights[i] / total) * V[(m * K + group) * D + d], 0));
      }
    }
  }
  return result;
}

function segmentOf(layout: Pick<Layout, 'offsets'>, token: number): number {
  return layout.offsets.findLastIndex((offset) => offset <= token);
}

/** Visible keys of each query, from the layout alone. */
function visible(layout: Layout, window = Infinity): (query: number, key: number) => boolean {
  return (query, key) => {
    const own = segmentOf(layout, query);
    const family = new Set([own]);
    for (let parent = layout.parents?.[own] ?? -1; parent >= 0; parent = layout.parents?.[parent] ?? -1)
      family.add(parent);
    const distance = Number(layout.positions[query] - layout.positions[key]);
    return (
      family.has(segmentOf(layout, key)) &&
      (layout.causal ? distance >= 0 && distance < window : Math.abs(distance) < window)
    );
  };
}

function expectDefinition(
  heads: Heads,
  request: AttentionOptions & { layout: Layout },
  sees: (q: number, k: number) => boolean,
): void {
  const { q, k, v } = heads;
  const got = attention(q, k, v, request);
  expect(got.shape).toEqual(q.shape);
  const wanted = naive(heads, sees, { scale: request.scale });
  for (const [i, value] of got.toNumbers().entries()) expect(value).toBeCloseTo(wanted[i], 10);
}

const layouts: [string, number[]][] = [
  ['one row', [5]],
  ['rows of one length', [4, 4, 4]],
  ['rows of mixed lengths', [3, 1, 6, 6, 2]],
  ['an empty row among others', [3, 0, 2]],
];

describe.each(layouts)('%s', (_, lengths) => {
  const tokens = lengths.reduce((a, b) => a + b);
  it.each([
    ['causal', true, undefined],
    ['causal with a window of 2', true, 2],
    ['causal with a window of 100', true, 100],
    ['both ways', false, undefined],
    ['both ways with a window of 2', false, 2],
  ] as const)('%s equals the definition', (__, causal, window) => {
    scope(() => {
      const layout = layoutOfRows(lengths, { causal });
      expectDefinition(headsOf(tokens), { layout, window }, visible(layout, window));
    });
  });
});

describe('packing', () => {
  it('rows side by side give what each gives alone', () => {
    scope(() => {
      const lengths = [3, 5, 2];
      const { q, k, v } = headsOf(10);
      const together = attention(q, k, v, { layout: layoutOfRows(lengths, { causal: true }) });
      const parts = [q, k, v].map((x) => x.split(lengths));
      const alone = lengths.map((length, row) =>
        attention(parts[0][row], parts[1][row], parts[2][row], { layout: layoutOfRows([length], { causal: true }) }),
      );
      expectClose(together, cat(alone));
    });
  });

  it('what stands in one row changes nothing in another, and the future nothing in the past', () => {
    scope(() => {
      const layout = layoutOfRows([3, 4], { causal: true });
      const heads = headsOf(7);
      const before = attention(heads.q, heads.k, heads.v, { layout }).toNumbers();
      heads.k.narrow(0, 5, 2).mul_(-3); // the second row's last two tokens
      heads.v.narrow(0, 5, 2).add_(5);
      const after = attention(heads.q, heads.k, heads.v, { layout }).toNumbers();
      const perToken = H * D;
      expect(after.slice(0, 5 * perToken)).toEqual(before.slice(0, 5 * perToken));
      expect(after.slice(5 * perToken)).not.toEqual(before.slice(5 * perToken));
    });
  });
});

describe('segments with parents', () => {
  // A prompt of three tokens with two answers, one of which branches again; then a separate row.
  const offsets = [0, 3, 5, 9, 11, 13, 14];
  const positions = BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 3n, 4n, 5n, 6n, 7n, 8n, 7n, 8n, 0n);
  const parents = [-1, 0, 0, 2, 2, -1];
  const layout: Layout = { offsets, positions, rowOf: [0, 1, 2, 3, 4, 5], parents, causal: true };

  it.each([undefined, 3])('see their ancestors and no siblings (window %s)', (window) => {
    scope(() => expectDefinition(headsOf(14), { layout, window }, visible(layout, window)));
  });

  it('give what a row with the prompt copied into it gives', () => {
    scope(() => {
      const { q, k, v } = headsOf(14);
      const family = attention(q, k, v, { layout });
      const chain = [0, 1, 2, 5, 6, 7, 8, 11, 12]; // prompt, second answer, its second branch
      const [Q, Ks, V] = [q, k, v].map((x) => x.indexSelect(0, fromArray(BigInt64Array.from(chain, BigInt))));
      const copied = attention(Q, Ks, V, { layout: layoutOfRows([9], { causal: true }) });
      expectClose(family.narrow(0, 11, 2), copied.narrow(0, 7, 2));
    });
  });

  it('carry gradients back into the shared prompt', () => {
    scope(() => {
      const { q, k, v } = headsOf(14);
      k.setRequiresGrad();
      backward([attention(q, k, v, { layout }).narrow(0, 11, 2).sum()]);
      const perSegment = (k.grad as Tensor).split([3, 2, 4, 2, 2, 1]).map((part) => part.pow(2).sum().item() > 0);
      expect(perSegment).toEqual([true, false, true, false, true, false]);
    });
  });
});

describe('keys from elsewhere', () => {
  it('a cache: few new tokens see all earlier ones of their row', () => {
    scope(() => {
      const layout = layoutOfRows([1, 2], { causal: true, starts: [4, 1] });
      const keys = layoutOfRows([5, 3], { causal: true });
      const sees = (query: number, key: number) =>
        segmentOf(layout, query) === segmentOf(keys, key) && keys.positions[key] <= layout.positions[query];
      expectDefinition(headsOf(3, 8), { layout, keys }, sees);
      const near = (query: number, key: number) =>
        sees(query, key) && layout.positions[query] - keys.positions[key] < 2n;
      expectDefinition(headsOf(3, 8), { layout, keys, window: 2 }, near);
    });
  });

  it("an encoder's output: every token of a row sees all of it", () => {
    scope(() => {
      const layout = layoutOfRows([2, 3], { causal: true });
      const keys = layoutOfRows([4, 1], { causal: false });
      const sees = (query: number, key: number) => segmentOf(layout, query) === segmentOf(keys, key);
      expectDefinition(headsOf(5, 5), { layout, keys, causal: false }, sees);
      // Also if the numbers of keys and queries happen to be equal.
      const same = layoutOfRows([3, 3], { causal: false });
      const queries = layoutOfRows([3, 3], { causal: true });
      expectDefinition(
        headsOf(6, 6),
        { layout: queries, keys: same, causal: false },
        (q, k) => segmentOf(queries, q) === segmentOf(same, k),
      );
    });
  });
});

describe('numerics', () => {
  it("a scale of one's own", () => {
    scope(() => {
      const layout = layoutOfRows([4], { causal: true });
      expectDefinition(headsOf(4), { layout, scale: 0.3 }, visible(layout));
    });
  });

  it('bf16 comes out as bf16, computed in f32', () => {
    scope(() => {
      const layout = layoutOfRows([6, 3], { causal: true });
      const { q, k, v } = headsOf(9);
      const wide = attention(q.to('bf16').to('f64'), k.to('bf16').to('f64'), v.to('bf16').to('f64'), { layout });
      const narrow = attention(q.to('bf16'), k.to('bf16'), v.to('bf16'), { layout });
      expect(narrow.dtype).toBe('bf16');
      for (const [i, value] of narrow.toNumbers().entries())
        expect(Math.abs(value - wide.toNumbers()[i])).toBeLessThan(0.01);
    });
  });
});

describe('bf16, where our own operator takes what it can', () => {
  const family: Layout = {
    offsets: [0, 3, 5, 9],
    positions: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 3n, 4n, 5n, 6n),
    rowOf: [0, 1, 2],
    parents: [-1, 0, 0],
    causal: true,
  };
  const gaps: Layout = {
    ...layoutOfRows([9], { causal: true }),
    positions: BigInt64Array.from([0, 1, 2, 5, 6, 7, 11, 12, 13], BigInt),
  };
  const rows = layoutOfRows([4, 3, 2], { causal: true });
  const cached = layoutOfRows([2, 1, 0], { causal: true, starts: [4, 1, 2] });
  const keys = layoutOfRows([6, 2, 2], { causal: true });

  it.each([
    ['rows', { layout: rows }, 9, 9],
    ['rows with a window', { layout: rows, window: 2 }, 9, 9],
    ['rows both ways', { layout: { ...rows, causal: false } }, 9, 9],
    ['rows both ways with a window', { layout: { ...rows, causal: false }, window: 2 }, 9, 9],
    ['segments with parents', { layout: family }, 9, 9],
    ['segments with parents and a window', { layout: family, window: 3 }, 9, 9],
    ['positions with gaps and a window', { layout: gaps, window: 4 }, 9, 9],
    ['keys of a cache, one row without a new token', { layout: cached, keys }, 3, 10],
  ] as [string, AttentionOptions & { layout: Layout }, number, number][])('%s', (_, request, queries, keyCount) => {
    scope(() => {
      const narrow = Object.values(headsOf(queries, keyCount)).map((x: Tensor) => x.to('bf16'));
      const [q, k, v] = narrow.map((x) => x.to('f64'));
      const wanted = attention(q, k, v, request).toNumbers();
      const got = attention(narrow[0], narrow[1], narrow[2], request);
      expect([got.dtype, got.shape]).toEqual(['bf16', q.shape]);
      for (const [i, value] of got.toNumbers().entries()) expect(Math.abs(value - wanted[i])).toBeLessThan(0.02);
    });
  });
});

describe('a bias by distance', () => {
  /** Sixteen distances from -8 to 7, a number for each head. */
  const table = () => keyedNormal([16, H], { seed: 2, path: 'bias' }, 1).to('f64');
  const biasFrom = (numbers: Tensor): DistanceBias => ({ of: (distances) => numbers.indexSelect(0, distances.add(8)) });

  it.each([
    ['rows of a length, causal', layoutOfRows([3, 3], { causal: true }), undefined],
    ['rows of mixed lengths, both ways', layoutOfRows([3, 1, 5], { causal: false }), undefined],
    [
      'few new tokens and the keys of a cache, each row elsewhere',
      layoutOfRows([2, 2], { causal: true, starts: [3, 1] }),
      layoutOfRows([5, 3], { causal: true }),
    ],
  ] as [string, Layout, Layout | undefined][])('%s', (_, layout, keys) => {
    scope(() => {
      const numbers = table();
      const heads = headsOf(layout.positions.length, keys?.positions.length);
      const got = attention(heads.q, heads.k, heads.v, { layout, keys, bias: biasFrom(numbers) });
      const values = numbers.toNumbers();
      const places = keys ?? layout;
      const distance = (query: number, key: number) => Number(places.positions[key] - layout.positions[query]);
      const wanted = naive(
        heads,
        (query, key) =>
          segmentOf(layout, query) === segmentOf(places, key) && (!layout.causal || distance(query, key) <= 0),
        { bias: (query, key, head) => values[(distance(query, key) + 8) * H + head] },
      );
      for (const [i, value] of got.toNumbers().entries()) expect(value).toBeCloseTo(wanted[i], 10);
    });
  });

  it('is trained', () => {
    scope(() => {
      const numbers = table().setRequiresGrad();
      const heads = headsOf(6);
      const layout = layoutOfRows([4, 2], { causal: true });
      const loss = () =>
        attention(heads.q, heads.k, heads.v, { layout, bias: biasFrom(numbers) })
          .pow(2)
          .sum();
      backward([loss()]);
      const slopes = (numbers.grad as Tensor).toNumbers();
      const place = 7 * H; // a key one before its query
      const [low, high] = [-1e-6, 1e-6].map((step) => {
        numbers.detach().flatten().narrow(0, place, 1).add_(step);
        const value = loss().item();
        numbers.detach().flatten().narrow(0, place, 1).add_(-step);
        return value;
      });
      expect(slopes[place]).toBeCloseTo((high - low) / 2e-6, 6);
      expect(slopes.slice(9 * H)).toEqual(Array<number>(7 * H).fill(0)); // nobody sees what comes after
    });
  });
});

describe('dropout on the probabilities', () => {
  const dropout = new Dropout(0.4, 'attention');
  const randomness = (tokens: Tensor, step = 0) => ({ seed: 7, step, tokens });
  const run = (layout: Layout, heads: Heads, tokens: Tensor, step = 0) =>
    withRandomness(randomness(tokens, step), () => attention(heads.q, heads.k, heads.v, { layout, dropout }));
  const named = (ids: readonly number[]) => fromArray(BigInt64Array.from(ids, BigInt));

  it('is off outside training, and with a probability of 0', () => {
    scope(() => {
      const layout = layoutOfRows([3, 4], { causal: true });
      const heads = headsOf(7);
      const plain = attention(heads.q, heads.k, heads.v, { layout });
      expect(attention(heads.q, heads.k, heads.v, { layout, dropout }).toNumbers()).toEqual(plain.toNumbers());
      const none = new Dropout(0, 'attention');
      const silent = withRandomness(randomness(named([0, 1, 2, 3, 4, 5, 6])), () =>
        attention(heads.q, heads.k, heads.v, { layout, dropout: none }),
      );
      expect(silent.toNumbers()).toEqual(plain.toNumbers());
    });
  });

  it('falls on the same places whatever else is in the batch', () => {
    scope(() => {
      const heads = headsOf(9);
      const ids = [10, 11, 12, 20, 21, 22, 23, 30, 31];
      const together = run(layoutOfRows([3, 4, 2], { causal: true }), heads, named(ids));
      const parts = [heads.q, heads.k, heads.v].map((x) => x.narrow(0, 3, 4));
      const alone = run(
        layoutOfRows([4], { causal: true }),
        { q: parts[0], k: parts[1], v: parts[2] },
        named(ids.slice(3, 7)),
      );
      expectClose(together.narrow(0, 3, 4), alone);
      expect(run(layoutOfRows([3, 4, 2], { causal: true }), heads, named(ids), 1).toNumbers()).not.toEqual(
        together.toNumbers(),
      );
    });
  });

  it('keeps the mean, and hides what causality hides', () => {
    scope(() => {
      const layout = layoutOfRows([4], { causal: true });
      const heads = headsOf(4);
      const plain = attention(heads.q, heads.k, heads.v, { layout });
      const runs = Array.from({ length: 3000 }, (_, step) =>
        scope(() => run(layout, heads, named([1, 2, 3, 4]), step)),
      );
      const mean = runs
        .reduce((sum, one) => sum.add(one))
        .div(runs.length)
        .toNumbers();
      for (const [i, value] of plain.toNumbers().entries()) expect(Math.abs(mean[i] - value)).toBeLessThan(0.12);
      heads.v.narrow(0, 3, 1).add_(100);
      const first = (x: Tensor) => x.narrow(0, 0, 3).toNumbers();
      expect(first(run(layout, heads, named([1, 2, 3, 4]), 5))).toEqual(first(runs[5]));
    });
  });
});

function expectClose(got: Tensor, wanted: Tensor): void {
  expect(got.shape).toEqual(wanted.shape);
  const values = wanted.toNumbers();
  for (const [i, value] of got.toNumbers().entries()) expect(value).toBeCloseTo(values[i], 10);
}
