import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { greatest, pushAll, smallest, spliceAll } from '../../../src/base/many.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';

/** More values than a call accepts as arguments. */
const MANY = 300_000;

describe('any number of values', () => {
  const values = Array.from({ length: MANY }, (_, i) => (i * 7919) % MANY);

  it('has a greatest and a smallest', () => {
    expect([greatest(values), smallest(values)]).toEqual([MANY - 1, 0]);
    expect([greatest([], 3), smallest([], 3), greatest([1, Number.NaN, 2])]).toEqual([3, 3, Number.NaN]);
  });

  it('is appended', () => {
    const target = [-1];
    pushAll(target, values);
    expect(target).toHaveLength(MANY + 1);
  });

  it('takes the place of others', () => {
    const target = [-3, -2, -1];
    spliceAll(target, 1, 1, values);
    expect([target.length, target[0], target[1], target[MANY], target[MANY + 1]]).toEqual([
      MANY + 2,
      -3,
      values[0],
      values.at(-1),
      -1,
    ]);
    expect(target.slice(1, -1)).toEqual(values);
    spliceAll(target, 0, Infinity, []);
    expect(target).toEqual([]);
  });

  it('is a vocabulary in an old form', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-many-'));
    const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...values.slice(0, 150_000).map((n) => `piece${n}`)];
    writeFileSync(join(folder, 'vocab.txt'), `${pieces.join('\n')}\n`);
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'BertTokenizer' }));
    expect((await Tokenizer.load(folder)).special.mask?.id).toBe(4);
    rmSync(folder, { recursive: true });
  });
});
