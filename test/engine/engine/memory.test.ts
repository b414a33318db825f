import { expect, it } from 'vitest';
import { engine } from '../../../src/engine/tensor/engine.ts';
import { ones, scope, type Tensor } from '../../../src/engine/tensor/index.ts';

const [COUNT, MIB] = [64, 2 ** 20];

/** Blocks of 4 MiB, fully written. */
function blocks(count: number): Tensor[] {
  return Array.from({ length: count }, () => ones([MIB]));
}

it('a tensor takes the memory of one of its size that was freed, whatever lies beside it', () => {
  scope(() => {
    const all = blocks(COUNT);
    for (const [i, tensor] of all.entries()) if (i % 2 === 0) tensor.dispose();
    const before = engine().residentBytes();
    blocks(COUNT / 2);
    // Without freeing, it would be four times that.
    expect((engine().residentBytes() - before) / MIB).toBeLessThan(COUNT / 2);
  });
});

it('what does not fit says how much was asked for, and nothing needs no memory', () => {
  scope(() => {
    expect(() => ones([2 ** 45])).toThrow(/memory.* 140737488355328 bytes/s);
    expect(ones([0]).toNumbers()).toEqual([]);
  });
});
