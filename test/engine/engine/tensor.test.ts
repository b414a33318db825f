import { describe, expect, it } from 'vitest';
import {
  arange,
  aten,
  cat,
  detectLeaks,
  empty,
  fromArray,
  full,
  inScope,
  liveTensors,
  ones,
  scope,
  stack,
  tensor,
  type Tensor,
  zeros,
  type DType,
  type NumericArray,
} from '../../../src/engine/tensor/index.ts';
import { engine } from '../../../src/engine/tensor/engine.ts';
import { calledOperators } from '../../../tools/generate/called-operators.ts';
import { declaredSchemas, kernelSchemas } from '../../../tools/generate/operator-schemas.ts';
import { parseSchema } from '../../../tools/generate/operator-types.ts';

describe('element types', () => {
  const arrays: [DType, NumericArray][] = [
    ['f64', Float64Array.of(1.5, -2, 1e300)],
    ['f32', Float32Array.of(1.5, -2, 3e38)],
    ['i64', BigInt64Array.of(1n, -2n, 2n ** 62n)],
    ['i32', Int32Array.of(1, -2, 2 ** 31 - 1)],
    ['i16', Int16Array.of(1, -2, 32767)],
    ['i8', Int8Array.of(1, -2, 127)],
    ['u8', Uint8Array.of(1, 2, 255)],
  ];

  it.each(arrays)('%s goes in and out unchanged', (dtype, array) => {
    scope(() => {
      const x = fromArray(array);
      expect(x.dtype).toBe(dtype);
      expect(x.clone().data()).toEqual(array);
    });
  });

  it('bf16 and f16 are shown as their 16 bits and as numbers', () => {
    scope(() => {
      expect(fromArray(Uint16Array.of(0x3f80, 0xc000), [2], 'bf16').toNumbers()).toEqual([1, -2]);
      expect(fromArray(Uint16Array.of(0x3c00, 0xc000), [2], 'f16').toNumbers()).toEqual([1, -2]);
      expect(tensor([1, -2], { dtype: 'bf16' }).data()).toEqual(Uint16Array.of(0x3f80, 0xc000));
      expect(() => fromArray(Uint16Array.of(1))).toThrow(/need a dtype/);
    });
  });

  it('bool and complex64', () => {
    scope(() => {
      expect(tensor([0, 2, -1], { dtype: 'bool' }).data()).toEqual(Uint8Array.of(0, 1, 1));
      const z = fromArray(Float32Array.of(1, 2, 3, 4), [2], 'c64');
      expect([z.dtype, z.size]).toEqual(['c64', 2]);
      expect(z.mul(z).data()).toEqual(Float32Array.of(-3, 4, -7, 24));
      expect(() => z.toNumbers()).toThrow(/complex/);
    });
  });

  it.each(['f64', 'f32', 'bf16', 'f16', 'i64', 'i32', 'i16', 'i8', 'u8'] as const)(
    '%s can be made, cast and added',
    (dtype) => {
      scope(() => {
        const x = tensor([1, 2, 3], { dtype });
        expect(x.add(ones([3], { dtype })).toNumbers()).toEqual([2, 3, 4]);
        expect(x.to('f32').to(dtype).dtype).toBe(dtype);
        expect(x.to(dtype)).toBe(x);
      });
    },
  );

  it('a whole number as a scalar keeps an integer tensor an integer tensor; a fraction makes it a float', () => {
    scope(() => {
      expect(arange(3).mul(2).dtype).toBe('i64');
      expect(arange(3).mul(0.5).dtype).toBe('f32');
      expect(
        arange(3)
          .add(2n ** 60n)
          .data()[2],
      ).toBe(2n ** 60n + 2n);
    });
  });
});

