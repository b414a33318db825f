import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { randomUint32 } from '@attune/base/random';
import { Tags } from '../src/tags.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-tags-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('of values that are too many for memory are those that memory would give, and no value can be read on disk', () => {
  using held = new Tags();
  using stored = new Tags({ folder, mostHeld: 50 });
  for (let index = 0; index < 3000; index++) {
    const value = `Person ${randomUint32([index, 'person']) % 800}`;
    const kind = index % 3 === 0 ? 'name' : 'email';
    const text = index % 40 === 0 ? `[NAME_${index}] and [EMAIL_00${index}] and [EMAIL_${(index * 7) % 999}]` : value;
    for (const tags of [held, stored]) tags.keep(text);
    expect(stored.renamed(text)).toBe(held.renamed(text));
    expect(stored.of(value, kind)).toBe(held.of(value, kind));
  }
  expect(held.values.size).toBeGreaterThan(1000);
  const [name] = readdirSync(folder);
  for (const file of readdirSync(join(folder, name)))
    expect(readFileSync(join(folder, name, file), 'latin1')).not.toContain('Person');
  expect(() => stored.values).toThrow('kept only as hashes');
  stored[Symbol.dispose]();
  expect(readdirSync(folder)).toEqual([]);
});

it('of an earlier redaction are left alone, however great their numbers, and their numbers given to nobody', () => {
  using tags = new Tags();
  const text = '[NAME_1] [NAME_3] [NAME_4] [NAME_2048] [NAME_999999999] [NAME_0] [NAME_05] [EMAIL_2]';
  tags.keep(text);
  expect(tags.renamed(text)).toBe(text);
  expect(['a', 'b', 'c'].map((value) => tags.of(value, 'name'))).toEqual(['[NAME_2]', '[NAME_5]', '[NAME_6]']);
  expect(tags.of('a', 'email')).toBe('[EMAIL_1]');
});
