// V vectors, D width
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { randomUnits } from '../../../src/base/random.ts';
import {
  buildIndex,
  ClusteredIndex,
  ExactIndex,
  readIndex,
  writeIndex,
  type Found,
} from '../../../src/engine/vectors/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-index-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WIDTH = 16;

/** Vectors around 60 centres, of different lengths: [V · D] */
function clustered(count: number, purpose: string): Float32Array {
  const centre = randomUnits([1, 'centres']);
  const draw = randomUnits([2, purpose]);
  return Float32Array.from({ length: count * WIDTH }, (_, i) => {
    const [row, d] = [Math.floor(i / WIDTH), i % WIDTH];
    const own = Math.floor(draw(row) * 60);
    return 2 * (centre(own * WIDTH + d) - 0.5) + 0.5 * (draw(count + i) - 0.5);
  });
}

/** Exact search in plain loops; ties go to the first. */
function plainBest(vectors: Float32Array, query: Float32Array, k: number): number[] {
  const score = (row: number) => query.reduce((sum, value, d) => sum + value * vectors[row * WIDTH + d], 0);
  const scores = Array.from({ length: vectors.length / WIDTH }, (_, row) => score(row));
  return [...scores.keys()].toSorted((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
}

function recall(found: readonly Found[], wanted: readonly Found[]): number {
  const hits = found.map(({ rows }, q) => rows.filter((row) => wanted[q].rows.includes(row)).length);
  return hits.reduce((sum, count) => sum + count, 0) / (10 * found.length);
}

const vectors = clustered(6000, 'vectors');
const queries = clustered(300, 'queries');
const exact = new ExactIndex(vectors, WIDTH);
const approximate = buildIndex(vectors, { width: WIDTH, large: 1000 }) as ClusteredIndex;

describe('an index of vectors', () => {
  it('finds exactly what comparing with each finds, over the borders of blocks', () => {
    const many = clustered(17_000, 'many');
    const found = new ExactIndex(many, WIDTH).search(queries.subarray(0, 2 * WIDTH), 12);
    expect(found.map(({ rows }) => [...rows])).toEqual(
      [0, 1].map((q) => plainBest(many, queries.subarray(q * WIDTH, (q + 1) * WIDTH), 12)),
    );
    expect(exact.search(queries.subarray(0, WIDTH), 7000)[0].rows.length).toBe(6000);
  });

  it('of many vectors finds at least 95 in 100 of the ten best, of queries that it has not seen', () => {
    expect(approximate).toBeInstanceOf(ClusteredIndex);
    const { probes, centres } = approximate.parts;
    expect(probes).toBeLessThan(0.3 * (centres.length / WIDTH));
    expect(recall(approximate.search(queries, 10), exact.search(queries, 10))).toBeGreaterThanOrEqual(0.95);
  });

  it('compares with each where vectors are few, or lie in no clusters', () => {
    expect(buildIndex(vectors, { width: WIDTH }).kind).toBe('exact');
    const draw = randomUnits([3, 'noise']);
    const noise = Float32Array.from({ length: 3000 * 96 }, (_, i) => draw(i) - 0.5);
    expect(buildIndex(noise, { width: 96, large: 1000 }).kind).toBe('exact');
  });

  it.each([
    ['exact', exact],
    ['clustered', approximate],
  ])('is the same when it is read again: %s', (name, index) => {
    const path = join(folder, `${name}.safetensors`);
    const ids = Int32Array.from({ length: index.count }, (_, i) => i + 2);
    writeIndex(path, { index, ids, madeBy: 'abc' });
    const again = readIndex(path);
    expect([again.index.kind, again.madeBy, again.ids]).toEqual([name, 'abc', ids]);
    expect(again.index.search(queries, 10)).toEqual(index.search(queries, 10));
  });

  it('is refused where the file is cut off, of another version, or does not hold together', () => {
    const path = join(folder, 'broken.safetensors');
    writeIndex(path, { index: approximate, ids: Int32Array.from({ length: 6000 }, (_, i) => i), madeBy: 'abc' });
    const whole = readFileSync(path);
    const change = (from: string, to: string) =>
      writeFileSync(path, Buffer.from(whole.toString('latin1').replace(from, to), 'latin1'));
    writeFileSync(path, whole.subarray(0, whole.length - 100));
    expect(() => readIndex(path)).toThrow(/E_SAFETENSORS_TRUNCATED/);
    change('"version":"1"', '"version":"7"');
    expect(() => readIndex(path)).toThrow(/E_INDEX_BAD.*version 7/s);
    change(`"probes":"${approximate.parts.probes}"`, '"probes":"0"'.padEnd(11));
    expect(() => readIndex(path)).toThrow(/E_INDEX_BAD.*clusters to probe/s);
    const { parts } = approximate;
    for (const wrong of [
      { rows: parts.rows.with(0, parts.rows[1]) },
      { offsets: parts.offsets.with(1, 9000) },
      { centres: parts.centres.with(3, Number.NaN) },
    ]) {
      const index = new ClusteredIndex({ ...parts, ...wrong });
      writeIndex(path, { index, ids: new Int32Array(6000), madeBy: 'abc' });
      expect(() => readIndex(path)).toThrow(/E_INDEX_BAD/);
    }
  });
});
