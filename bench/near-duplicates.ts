/**
 * Quality and speed of the search for near-duplicates: `node bench/near-duplicates.ts quality 20000` compares with the
 * exact Jaccard similarity of all pairs, `node bench/near-duplicates.ts speed 1000000` prints processor time and
 * memory, `… template 200000` does so for rows of one template.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { philox4x32 } from '../src/base/random.ts';
import { DiskSignatures, linkBuckets, normalWords, UnionFind } from '../src/data/index.ts';
import { shinglesOf } from '../src/data/shingles.ts';

const [mode = 'quality', given = '20000'] = process.argv.slice(2);
const count = Number(given);
const THRESHOLD = 0.8;
const WORDS = 30_000;

/** A number for each row, position and purpose. */
function draw(row: number, place: number, purpose: number): number {
  return philox4x32([row, place, purpose, 0], [0, 0])[0];
}

const [COPIED, SOURCE, LENGTH, CHANGED, CHANGE, WORD, OTHER] = [0, 1, 2, 3, 4, 5, 6];

/** A third of the rows repeat earlier ones with 0 to 30 % of their words changed, so that all similarities occur. */
function textOf(row: number): string {
  const copied = row > 0 && draw(row, 0, COPIED) % 3 === 0;
  const source = copied ? draw(row, 0, SOURCE) % row : row;
  const length = 20 + (draw(source, 0, LENGTH) % 60);
  const changed = copied ? draw(row, 0, CHANGED) % 30 : 0;
  const words = Array.from({ length }, (_, place) => {
    const isChanged = draw(row, place, CHANGE) % 100 < changed;
    // Words have uneven frequencies: the square of a uniform number selects one.
    const uniform = (isChanged ? draw(row, place, OTHER) : draw(source, place, WORD)) / 2 ** 32;
    return `w${Math.floor(uniform ** 2 * WORDS)}`;
  });
  return words.join(' ');
}

/** Two numbers in 35 words: any two rows are just below the threshold. */
function templateText(row: number): string {
  const [order, parcel] = [0, 1].map((place) => draw(row, place, WORD) % 1e6);
  return (
    `Dear customer, your order ${order} has been shipped today with parcel ${parcel} and will arrive at ` +
    'your door within two to three working days if nothing stands in its way on the road; thank you.'
  );
}

const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
try {
  const began = process.cpuUsage();
  let making = 0;
  using signatures = new DiskSignatures(folder);
  for (let row = 0; row < count; row++) {
    const before = process.cpuUsage();
    const text = mode === 'template' ? templateText(row) : textOf(row);
    const { user, system } = process.cpuUsage(before);
    making += user + system;
    signatures.add(text);
  }
  signatures.finish();
  const links: [number, number][] = [];
  await linkBuckets(signatures, (first, other) => links.push([first, other]), { threshold: THRESHOLD });
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system - making) / 1e6;
  const memory = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${count} rows: ${links.length} links, ${seconds.toFixed(1)} s of processor, ${memory.toFixed(0)} MiB at most`,
  );
  if (mode === 'quality') compareWithExact(links);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Compares the sets found with those of all pairs: a pair counts as found if both are in one set. */
function compareWithExact(links: readonly [number, number][]): void {
  const exact = exactPairs();
  const [found, truth] = [new UnionFind(count), new UnionFind(count)];
  for (const [a, b] of links) found.union(a, b);
  for (const [a, b] of exact) truth.union(a, b);
  const known = new Set(exact.map(([a, b]) => a * count + b));
  const recalled = exact.filter(([a, b]) => found.find(a) === found.find(b)).length;
  const right = links.filter(([a, b]) => known.has(Math.min(a, b) * count + Math.max(a, b))).length;
  const inSets = found.sets().filter(({ length }) => length > 1);
  const same = inSets.filter((set) => set.every((row) => truth.find(row) === truth.find(set[0]))).length;
  console.log(`exact: ${exact.length} pairs at ${THRESHOLD} or above`);
  console.log(
    `recall ${(recalled / exact.length).toFixed(5)}, precision of links ${(right / links.length).toFixed(5)}`,
  );
  console.log(`${same} of ${inSets.length} sets lie within one true set`);
}

/** All pairs, by counting shared shingles. */
function exactPairs(): [number, number][] {
  const rowsWith = new Map<number, number[]>();
  const sizes: number[] = [];
  const pairs: [number, number][] = [];
  for (let row = 0; row < count; row++) {
    const shingles = shinglesOf(normalWords(textOf(row)));
    sizes.push(shingles.length);
    const shared = new Map<number, number>();
    for (const shingle of shingles) {
      const others = rowsWith.get(shingle);
      if (others === undefined) rowsWith.set(shingle, [row]);
      else {
        for (const other of others) shared.set(other, (shared.get(other) ?? 0) + 1);
        others.push(row);
      }
    }
    for (const [other, both] of shared) {
      if (both / (sizes[row] + sizes[other] - both) >= THRESHOLD - 1e-9) pairs.push([other, row]);
    }
  }
  return pairs;
}
