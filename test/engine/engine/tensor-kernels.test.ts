// N tokens, D width, V vocabulary
import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../../src/base/random.ts';
import {
  aten,
  attune,
  backward,
  empty,
  fromArray,
  scope,
  tensor,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

function values(shape: [number, number], seed: number, dtype: DType = 'f64'): Tensor {
  const [rows, width] = shape;
  const uniform = attune.keyed_uniform.default(
    fromArray(BigInt64Array.from({ length: rows }, (_, i) => BigInt(i))),
    width,
    BigInt(seed),
  );
  return uniform.mul(4).sub(2).to(dtype);
}

interface HeadCase {
  terms: { hidden: Tensor; weight: Tensor }[];
  bias?: Tensor;
  targets: Tensor;
  softcap: number;
  scale: number;
}

/** The definition: all logits, then the log-softmax. */
function composite({ terms, bias, targets, softcap, scale }: HeadCase): Tensor {
  let logits = terms
    .map(({ hidden, weight }) => hidden.matmul(weight.transpose(0, 1)))
    .reduce((sum, part) => sum.add(part));
  if (bias !== undefined) logits = logits.add(bias);
  logits = logits.mul(scale);
  if (softcap > 0) logits = aten.tanh.default(logits.div(softcap)).mul(softcap);
  return logits.logSoftmax(-1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

function fused({ terms, bias, targets, softcap, scale }: HeadCase): [Tensor, Tensor] {
  const [hidden, weight] = [terms.map((term) => term.hidden), terms.map((term) => term.weight)];
  return attune.token_log_probs.default(hidden, weight, bias, targets, { softcap, scale });
}

/** A head with a low-rank adapter. */
function headCase(dtype: DType, options: { softcap?: number; scale?: number; bias?: boolean } = {}): HeadCase {
  const [N, D, V, r] = [7, 5, 11, 2];
  const leaf = (shape: [number, number], seed: number) => values(shape, seed, dtype).setRequiresGrad();
  return {
    terms: [
      { hidden: leaf([N, D], 1), weight: leaf([V, D], 2) },
      { hidden: leaf([N, r], 3), weight: leaf([V, r], 4) },
    ],
    bias: options.bias === false ? undefined : values([1, V], 5, dtype).reshape(V).detach().setRequiresGrad(),
    targets: fromArray(BigInt64Array.from({ length: N }, (_, i) => BigInt((i * 5) % V))),
    softcap: options.softcap ?? 0,
    scale: options.scale ?? 1,
  };
}

function leavesOf(head: HeadCase): Tensor[] {
  return [
    ...head.terms.flatMap(({ hidden, weight }) => [hidden, weight]),
    ...(head.bias === undefined ? [] : [head.bias]),
  ];
}

function gradientsOf(head: HeadCase, output: Tensor): number[][] {
  const weights = values([1, output.size], 9, output.dtype).reshape(output.size);
  backward([output.mul(weights).sum()]);
  return leavesOf(head).map((leaf) => {
    const gradient = leaf.grad?.toNumbers() ?? [];
    leaf.grad = undefined;
    return gradient;
  });
}

describe('token_log_probs', () => {
  const cases = [{}, { bias: false }, { softcap: 3 }, { scale: 0.25 }, { softcap: 3, scale: 0.25 }];

  it.each(cases)(
    'equals its definition in f64 with %j, gradients of hidden states, weights and bias too',
    (options) => {
      scope(() => {
        const head = headCase('f64', options);
        const [wanted, [got]] = [composite(head), fused(head)];
        expectClose(got.toNumbers(), wanted.toNumbers(), 1e-12);
        const gradients = gradientsOf(head, composite(head));
        for (const [i, gradient] of gradientsOf(head, got).entries()) expectClose(gradient, gradients[i], 1e-12);
      });
    },
  );

  it.each([
    ['f32', 1e-5],
    ['bf16', 0.06],
  ] as const)('is as exact as %s allows; log-probabilities are f32', (dtype, tolerance) => {
    scope(() => {
      const [narrow, wide] = [headCase(dtype, { softcap: 3 }), headCase('f64', { softcap: 3 })];
      const [got] = fused(narrow);
      expect(got.dtype).toBe('f32');
      expectClose(got.toNumbers(), composite(wide).toNumbers(), tolerance);
      const gradients = gradientsOf(wide, composite(wide));
      for (const [i, gradient] of gradientsOf(narrow, got).entries()) expectClose(gradient, gradients[i], tolerance);
    });
  });

  it('an f32 weight under bf16 hidden states gets an f32 gradient', () => {
    scope(() => {
      const weight = values([11, 5], 2, 'f32').setRequiresGrad();
      const targets = fromArray(BigInt64Array.of(1n, 2n, 3n));
      const [logProbs] = attune.token_log_probs.default([values([3, 5], 1, 'bf16')], [weight], undefined, targets);
      backward([logProbs.sum()]);
      expect(weight.grad?.dtype).toBe('f32');
      expect(weight.grad?.toNumbers().some((value) => value !== 0)).toBe(true);
    });
  });

  it.each(['f32', 'bf16'] as const)('a second backward gives in %s what the first gave', (dtype) => {
    scope(() => {
      const weight = values([11, 5], 2, dtype).setRequiresGrad();
      const targets = fromArray(BigInt64Array.of(1n, 2n, 3n));
      const [logProbs] = attune.token_log_probs.default([values([3, 5], 1, dtype)], [weight], undefined, targets);
      const gradients = [true, false].map((retain) => {
        weight.grad = undefined;
        backward([logProbs], [tensor([1, -2, 0.5])], { retain });
        return (weight.grad as Tensor | undefined)?.toNumbers();
      });
      expect(gradients[1]).toEqual(gradients[0]);
      expect(gradients[0]?.some((value) => value !== 0)).toBe(true);
    });
  });

  it('rows in several chunks give what each gives alone', () => {
    scope(() => {
      const [N, V] = [37, 1 << 20]; // 16 rows a chunk
      const hidden = values([N, 1], 1, 'f32').setRequiresGrad();
      const weight = values([V, 1], 2, 'f32').setRequiresGrad();
      const targets = fromArray(BigInt64Array.from({ length: N }, (_, i) => BigInt(i * 1000)));
      const [whole] = attune.token_log_probs.default([hidden], [weight], undefined, targets);
      const last = attune.token_log_probs.default(
        [hidden.narrow(0, 33, 4)],
        [weight],
        undefined,
        targets.narrow(0, 33, 4),
      )[0];
      expect(whole.narrow(0, 33, 4).toNumbers()).toEqual(last.toNumbers());
      backward([whole.sum()]);
      // Each row's gradients over all logits sum to zero; if x is the row's hidden state, so do the weight's.
      const sum = weight.grad?.sum().item() ?? Number.NaN;
      expect(Math.abs(sum)).toBeLessThan(1e-2);
      const [row] = [hidden.narrow(0, 36, 1).detach().setRequiresGrad()];
      backward([attune.token_log_probs.default([row], [weight], undefined, targets.narrow(0, 36, 1))[0].sum()]);
      expect(hidden.grad?.narrow(0, 36, 1).item()).toBeCloseTo(row.grad?.item() ?? Number.NaN, 5);
    });
  });

  it('says which targets are the most probable', () => {
    scope(() => {
      const head = headCase('f64');
      const best = composite({ ...head, targets: fromArray(new BigInt64Array(7)) });
      expect(best.size).toBe(7);
      const logits = head.terms
        .map(({ hidden, weight }) => hidden.matmul(weight.transpose(0, 1)))
        .reduce((a, b) => a.add(b))
        .add(head.bias as Tensor);
      const top = logits.argmax(-1);
      expect(fused({ ...head, targets: top })[1].toNumbers()).toEqual(Array(7).fill(1));
      const others = top.add(1).data() as BigInt64Array;
      const wrong = fromArray(others.map((id) => id % 11n));
      expect(fused({ ...head, targets: wrong })[1].toNumbers()).toEqual(Array(7).fill(0));
    });
  });

  it('of equal logits the first is the best, in every type', () => {
    scope(() => {
      for (const dtype of ['f32', 'bf16'] as const) {
        const hidden = tensor([1, 1, 1]).reshape(3, 1).to(dtype);
        const weight = tensor([-1, 2, 0, 2]).reshape(4, 1).to(dtype);
        const [, hit] = attune.token_log_probs.default(
          [hidden],
          [weight],
          undefined,
          fromArray(BigInt64Array.of(1n, 3n, 0n)),
        );
        expect(hit.toNumbers()).toEqual([1, 0, 0]);
      }
    });
  });

  it('no rows, the meta device, and shapes that do not fit', () => {
    scope(() => {
      const none = fromArray(new BigInt64Array(0), [0]);
      const [empty0] = attune.token_log_probs.default(
        [values([1, 3], 1).narrow(0, 0, 0)],
        [values([4, 3], 2)],
        undefined,
        none,
      );
      expect(empty0.shape).toEqual([0]);
      const meta = { device: 'meta' };
      const [onMeta, hit] = attune.token_log_probs.default(
        [empty([5, 3], meta)],
        [empty([4, 3], meta)],
        undefined,
        empty([5], { ...meta, dtype: 'i64' }),
      );
      expect([onMeta.shape, hit.shape, onMeta.device]).toEqual([[5], [5], 'meta']);
      const targets = fromArray(BigInt64Array.of(0n));
      expect(() =>
        attune.token_log_probs.default([values([2, 3], 1)], [values([4, 3], 2)], undefined, targets),
      ).toThrow(/targets \[N\]/);
      expect(() => attune.token_log_probs.default([values([1, 3], 1)], [], undefined, targets)).toThrow(
        /as many hidden/,
      );
      for (const id of [-1n, 4n]) {
        const strange = fromArray(BigInt64Array.of(id));
        expect(() =>
          attune.token_log_probs.default([values([1, 3], 1, 'bf16')], [values([4, 3], 2, 'bf16')], undefined, strange),
        ).toThrow(/not in the vocabulary of 4/);
      }
    });
  });
});

describe('keyed_uniform', () => {
  const keyed = (rows: readonly bigint[], width: number, key: bigint) =>
    attune.keyed_uniform.default(fromArray(BigInt64Array.from(rows)), width, BigInt.asIntN(64, key));

  it('is Philox4x32-10: the published vector of zeros', () => {
    scope(() => {
      const words = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]; // Random123, kat_vectors
      expect(keyed([0n], 4, 0n).toNumbers()).toEqual(words.map((word) => (word >>> 8) / 2 ** 24));
    });
  });

  it('and so is its counterpart in JavaScript, by all published vectors', () => {
    const ones = 0xffffffff;
    expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(philox4x32([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    expect(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });

  it('takes all 64 bits of rows and keys, and widths that are no multiple of four', () => {
    scope(() => {
      const rows = [0x0370734413198a2en, -1n, 2n ** 40n];
      const key = 0x299f31d0a4093822n;
      const got = keyed(rows, 6, key).toNumbers();
      const wanted = rows.flatMap((row) => {
        const [low, high] = [Number(BigInt.asUintN(32, row)), Number(BigInt.asUintN(32, row >> 32n))];
        const words = [0, 1].flatMap((block) => philox4x32([block, 0, low, high], [0xa4093822, 0x299f31d0]));
        return words.slice(0, 6).map((word) => (word >>> 8) / 2 ** 24);
      });
      expect(got).toEqual(wanted);
    });
  });

  it('gives a row the same numbers wherever it stands, and uniform ones', () => {
    scope(() => {
      const rows = Array.from({ length: 500 }, (_, i) => BigInt(i * 7919));
      const all = keyed(rows, 100, 99n);
      expect(all.narrow(0, 123, 1).toNumbers()).toEqual(keyed([rows[123]], 100, 99n).toNumbers());
      expect(keyed(rows.toReversed(), 100, 99n).narrow(0, 0, 1).toNumbers()).toEqual(all.narrow(0, 499, 1).toNumbers());
      expect(all.mean().item()).toBeCloseTo(0.5, 2);
      expect(aten.var.default(all).item()).toBeCloseTo(1 / 12, 2);
      const [low, high] = [aten.amin.default(all).item(), aten.amax.default(all).item()];
      expect(low >= 0 && high < 1).toBe(true);
      expect(all.toNumbers()).not.toEqual(keyed(rows, 100, 100n).toNumbers());
    });
  });

  it('wants int64 rows', () => {
    scope(() => expect(() => attune.keyed_uniform.default(tensor([1, 2]), 3, 1)).toThrow(/int64/));
  });
});

function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  expect(got.length).toBeGreaterThan(0);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  for (const [i, value] of got.entries()) expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(tolerance * scale);
}
