// Which blocks of the cache hold what. No tensors here: blocks are numbers.

/** Tokens of one block. */
export const BLOCK_TOKENS = 16;

/** Blocks found for the beginning of a prompt. */
export interface PrefixMatch {
  blocks: number[];
  /** The next block holds the prompt's next tokens as well, but is still being read. */
  isPending: boolean;
  /** Blocks that begin like the prompt, whether or not the states at their end were kept. */
  alike: number;
}

/** Parent of a block: the root of all prompts that may share blocks, or the content of another block. */
export interface Prefix {
  /** Scope of invalidation, such as everything that one adapter read. */
  domain: number;
  /** A root's is never a number; a content's is one that is never given twice. */
  key: string;
}

interface Content {
  /** The prefix and the tokens themselves: equal keys mean an equal beginning, from the first token on. */
  key: string;
  /** As the prefix of the next block. */
  self: Prefix;
  isReady: boolean;
}

/**
 * Allocates blocks, counts their users, and finds blocks that already hold the beginning of a prompt: the prompt of
 * several samples, a common system message and earlier turns are read once. Unused blocks keep their content until
 * they are needed, least recently used first.
 */
export class BlockPool {
  readonly size: number;
  readonly #free: number[];
  readonly #users: Int32Array;
  readonly #contents: (Content | undefined)[];
  readonly #byKey = new Map<string, number>();
  /** Unused blocks with content, longest out of use first. */
  readonly #idle = new Set<number>();
  #serials = 0;
  /** Numbers of rows that were given back, and how many there are. */
  readonly #freeRows: number[] = [];
  #rows = 0;
  /** States at the end of a content: the rows where they lie, longest out of use first. */
  readonly #states = new Map<Prefix, { row: number; block: number }>();
  /** Contents at whose end states will be kept once they are read. */
  readonly #promised = new Set<Prefix>();
  readonly #freeStates: number[] | undefined;

  /** `stateRows`: rows for states of prompts' beginnings, in models that keep states; there it takes one to share blocks. */
  constructor(size: number, stateRows?: readonly number[]) {
    this.size = size;
    this.#freeStates = stateRows && [...stateRows];
    // The lowest number is given first, so that memory is touched from its start.
    this.#free = Array.from({ length: size }, (_, i) => size - 1 - i);
    this.#users = new Int32Array(size);
    this.#contents = Array.from({ length: size });
  }

  /** A number that no other row has, one of the lowest: where its states lie, in models that keep some. */
  takeRow(): number {
    return this.#freeRows.pop() ?? this.#rows++;
  }

  releaseRow(row: number): void {
    this.#freeRows.push(row);
  }

  /** Blocks that can be allocated, including unused ones with content. */
  get available(): number {
    return this.#free.length + this.#idle.size;
  }

