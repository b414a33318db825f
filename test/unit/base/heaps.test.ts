import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../../src');

/**
 * Mebibytes of the heap and of its young generation after objects have streamed through, in a separate process with
 * V8's default flags.
 */
function heapAfter(work: string): { total: number; fresh: number } {
  const script = `
    const { getHeapStatistics, getHeapSpaceStatistics } = await import('node:v8');
    const { collectGarbage } = await import(${JSON.stringify(join(SOURCE, 'base/collect-garbage.ts'))});
    const { keepHeapsSmall } = await import(${JSON.stringify(join(SOURCE, 'cli/small-heap.ts'))});
    const stream = () => {
      let last = [];
      for (let i = 0; i < 2e6; i++) {
        last.push({ i, text: 'x' + i });
        if (last.length > 1e5) last = [];
      }
    };
    ${work}
    const [fresh] = getHeapSpaceStatistics().filter((space) => space.space_name === 'new_space');
    const bytes = [getHeapStatistics().total_heap_size, fresh.space_size];
    console.log(JSON.stringify(bytes.map((size) => size / 2 ** 20)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stdout, stderr).not.toBe('');
  const [total, fresh] = JSON.parse(stdout) as [number, number];
  return { total, fresh };
}

describe('what a stream leaves in a heap', () => {
  it('is given back when it is asked for, and fills less of one that is kept small', () => {
    const usual = heapAfter('stream();');
    expect(heapAfter('stream(); await collectGarbage();').total).toBeLessThan(usual.total / 4);
    expect(heapAfter('keepHeapsSmall(); stream();').fresh).toBeLessThan(usual.fresh / 4);
  });
});
