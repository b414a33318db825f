// SASRec compared with the authors' formulas in plain loops; and how rows of items become tokens.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemIds, itemNames, itemTokenizer, type Tokenizer } from '../../../src/models/text/index.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { scope } from '../../../src/engine/tensor/index.ts';
import type { Model } from '../../../src/models/model.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyModel } from '../tiny-models.ts';

type Vector = number[];

describe('sasrec', () => {
  let model: Model;
  beforeAll(async () => {
    model = await tinyModel({ raw: tinyConfigs.sasrec[0], task: 'next-item' });
  });
  afterAll(() => model.dispose());

  it("has the hidden states of the authors' formulas", () => {
    const ids = [3, 9, 1, 14, 3];
    const layout = layoutOfRows([ids.length], { causal: true });
    const got = scope(() => model.hidden({ ids: BigInt64Array.from(ids, BigInt), layout }).toNumbers());
    const wanted = plainSasRec(model, ids).flat();
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - got[i])))).toBeLessThan(1e-9);
  });
});

function plainSasRec(model: Model, ids: readonly number[]): Vector[] {
  const values = new Map([...model.parameters()].map(([path, { tensor }]) => [path, tensor.toNumbers()]));
  const of = (path: string) => [...values.get(`sasrec.${path}`)!];
  const width = of('last_norm.weight').length;
  const rowsOf = (path: string) => chunks(of(path), width);
  const linear = (path: string, x: Vector) =>
    rowsOf(`${path}.weight`).map((weights, i) => dot(weights, x) + of(`${path}.bias`)[i]);
  const norm = (path: string, x: Vector) => {
    const mean = x.reduce((a, b) => a + b) / width;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-8)) * of(`${path}.weight`)[i] + of(`${path}.bias`)[i]);
  };
  const [items, positions] = [rowsOf('item_emb.weight'), rowsOf('pos_emb.weight')];
  let x = ids.map((id, t) => items[id].map((value, i) => value * Math.sqrt(width) + positions[t][i]));
  for (const block of ['blocks.0', 'blocks.1']) {
    const normal = x.map((one) => norm(`${block}.attention_norm`, one));
    const q = normal.map((one) => linear(`${block}.query`, one));
    const [k, v] = ['key', 'value'].map((part) => x.map((one) => linear(`${block}.${part}`, one)));
    x = normal.map((one, t) => add(one, attended(q[t], k.slice(0, t + 1), v.slice(0, t + 1))));
    x = x.map((one) => {
      const input = norm(`${block}.feed_forward_norm`, one);
      const inner = linear(`${block}.inner`, input).map((value) => Math.max(0, value));
      return add(input, linear(`${block}.outer`, inner));
    });
  }
  return x.map((one) => norm('last_norm', one));
}

/** Two heads, each with half of the features. */
function attended(q: Vector, keys: readonly Vector[], values: readonly Vector[]): Vector {
  const size = q.length / 2;
  return [0, 1].flatMap((head) => {
    const part = (x: Vector) => x.slice(head * size, (head + 1) * size);
    const scores = keys.map((key) => Math.exp(dot(part(q), part(key)) / Math.sqrt(size)));
    const total = scores.reduce((a, b) => a + b);
    return part(values[0]).map((_, i) => values.reduce((sum, v, t) => sum + (scores[t] / total) * part(v)[i], 0));
  });
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]);
}

function chunks(values: Vector, size: number): Vector[] {
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}

describe('a vocabulary of items', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await itemTokenizer(['12', 'green tea', 'Tea!', '[x]']);
  });

  it('has one token for each item, whatever is written in it, behind a start', () => {
    const { ids, lastIsKnown } = itemIds(tokenizer, { items: ['green tea', '12', '[x]', 'Tea!'] });
    expect([[...ids], lastIsKnown]).toEqual([[1, 3, 2, 5, 4], true]);
    expect([...ids].slice(1).map((id) => tokenizer.tokenOf(id))).toEqual(['green tea', '12', '[x]', 'Tea!']);
  });

  it('leaves out what it does not know, and says whether the last item is known', () => {
    const known = itemIds(tokenizer, { items: ['tea', '12', '[UNK]'] });
    expect(known).toEqual({ ids: Int32Array.of(1, 2), lead: 1, lastIsKnown: false });
  });

  it('has what is known of users behind the start, apart from items of that name', async () => {
    const items = ['plan=pro', 'tea'];
    const own = await itemTokenizer(items, ['country=de', 'plan=pro']);
    const { ids, lead } = itemIds(own, { items: ['plan=pro'], about: ['plan=pro', 'plan=none'] });
    expect([[...ids], lead, own.isSpecial(ids[1])]).toEqual([[1, 3, 4], 2, true]);
    expect(itemNames(own)).toEqual([undefined, undefined, undefined, undefined, ...items]);
  });

  it('refuses items that are called like its own tokens', async () => {
    await expect(itemTokenizer(['a', '[START]'])).rejects.toThrow(/E_ITEM_NAME/);
  });
});
