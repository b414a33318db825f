import { describe, expect, it } from 'vitest';
import { FairTurns } from '../../../src/base/fair-turns.ts';

/** Takes a turn, records it, and releases it a little later. */
async function use(turns: FairTurns, owner: string, order: string[], signal?: AbortSignal): Promise<void> {
  using _turn = await turns.take({ owner, signal });
  order.push(owner);
  await new Promise((resolve) => setImmediate(resolve));
}

describe('fair turns', () => {
  it('let an owner with one piece of work pass a flood of another one', async () => {
    const turns = new FairTurns({ places: 1 });
    const order: string[] = [];
    const flood = Array.from({ length: 50 }, () => use(turns, 'a', order));
    await Promise.all([...flood, use(turns, 'b', order)]);
    expect(order.indexOf('b')).toBeLessThanOrEqual(1);
    const both = [...Array.from({ length: 20 }, () => 'a'), ...Array.from({ length: 20 }, () => 'b')];
    order.length = 0;
    await Promise.all(both.map((owner) => use(turns, owner, order)));
    expect(order.slice(0, 20).filter((owner) => owner === 'b')).toHaveLength(10);
  });

  it('keep an owner to its part of the places, and forget whoever goes away', async () => {
    const turns = new FairTurns({ places: 3, ofOwner: 2 });
    const held = [await turns.take({ owner: 'a' }), await turns.take({ owner: 'a' })];
    const gone = new AbortController();
    const third = turns.take({ owner: 'a', signal: gone.signal });
    const other = await turns.take({ owner: 'b' });
    expect([turns.running, turns.waiting('a')]).toEqual([3, 1]);
    gone.abort(new Error('gone'));
    await expect(third).rejects.toThrow('gone');
    for (const turn of [...held, other]) turn[Symbol.dispose]();
    expect([turns.running, turns.waiting(), turns.owners]).toEqual([0, 0, 0]);
  });

  it('let what is larger than all places begin alone', async () => {
    const turns = new FairTurns({ places: 2 });
    using _large = await turns.take({ owner: 'a', size: 10 });
    expect(turns.running).toBe(10);
  });
});