describe('memory shared with JavaScript', () => {
  it('a tensor over an array sees what is written into the array, and the other way round', () => {
    scope(() => {
      const array = Float32Array.of(1, 2, 3);
      const x = fromArray(array);
      array[0] = 10;
      expect(x.toNumbers()).toEqual([10, 2, 3]);
      x.mul_(2);
      expect([...array]).toEqual([20, 4, 6]);
    });
  });

  it('part of a larger array', () => {
    scope(() => {
      const array = Float64Array.of(0, 1, 2, 3, 4, 5);
      expect(fromArray(array.subarray(2, 6), [2, 2]).sum(0).toNumbers()).toEqual([6, 8]);
    });
  });

  it('data() keeps the memory alive after its tensor is gone, and lies in row order', () => {
    const data = scope(() => {
      const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
      return { data: x.transpose(0, 1).data() };
    });
    scope(() => void zeros([1000]));
    expect([...data.data]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('a length that does not fit the shape is refused', () => {
    expect(() => fromArray(Float32Array.of(1, 2, 3), [2, 2])).toThrow(/length does not fit/);
    expect(() => fromArray(Float32Array.of(1, 2, 3), [3], 'f64')).toThrow(/length does not fit/);
  });

  it('an empty tensor', () => {
    scope(() => {
      expect(fromArray(new Float32Array(0), [0, 4]).shape).toEqual([0, 4]);
      expect(zeros([0]).data()).toEqual(new Float32Array(0));
      expect(zeros([0]).sum().item()).toBe(0);
    });
  });
});

describe('scopes', () => {
  it('free what is made in them and keep what they return', () => {
    const before = liveTensors();
    const kept = scope(() => {
      const a = ones([2]);
      expect(inScope()).toBe(true);
      return { sum: a.add(1), list: [a.mul(3)], name: 'plain values pass', nothing: undefined };
    });
    expect(liveTensors()).toBe(before + 2);
    expect([kept.sum.toNumbers(), kept.list[0].toNumbers(), kept.name]).toEqual([[2, 2], [3, 3], 'plain values pass']);
    kept.sum.dispose();
    kept.list[0].dispose();
    expect(inScope()).toBe(false);
  });

  it('nest: what an inner one returns belongs to the outer one', () => {
    const before = liveTensors();
    scope(() => {
      const inner = scope(() => ones([2]).add(1));
      expect(inner.toNumbers()).toEqual([2, 2]);
      expect(liveTensors()).toBeGreaterThan(before);
    });
    expect(liveTensors()).toBe(before);
  });

  it('free everything when their body throws, and the next scope works', () => {
    const before = liveTensors();
    expect(() =>
      scope(() => {
        ones([2]).add(zeros([3, 3]));
      }),
    ).toThrow(/size/);
    expect(() => scope(() => scope(() => aten.cat.default([])))).toThrow(/non-empty/);
    expect(liveTensors()).toBe(before);
    expect(scope(() => ones([1]).item())).toBe(1);
  });

  it('refuse asynchronous bodies', () => {
    const before = liveTensors();
    // @ts-expect-error: the type already refuses it
    expect(() => scope(async () => ones([1]))).toThrow(/cannot wait/);
    expect(liveTensors()).toBe(before);
  });

  it('leave what was made outside alone, even when it is returned', () => {
    using outside = ones([2]);
    expect(scope(() => outside)).toBe(outside);
    expect(outside.isLive).toBe(true);
  });

  it("a tensor used after its scope is an error, not somebody else's memory", () => {
    let lost: Tensor | undefined;
    scope(() => {
      lost = ones([2]);
    });
    scope(() => {
      zeros([2]);
      expect(() => lost?.add(1)).toThrow(/after it was freed/);
      expect(() => lost?.data()).toThrow(/after it was freed/);
    });
    expect(lost?.isLive).toBe(false);
  });
});

describe('ownership', () => {
  it('own() takes a tensor out of its scope until it is disposed', () => {
    const owned = scope(() => {
      const x = ones([2]).own();
      return { id: x.id, x };
    }).x;
    expect(owned.isLive).toBe(true);
    owned.dispose();
    expect(owned.isLive).toBe(false);
    owned.dispose(); // twice is harmless
  });

  it('own() crosses several scopes', () => {
    let owned: Tensor | undefined;
    scope(() => scope(() => void (owned = ones([2]).own())));
    expect(owned?.isLive).toBe(true);
    owned?.dispose();
  });

  it('using frees at the end of the block', () => {
    const before = liveTensors();
    {
      using x = ones([2]);
      expect(x.isLive).toBe(true);
    }
    expect(liveTensors()).toBe(before);
  });

  it('an alias is a second handle: the tensor lives until both are gone', () => {
    const x = ones([2]);
    const alias = x.alias();
    x.dispose();
    expect(alias.toNumbers()).toEqual([1, 1]);
    alias.dispose();
    expect(() => alias.toNumbers()).toThrow(/after it was freed/);
  });

  it('an id is never given out twice', () => {
    const first = ones([1]);
    first.dispose();
    const second = ones([1]);
    expect(second.id).not.toBe(first.id);
    second.dispose();
  });
});

describe('operators', () => {
  it('take named options and say what they do not know', () => {
    scope(() => {
      expect(aten.add.Tensor(ones([2]), ones([2]), { alpha: 3 }).toNumbers()).toEqual([4, 4]);
      // @ts-expect-error: no such option
      expect(() => aten.add.Tensor(ones([2]), ones([2]), { beta: 3 })).toThrow(/beta/);
      // @ts-expect-error: one argument too few
      expect(() => aten.add.Tensor(ones([2]))).toThrow(/"other" is missing/);
    });
    expect(() => (aten as unknown as Record<string, Record<string, () => void>>).no_such_operator.default()).toThrow(
      /no operator aten::no_such_operator/,
    );
  });

  it('give several tensors, lists and plain numbers', () => {
    scope(() => {
      const [values, indices] = aten.topk.default(tensor([3, 1, 2]), 2);
      expect([values.toNumbers(), indices.toNumbers()]).toEqual([
        [3, 2],
        [0, 2],
      ]);
      expect(
        arange(5)
          .split([2, 3])
          .map((part) => part.size),
      ).toEqual([2, 3]);
      expect(aten.equal.default(ones([2]), ones([2]))).toBe(true);
    });
  });

  it('have the types that their schemas in this libtorch give them', () => {
    const declared = [...declaredSchemas('.'), ...kernelSchemas('.')].map(parseSchema);
    expect(declared.length).toBeGreaterThan(150);
    for (const { space, name, overload, arguments: written, returns } of declared) {
      const handle = engine().find(`${space}::${name}`, overload === 'default' ? '' : overload);
      const found = engine().describe(handle!);
      const kept = found.arguments.map(({ name, hasDefault, named }) => ({ name, hasDefault, named }));
      expect(written, name).toMatchObject(kept);
      expect([written.length, returns.length], name).toEqual([kept.length, found.returns.length]);
    }
  });

  it('are declared where they are called, and nowhere else: node tools/generate.ts --operators', () => {
    const declared = declaredSchemas('.').map((schema) => schema.slice(0, schema.indexOf('(')));
    expect(declared).toEqual(calledOperators('.'));
  });

  it("the methods of Tensor are PyTorch's", () => {
    scope(() => {
      const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
      expect(x.sum().item()).toBe(21);
      expect(x.sum(1).toNumbers()).toEqual([6, 15]);
      expect(x.mean(0, { keepdim: true }).shape).toEqual([1, 3]);
      expect(x.argmax(1).toNumbers()).toEqual([2, 2]);
      expect(x.select(1, 1).toNumbers()).toEqual([2, 5]);
      expect(x.narrow(1, 1, 2).toNumbers()).toEqual([2, 3, 5, 6]);
      expect(x.gather(1, fromArray(BigInt64Array.of(2n, 0n), [2, 1])).toNumbers()).toEqual([3, 4]);
      expect(x.indexSelect(0, fromArray(BigInt64Array.of(1n))).toNumbers()).toEqual([4, 5, 6]);
      expect(x.permute(1, 0).reshape(6).toNumbers()).toEqual([1, 4, 2, 5, 3, 6]);
      expect(cat([x, x], 1).shape).toEqual([2, 6]);
      expect(stack([x, x]).shape).toEqual([2, 2, 3]);
      expect(x.softmax(1).sum(1).toNumbers()).toEqual([expect.closeTo(1), expect.closeTo(1)]);
      expect(full([2], 7).eq(7).toNumbers()).toEqual([1, 1]);
      expect(empty([3, 0]).size).toBe(0);
    });
  });

  it('run on the meta device: shapes without memory', () => {
    scope(() => {
      const x = empty([1_000_000, 1_000_000], { dtype: 'bf16', device: 'meta' });
      const y = x.matmul(empty([1_000_000, 3], { dtype: 'bf16', device: 'meta' }));
      expect([y.shape, y.dtype, y.device]).toEqual([[1_000_000, 3], 'bf16', 'meta']);
    });
  });
});

it('the leak detector warns of an owned tensor that was lost, with the place that made it, and frees it', async () => {
  const warnings: string[] = [];
  const listen = (warning: Error) => warnings.push(`${warning.name}: ${warning.message}`);
  process.on('warning', listen);
  detectLeaks();
  const before = liveTensors();
  loseATensor();
  detectLeaks(false);
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const collect = (await import('node:vm')).runInNewContext('gc') as () => void;
  for (let i = 0; i < 50 && warnings.length === 0; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.off('warning', listen);
  expect(warnings.join()).toMatch(/AttuneTensorLeak: a tensor was garbage-collected[^]*loseATensor/);
  expect(liveTensors()).toBe(before);
});

function loseATensor(): void {
  ones([4]).own();
}
