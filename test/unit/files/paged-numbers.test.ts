import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { PagedNumbers } from '../../../src/files/paged-numbers.ts';

let folder: string;
const before = process.env.TMPDIR;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-paged-test-'));
  process.env.TMPDIR = folder;
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true });
});

const COUNT = 50_000;
const numberAt = (index: number) => randomUint32([1, 'paged', index]);

function filled(bytes: number): PagedNumbers {
  const numbers = new PagedNumbers(bytes);
  for (let index = 0; index < COUNT; index++) numbers.push(numberAt(index));
  return numbers;
}

it('keeps what is set at random in a memory of four pages, and leaves no file behind', () => {
  {
    using numbers = filled(4 * 8192);
    const expected = Uint32Array.from({ length: COUNT }, (_, index) => numberAt(index));
    for (let change = 0; change < 20_000; change++) {
      const index = randomUint32([1, 'place', change]) % COUNT;
      expect(numbers.at(index)).toBe(expected[index]);
      numbers.set(index, (expected[index] = change));
    }
    expect(Uint32Array.from(numbers.values())).toEqual(expected);
    expect(readdirSync(folder)).toHaveLength(1);
  }
  expect(readdirSync(folder)).toEqual([]);
});

it('needs no file for what its memory holds', () => {
  using numbers = filled(4 * COUNT);
  expect(numbers.at(COUNT - 1)).toBe(numberAt(COUNT - 1));
  expect(readdirSync(folder)).toEqual([]);
});
