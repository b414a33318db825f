// Tracks which blocks of the cache hold which tokens. Blocks are numbers; there are no tensors here.

/** Tokens per block. */
export const BLOCK_TOKENS = 16;

/** Cached blocks that match the beginning of a prompt. */
export interface PrefixMatch {
  blocks: number[];
  /** The next block matches as well, but is still being read. */
  isPending: boolean;
  /** Number of matching blocks, whether or not the states at their end were kept. */
  alike: number;
}

/** Parent of a block: a root, whose prompts may share blocks, or the content of another block. */
export interface Prefix {
  /** Scope of invalidation, such as everything read under one adapter. */
  domain: number;
  /** Unique: a root's key is never a number, and the number of a block's content is never reused. */
  key: string;
}

interface Content {
  /** The prefix and the tokens themselves: equal keys mean equal text from the first token on. */
  key: string;
  /** This content as the prefix of the next block. */
  self: Prefix;
  isReady: boolean;
}

/**
 * Allocates blocks, counts their users, and finds blocks that already hold the beginning of a prompt, so that samples
 * of one prompt, a common system message and earlier turns are read once. Unused blocks keep their content until they
 * are needed; the least recently used go first.
 */
export class BlockPool {
  readonly size: number;
  readonly #free: number[];
  readonly #users: Int32Array;
  readonly #contents: (Content | undefined)[];
  readonly #byKey = new Map<string, number>();
  /** Unused blocks with content, least recently used first. */
  readonly #idle = new Set<number>();
  #serials = 0;
  /** Freed row numbers, and the number of rows handed out. */
  readonly #freeRows: number[] = [];
  #rows = 0;
  /** Rows of the states after a block's content, least recently used first. */
  readonly #states = new Map<Prefix, { row: number; block: number }>();
  /** Contents after which states will be kept once they are read. */
  readonly #promised = new Set<Prefix>();
  readonly #freeStates: number[] | undefined;

  /**
   * `stateRows`: rows for the states at the end of prompt prefixes, in models with recurrent states; such models share
   * blocks only where states were kept.
   */
  constructor(size: number, stateRows?: readonly number[]) {
    this.size = size;
    this.#freeStates = stateRows && [...stateRows];
    // The lowest number comes first, so that memory is touched from its start.
    this.#free = Array.from({ length: size }, (_, i) => size - 1 - i);
    this.#users = new Int32Array(size);
    this.#contents = Array.from({ length: size });
  }

  /** The lowest free row number: the place of a row's states in models that have them. */
  takeRow(): number {
    return this.#freeRows.pop() ?? this.#rows++;
  }

  releaseRow(row: number): void {
    this.#freeRows.push(row);
  }

  /** Number of allocatable blocks, including unused ones with content. */
  get available(): number {
    return this.#free.length + this.#idle.size;
  }

  /** A new root: prompts share blocks only under one root. */
  newRoot(): Prefix {
    return { domain: 0, key: String(++this.#serials) };
  }

  /** The blocks that hold the prompt's beginning. The last token is excluded: it is read again for its logits. */
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

  /** Whether rows have recurrent states, which can be shared only where they were kept. */
  get keepsStates(): boolean {
    return this.#freeStates !== undefined;
  }

  /** Announces that the states after a block's content will be kept. */
  promiseStates(content: Prefix): void {
    if (!this.#states.has(content)) this.#promised.add(content);
  }

  /**
   * Reserves a row for the states after a block's content that has been read; undefined if they are kept already or no
   * row is free.
   */
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

  /** The row of the states at the end of a matched block. */
  statesAfter(block: number): number {
    const { self } = this.#contents[block] as Content;
    const states = this.#states.get(self)!;
    this.#states.delete(self);
    this.#states.set(self, states); // moves it to the end: most recently used
    return states.row;
  }

  /** Number of unused blocks among these: sharing them lowers `available`. */
  idleAmong(blocks: readonly number[]): number {
    return blocks.filter((block) => this.#users[block] === 0).length;
  }

  /** Adds a user to matched blocks. */
  share(blocks: readonly number[]): void {
    for (const block of blocks) {
      if (this.#users[block]++ === 0) this.#idle.delete(block);
    }
  }

  /** Allocates an empty block. */
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
   * Records the content of a block, now or once it is read (`isReady` false).
   *
   * @param before the content of the previous block, or the root
   * @returns the content as a prefix; that of another block if one holds the same content
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

  /** Marks an announced block as read. */
  markReady(block: number): void {
    const content = this.#contents[block];
    if (content !== undefined) content.isReady = true;
  }

  /**
   * Releases blocks, in token order. Later blocks are evicted first, since they are useless without the earlier ones.
   */
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

  /**
   * Forgets the content of all blocks, or of one domain; blocks in use stay with their users. @returns the number of
   * blocks
   */
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
