import { describe, expect, it } from 'vitest';
import { BLOCK_TOKENS, BlockPool, type Prefix } from '../../../../src/answering/decoding/block-pool.ts';

const tokens = (length: number, start = 0) => Int32Array.from({ length }, (_, i) => start + i);
const root = { domain: 0, key: '[]' };

/** Reads a prompt into new blocks and returns them. */
function read(pool: BlockPool, prompt: Int32Array, from: Prefix = root): number[] {
  const { blocks } = pool.match(prompt, from);
  pool.share(blocks);
  let before = from;
  for (let start = 0; start < prompt.length; start += BLOCK_TOKENS) {
    const place = start / BLOCK_TOKENS;
    if (place >= blocks.length) blocks.push(pool.take());
    if (start + BLOCK_TOKENS > prompt.length) break;
    before = pool.name(blocks[place], prompt, { start, before, isReady: true });
  }
  return blocks;
}

describe('blocks of the cache', () => {
  it('are found by a prompt with the same beginning, its last token left to read', () => {
    const pool = new BlockPool(8);
    const blocks = read(pool, tokens(40));
    expect(pool.match(tokens(40), root)).toEqual({ blocks: blocks.slice(0, 2), isPending: false, alike: 2 });
    expect(pool.match(tokens(33), root).blocks).toEqual(blocks.slice(0, 2));
    expect(pool.match(tokens(32), root).blocks).toEqual(blocks.slice(0, 1));
    expect(pool.match(tokens(40, 1), root).blocks).toEqual([]);
  });

  it('are found only behind the same blocks, and under the same root', () => {
    const pool = new BlockPool(8);
    read(pool, tokens(33));
    const moved = Int32Array.of(...tokens(16, 50), ...tokens(17, 16)); // the second block's tokens behind other ones
    expect(pool.match(moved, root).blocks).toEqual([]);
    expect(pool.match(tokens(33), pool.newRoot()).blocks).toEqual([]);
  });

  it('that are being read are pending until they are ready', () => {
    const pool = new BlockPool(4);
    const block = pool.take();
    pool.name(block, tokens(16), { start: 0, before: root, isReady: false });
    expect(pool.match(tokens(20), root)).toEqual({ blocks: [], isPending: true, alike: 0 });
    pool.markReady(block);
    expect(pool.match(tokens(20), root)).toEqual({ blocks: [block], isPending: false, alike: 1 });
  });

  it('whose reading was given up are forgotten', () => {
    const pool = new BlockPool(4);
    const block = pool.take();
    pool.name(block, tokens(16), { start: 0, before: root, isReady: false });
    pool.release([block]);
    expect([pool.match(tokens(20), root), pool.available]).toEqual([{ blocks: [], isPending: false, alike: 0 }, 4]);
  });

  it('keep their content unused until they are needed, the end of the prompt longest out of use first', () => {
    const pool = new BlockPool(3);
    const blocks = read(pool, tokens(48));
    expect(pool.available).toBe(0);
    pool.release(blocks);
    expect([pool.available, pool.idleAmong(blocks)]).toEqual([3, 3]);
    expect(pool.take()).toBe(blocks[2]);
    expect(pool.match(tokens(48), root).blocks).toEqual(blocks.slice(0, 2));
    pool.take();
    expect(pool.match(tokens(48), root).blocks).toEqual(blocks.slice(0, 1));
  });

  it('are found with states up to where those were kept, which the longest out of use make room for', () => {
    const pool = new BlockPool(8, [5, 6]);
    const contentOf = (block: number, prompt: Int32Array) =>
      pool.name(block, prompt, { start: 0, before: root, isReady: true });
    const prompts = [tokens(20), tokens(20, 50), tokens(20, 90)];
    const blocks = prompts.map((prompt) => read(pool, prompt));
    const contents = prompts.map((prompt, i) => contentOf(blocks[i][0], prompt));
    expect(pool.match(prompts[0], root)).toEqual({ blocks: [], isPending: false, alike: 1 });
    expect(contents.slice(0, 2).map((content) => pool.keepStates(content))).toEqual([6, 5]);
    expect(pool.keepStates(contents[0])).toBeUndefined();
    expect(pool.match(prompts[0], root)).toEqual({ blocks: [blocks[0][0]], isPending: false, alike: 1 });
    expect(pool.keepStates(contents[2])).toBeUndefined(); // the others' blocks are in use
    for (const own of blocks) pool.release(own);
    expect(pool.statesAfter(blocks[0][0])).toBe(6);
    expect(pool.keepStates(contents[2])).toBe(5);
    expect(prompts.map((prompt) => pool.match(prompt, root).blocks.length)).toEqual([1, 0, 1]);
    pool.forgetContents();
    expect(pool.match(prompts[0], root).blocks).toEqual([]);
    const [again] = read(pool, prompts[0]);
    expect(pool.keepStates(contentOf(again, prompts[0]))).toBeDefined();
  });

  it('are waited for where states are promised at their end', () => {
    const pool = new BlockPool(8, [5]);
    const [first] = [pool.take()];
    const content = pool.name(first, tokens(20), { start: 0, before: root, isReady: false });
    expect(pool.match(tokens(20), root).isPending).toBe(false);
    pool.promiseStates(content);
    expect(pool.match(tokens(20), root).isPending).toBe(true);
    pool.markReady(first);
    pool.keepStates(content);
    expect(pool.match(tokens(20), root)).toEqual({ blocks: [first], isPending: false, alike: 1 });
  });

  it('stay while anybody uses them', () => {
    const pool = new BlockPool(3);
    const blocks = read(pool, tokens(33));
    const again = pool.match(tokens(33), root).blocks;
    pool.share(again);
    pool.release(blocks);
    expect([pool.available, pool.idleAmong(again)]).toEqual([1, 0]);
    pool.release(again);
    expect(pool.available).toBe(3);
  });

  it('are forgotten domain by domain, or all at once; those in use stay with their users', () => {
    const pool = new BlockPool(8);
    const other = { domain: 1, key: '[1]' };
    pool.release(read(pool, tokens(40)));
    const used = read(pool, tokens(40), other);
    expect([pool.forgetContents(1), pool.match(tokens(40), other).blocks]).toEqual([2, []]);
    expect(pool.match(tokens(40), root).blocks).toHaveLength(2);
    expect([pool.forgetContents(), pool.match(tokens(40), root).blocks, pool.available]).toEqual([2, [], 5]);
    pool.release(used);
    expect(pool.available).toBe(8);
  });
});
