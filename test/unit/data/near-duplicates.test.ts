import { describe, expect, it } from 'vitest';
import { findNearDuplicates, NEAR } from '../../../src/data/near-duplicates.ts';
import { linkBuckets } from '../../../src/data/link-buckets.ts';
import { MinHash } from '../../../src/data/min-hash.ts';
import { prefixBuckets } from '../../../src/data/prefix-buckets.ts';
import { isSimilar, jaccard, normalWords, shinglesOf, shinglesOfText } from '../../../src/data/shingles.ts';
import { mostDifference, Sketches } from '../../../src/data/sketches.ts';
import { UnionFind } from '../../../src/data/union-find.ts';
import { randomUint32 } from '../../../src/base/random.ts';

/** Shingles as strings, to check the hashed ones. */
function plainJaccard(a: string, b: string): number {
  const set = (text: string) => {
    const words = text.toLowerCase().split(/\W+/).filter(Boolean);
    return new Set(words.slice(1).map((word, index) => `${words[index]} ${word}`));
  };
  const [left, right] = [set(a), set(b)];
  const shared = left.intersection(right).size;
  return shared / (left.size + right.size - shared);
}

const word = (...key: number[]) => `w${randomUint32([1, 'word', ...key]) % 3000}`;
const text = (id: number, length: number) => Array.from({ length }, (_, at) => word(id, at)).join(' ');

/** A copy with some replaced words. */
function edited(original: string, id: number, changes: number): string {
  const words = original.split(' ');
  for (let change = 0; change < changes; change++)
    words[randomUint32([2, 'at', id, change]) % words.length] = `new${id}x${change}`;
  return words.join(' ');
}

describe('shingles', () => {
  it('overlook case, punctuation and spacing', () => {
    expect(normalWords('  Hello,\tWORLD!  It’s ①')).toEqual(['hello', 'world', 'it', 's', '1']);
    expect(jaccard(shinglesOf(normalWords('A b, c')), shinglesOf(normalWords('a B c!')))).toBe(1);
  });

  it('take one character for a word where a script has no spaces', () => {
    expect(normalWords('東京は hot')).toEqual(['東', '京', 'は', 'hot']);
    expect(
      jaccard(shinglesOf(normalWords('今日は天気がいいです')), shinglesOf(normalWords('今日は天気がいいですね'))),
    ).toBeGreaterThan(0.85);
  });

  it('have the same Jaccard similarity as sets of words written out', () => {
    for (let id = 0; id < 200; id++) {
      const a = text(id, 20 + (id % 60));
      const b = edited(a, id, id % 12);
      const [left, right] = [shinglesOf(normalWords(a)), shinglesOf(normalWords(b))];
      expect(jaccard(left, right)).toBeCloseTo(plainJaccard(a, b), 10);
      expect(isSimilar(left, right, NEAR)).toBe(plainJaccard(a, b) >= NEAR);
    }
  });

  it('of plain text are the same without its words in between', () => {
    // Each character alone, within a word, and after one with which it might combine.
    for (let code = 0; code < 0x3100; code++) {
      for (const plain of [
        String.fromCharCode(code),
        `Ab${String.fromCharCode(code)}c x`,
        `e ${String.fromCharCode(code)}`,
      ])
        expect(shinglesOfText(plain).slice(), `code ${code}`).toEqual(shinglesOf(normalWords(plain)));
    }
    for (const plain of [
      '',
      '  ',
      '?!',
      'One',
      'A b1-C2  d_e',
      'it’s',
      text(3, 50),
      'na\u0131ve ASCII',
      'x'.repeat(9000),
    ])
      expect(shinglesOfText(plain).slice()).toEqual(shinglesOf(normalWords(plain)));
  });

  it('of a text without words are the text itself', () => {
    expect(normalWords('  😀 ')).toEqual(['😀']);
    expect(jaccard(shinglesOf(normalWords('😀')), shinglesOf(normalWords('😢')))).toBe(0);
  });
});

