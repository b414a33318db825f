import { expect, it } from 'vitest';
import { UnionFind } from '../../../src/data/index.ts';
import { sha256 } from '../../../src/files/hash.ts';
import { HashList } from '../../../src/preparation/hash-list.ts';

/** Enough to grow the list several times. */
const texts = Array.from({ length: 5000 }, (_, index) => (index % 7 === 0 ? undefined : `text ${index % 1999}`));
const list = new HashList();
for (const text of texts) list.add(text);

it('unites what has one text, as a comparison of all does, and leaves alone what has none', () => {
  const [found, expected] = [new UnionFind(texts.length), new UnionFind(texts.length)];
  list.unite(found);
  expected.uniteBy((index) => texts[index]);
  expect(found.sets()).toEqual(expected.sets());
  expect(found.sets().some(({ length }) => length > 1)).toBe(true);
  expect(list.isSame(1, 2000)).toBe(true);
  expect(list.isSame(1, 2)).toBe(false);
});

it('gives the least hash of each set, sets in the order of their first members', () => {
  const sets = new UnionFind(texts.length);
  for (let index = 3; index < texts.length; index += 3) sets.union(index - 3, index);
  const lists = sets.sets();
  const { setOf, count } = sets.toNumbers();
  expect(count).toBe(lists.length);
  for (const [set, members] of lists.entries()) for (const member of members) expect(setOf[member]).toBe(set);
  const words = list.leads(setOf);
  const hashOf = (index: number) => (texts[index] === undefined ? '0'.repeat(16) : sha256(texts[index]).slice(0, 16));
  for (const [set, members] of lists.entries()) {
    const found = [0, 1]
      .map((half) =>
        words
          .at(2 * set + half)
          .toString(16)
          .padStart(8, '0'),
      )
      .join('');
    expect(found).toBe(members.map(hashOf).sort()[0]);
  }
});
