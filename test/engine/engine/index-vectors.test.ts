// V vectors, D width
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { randomUnits } from '../../../src/base/random.ts';
import { fromArray, scope, writeSafetensors } from '../../../src/engine/tensor/index.ts';
import { readIndex, vectorsOf, type ExactIndex } from '../../../src/engine/vectors/index.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { run } from '../../../src/answering/embed/index-vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-index-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

const WIDTH = 16;
const context = { emit: () => undefined } as unknown as JobContext;

/** Around 100 centres, of different lengths: [V · D] */
function clustered(count: number, purpose: string): Float32Array {
  const centre = randomUnits([1, 'centres']);
  const draw = randomUnits([2, purpose]);
  return Float32Array.from({ length: count * WIDTH }, (_, i) => {
    const own = Math.floor(draw(Math.floor(i / WIDTH)) * 100);
    return 2 * (centre(own * WIDTH + (i % WIDTH)) - 0.5) + 0.5 * (draw(count + i) - 0.5);
  });
}

function write(name: string, values: Float32Array): string {
  scope(() =>
    writeSafetensors(path(name), new Map([['vectors', fromArray(values, [values.length / WIDTH, WIDTH])]]), {}),
  );
  return path(name);
}

describe('an index of embedded rows', () => {
  const first = clustered(20_500, 'first');
  const vectors = write('first.safetensors', first);

  it('is approximate where rows are many, and finds at least 95 in 100 of the ten best by cosine', async () => {
    const made = await run({ vectors, to: path('index'), madeBy: 'm', isCosine: true }, context);
    expect(made).toMatchObject({ kind: 'clustered', count: 20_500, width: WIDTH });
    const exact = await run({ vectors, to: path('exact'), madeBy: 'm', isCosine: true, isExact: true }, context);
    expect(exact.kind).toBe('exact');
    const queries = clustered(200, 'queries');
    const [found, wanted] = ['index', 'exact'].map((name) => readIndex(path(name)).index.search(queries, 10));
    const hits = found.map(({ rows }, q) => rows.filter((row) => wanted[q].rows.includes(row)).length);
    const recall = hits.reduce((sum, count) => sum + count, 0) / 2000;
    expect(recall).toBeGreaterThanOrEqual(0.95);
    // The recall that the index reports also holds for queries that it was not tuned on.
    expect(Math.abs(recall - made.recall!)).toBeLessThan(0.04);
  });

  it('grows by further rows, which keep their order, by the same model only', async () => {
    const more = { vectors: write('more.safetensors', clustered(10, 'more')), madeBy: 'm', isCosine: true };
    await run({ ...more, previous: path('index'), to: path('grown') }, context);
    const grown = vectorsOf(readIndex(path('grown')).index);
    expect(grown.length / WIDTH).toBe(20_510);
    expect(grown.subarray(0, first.length)).toEqual((readIndex(path('exact')).index as ExactIndex).vectors);
    const other = { ...more, madeBy: 'other', previous: path('index'), to: path('never') };
    await expect(async () => run(other, context)).rejects.toMatchObject({ code: 'E_INDEX_STALE' });
  });
});