it('sketches differ in the fewer bits the more sets are alike, and never rule out a pair at the threshold', () => {
  const minHash = new MinHash();
  const sketches = new Sketches();
  const differenceOf = (a: string, b: string) => {
    for (const [index, one] of [a, b].entries()) {
      minHash.sign(shinglesOfText(one));
      sketches.set(index, minHash.sketch);
    }
    return sketches.difference(0, 1);
  };
  let near = 0;
  for (let id = 0; id < 2000; id++) {
    const [original, copy] = [text(id, 100), edited(text(id, 100), id, 5)];
    const likeness = plainJaccard(original, copy);
    if (likeness >= NEAR) near++;
    expect(differenceOf(original, copy)).toBeLessThanOrEqual(mostDifference(likeness));
    expect(differenceOf(original, original)).toBe(0);
    // Sets that share nothing differ in about half of 128 bits.
    expect(differenceOf(original, text(id + 5000, 100))).toBeGreaterThan(mostDifference(NEAR));
  }
  expect(near).toBeGreaterThan(1800);
  expect(mostDifference(1)).toBe(0);
});

describe('findNearDuplicates', () => {
  it('connects exactly the pairs that a comparison of all with all finds', async () => {
    const texts: string[] = [];
    for (let id = 0; id < 90; id++) {
      const original = text(id, 15 + (id % 80));
      texts.push(original, edited(original, id, 1 + (id % 8)));
      if (id % 5 === 0) texts.push(original.toUpperCase());
    }
    const expected = new UnionFind(texts.length);
    for (let a = 0; a < texts.length; a++) {
      for (let b = 0; b < a; b++) if (plainJaccard(texts[a], texts[b]) >= NEAR) expected.union(a, b);
    }
    const { links, isComplete } = await findNearDuplicates(texts.length, (index) => texts[index], { commonShare: 1 });
    const found = new UnionFind(texts.length);
    for (const [a, b] of links) expect(found.union(a, b)).toBe(true);
    expect(isComplete).toBe(true);
    expect(found.sets()).toEqual(expected.sets());
    expect(expected.sets().length).toBeLessThan(texts.length - 30);
  });

  it('misses no pair at the threshold among thousands', async () => {
    const texts: string[] = [];
    // 100 words, 99 pairs: 5 replaced words in the middle change at most 10 pairs, which leaves 89 of 109.
    for (let id = 0; id < 500; id++) texts.push(text(id, 100), edited(text(id, 100), id, 5));
    const { links } = await findNearDuplicates(texts.length, (index) => texts[index], { commonShare: 1 });
    const near = Array.from({ length: 500 }, (_, id) => plainJaccard(texts[2 * id], texts[2 * id + 1]) >= NEAR);
    expect(links.length).toBe(near.filter(Boolean).length);
    expect(links.length).toBeGreaterThan(450);
  });

  it('tells texts of one long template apart once what they share is left out', async () => {
    const template = text(7, 60);
    const texts = Array.from({ length: 40 }, (_, id) => `${template} ${text(100 + id, 5)}`);
    texts.push(`${texts[0]} indeed`);
    const sizes = async (commonShare: number) => {
      const { links } = await findNearDuplicates(texts.length, (index) => texts[index], { commonShare });
      return links.length;
    };
    expect(await sizes(1)).toBe(40);
    expect(await sizes(0.1)).toBe(1);
  });

  it('gives up where the texts share too much to compare them all', async () => {
    const base = text(1, 40);
    const texts = Array.from({ length: 300 }, (_, id) => `${base} ${text(id, 14)}`);
    const search = (maxComparisons: number) =>
      findNearDuplicates(texts.length, (index) => texts[index], { commonShare: 1, maxComparisons });
    expect((await search(100)).isComplete).toBe(false);
    expect((await search(1e6)).isComplete).toBe(true);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const search = findNearDuplicates(5000, (index) => text(index, 10), {
      commonShare: 1,
      signal: controller.signal,
      onProgress: (done) => done > 500 && controller.abort(),
    });
    await expect(search).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('texts of one template', () => {
  /** One in ten of 1,500 orders repeats an earlier one plus a word; all share more than half of their words. */
  const orders = Array.from({ length: 1500 }, (_, index) => {
    const number = index % 10 === 9 ? index - 4 : index;
    const order = `order ${number} of customer ${number * 7} was packed, weighed and sent on a quiet day by our own drivers`;
    return number === index ? order : `${order} today`;
  });
  const sets = orders.map((order) => shinglesOf(normalWords(order)));

  it('that fill one bucket are compared by their rare words, and exactly as all with all', async () => {
    let looks = 0;
    const minHash = new MinHash();
    const sketches = new Sketches();
    for (const [index, set] of sets.entries()) {
      minHash.sign(set);
      sketches.set(index, minHash.sketch);
    }
    const signatures = {
      count: sets.length,
      sketches,
      keys: () => [new Uint32Array(sets.length)],
      takesPart: () => true,
      shingles: (index: number) => {
        looks++;
        return sets[index];
      },
    };
    const links: [number, number][] = [];
    await linkBuckets(signatures, (first, other) => links.push([first, other]), { threshold: NEAR });
    const [found, expected] = [new UnionFind(sets.length), new UnionFind(sets.length)];
    for (const [a, b] of links) found.union(a, b);
    for (const [a, set] of sets.entries())
      for (let b = 0; b < a; b++) if (jaccard(set, sets[b]) >= NEAR) expected.union(a, b);
    expect(found.sets()).toEqual(expected.sets());
    expect(links).toHaveLength(150);
    // All pairs would be more than a million.
    expect(looks).toBeLessThan(300 * sets.length);
  });

  it('come out in the same buckets however many are sorted at once', async () => {
    const all = Uint32Array.from(sets.keys());
    const signatures = { shingles: (index: number) => sets[index] };
    const bucketsBy = async (sorted: number) => {
      const buckets: string[] = [];
      for await (const { bucket, across } of prefixBuckets(all, signatures, { threshold: NEAR, sorted }))
        buckets.push(`${bucket.join()} ${across?.join()}`);
      return buckets.sort();
    };
    expect(await bucketsBy(500)).toEqual(await bucketsBy(1e6));
  });

  it('that are just too unlike meet in no bucket by what their template has, and those alike do in spite of their lengths', async () => {
    // Two numbers change 4 pairs of 34 words: 30 of 38 are left, and 31 of 37 would be needed. One in ten has an
    // additional word.
    const parcels = Array.from({ length: 2000 }, (_, index) => {
      const number = index % 10 === 9 ? index - 4 : index;
      const begin = `dear customer your order ${number} has been shipped today with parcel ${number * 13} and will arrive at`;
      const text = `${begin} your door within two to three working days if nothing stands in its way on the road thank you`;
      return number === index ? text : `${text} indeed`;
    });
    const some = parcels.map((parcel) => shinglesOf(normalWords(parcel)));
    expect(jaccard(some[0], some[1])).toBeLessThan(NEAR);
    expect(jaccard(some[0], some[1])).toBeGreaterThan(NEAR - 0.02);
    const all = Uint32Array.from(some.keys());
    const found = new UnionFind(some.length);
    let pairs = 0;
    for await (const { bucket, across } of prefixBuckets(
      all,
      { shingles: (index) => some[index] },
      { threshold: NEAR },
    ))
      for (const [place, a] of bucket.entries())
        for (const b of across ?? bucket.slice(place + 1)) {
          pairs++;
          if (jaccard(some[a], some[b]) >= NEAR) found.union(a, b);
        }
    expect(found.sets().filter(({ length }) => length === 2)).toHaveLength(200);
    expect(found.sets()).toHaveLength(1800);
    // All pairs would be two million.
    expect(pairs).toBeLessThan(20 * some.length);
  });
});