  /** A beginning of its own: prompts share blocks only under one root. */
  newRoot(): Prefix {
    return { domain: 0, key: String(++this.#serials) };
  }

  /** The blocks that hold the prompt's beginning. The last token is left out: its logits are wanted, so it is read. */
  match(tokens: Int32Array, root: Prefix): PrefixMatch {
    const alike: number[] = [];
    let usable = 0;
    let before = root;
    for (let start = 0; start + BLOCK_TOKENS < tokens.length; start += BLOCK_TOKENS) {
      const block = this.#byKey.get(keyOf(before, tokens, start));
      if (block === undefined) break;
      const { self, isReady } = this.#contents[block] as Content;
      if (!isReady && (!this.keepsStates || this.#promised.has(self)))
        return { blocks: alike.slice(0, usable), isPending: true, alike: alike.length };
      alike.push(block);
      if (isReady && (!this.keepsStates || this.#states.has(self))) usable = alike.length;
      before = self;
    }
    return { blocks: alike.slice(0, usable), isPending: false, alike: alike.length };
  }

  /** Whether rows have states, which are shared only where they were kept. */
  get keepsStates(): boolean {
    return this.#freeStates !== undefined;
  }

  /** Says that the states at the end of a content will be kept. */
  promiseStates(content: Prefix): void {
    if (!this.#states.has(content)) this.#promised.add(content);
  }

  /** A row for the states at the end of a content that has been read; undefined where they are kept, or there is none left. */
  keepStates(content: Prefix): number | undefined {
    this.#promised.delete(content);
    const block = this.#contents.findIndex((one) => one?.self === content);
    if (block < 0 || this.#states.has(content)) return undefined;
    const row = this.#freeStates?.pop() ?? this.#evictStates();
    if (row !== undefined) this.#states.set(content, { row, block });
    return row;
  }

  #evictStates(): number | undefined {
    for (const [content, { row, block }] of this.#states) {
      if (this.#users[block] > 0) continue;
      this.#states.delete(content);
      return row;
    }
    return undefined;
  }

  /** The row of the states at the end of a block that was found. */
  statesAfter(block: number): number {
    const { self } = this.#contents[block] as Content;
    const states = this.#states.get(self)!;
    this.#states.delete(self);
    this.#states.set(self, states); // the last one used
    return states.row;
  }

  /** Number of unused blocks among these: sharing them lowers `available`. */
  idleAmong(blocks: readonly number[]): number {
    return blocks.filter((block) => this.#users[block] === 0).length;
  }

  /** Adds a user to blocks that were found. */
  share(blocks: readonly number[]): void {
    for (const block of blocks) {
      if (this.#users[block]++ === 0) this.#idle.delete(block);
    }
  }

  /** An empty block. */
  take(): number {
    const block = this.#free.pop() ?? this.#evict();
    this.#users[block] = 1;
    return block;
  }

  #evict(): number {
    const [oldest] = this.#idle;
    if (oldest === undefined) throw new Error('the cache has no free blocks');
    this.#idle.delete(oldest);
    this.#forget(oldest);
    return oldest;
  }

  /**
   * Says what a block holds, or will hold once it is read (`isReady` false).
   *
   * @param before the content of the block before, or the root
   * @returns the content as a prefix; that of another block where one holds the same
   */
  name(block: number, tokens: Int32Array, place: { start: number; before: Prefix; isReady: boolean }): Prefix {
    const { start, before, isReady } = place;
    const key = keyOf(before, tokens, start);
    const known = this.#byKey.get(key);
    if (known !== undefined) return (this.#contents[known] as Content).self;
    const self = { domain: before.domain, key: String(++this.#serials) };
    this.#contents[block] = { key, self, isReady };
    this.#byKey.set(key, block);
    return self;
  }

  /** A block that was announced has been read. */
  markReady(block: number): void {
    const content = this.#contents[block];
    if (content !== undefined) content.isReady = true;
  }

  /** Ends a use of blocks, in the order of their tokens. Later ones are given away first: alone they are of no use. */
  release(blocks: readonly number[]): void {
    for (const block of blocks.toReversed()) {
      if (--this.#users[block] > 0) continue;
      if (this.#contents[block]?.isReady === true) this.#idle.add(block);
      else {
        this.#forget(block);
        this.#free.push(block);
      }
    }
  }

  /** Forgets the content of all blocks, or of one domain; blocks in use stay with their users. @returns how many there were */
  forgetContents(domain?: number): number {
    let count = 0;
    for (const [block, content] of this.#contents.entries()) {
      if (content === undefined || (domain !== undefined && content.self.domain !== domain)) continue;
      this.#forget(block);
      if (this.#idle.delete(block)) this.#free.push(block);
      count++;
    }
    return count;
  }

  #forget(block: number): void {
    const content = this.#contents[block];
    this.#contents[block] = undefined;
    if (content === undefined) return;
    this.#byKey.delete(content.key);
    this.#promised.delete(content.self);
    const states = this.#states.get(content.self);
    if (states === undefined) return;
    this.#states.delete(content.self);
    this.#freeStates?.push(states.row);
  }
}

function keyOf(before: Prefix, tokens: Int32Array, start: number): string {
  return `${before.key}:${tokens.subarray(start, start + BLOCK_TOKENS).join()}`;
}
