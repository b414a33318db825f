import { aten, fromArray, scope, type DType, type Tensor } from '../engine/tensor/index.ts';
import {
  Module,
  notesRows,
  rowOfTokens,
  withRowsOf,
  type AttentionOptions,
  type Layout,
  type Rope,
  type Rotation,
} from '../engine/nn/index.ts';
import type { Memory } from './memory.ts';

/** Vectors of images in place of those of some tokens: places int64 [M], vectors [M, D], or wider where later blocks add parts. */
export interface Placed {
  places: BigInt64Array;
  vectors: Tensor;
}

/** Rows and columns of an image's patches. */
export type PatchGrid = readonly [rows: number, columns: number];

/** Input of a stack: tokens, embeddings, or features (log-mel frames, patches). */
export interface StackInput {
  /** Left out where features say it: the stack then knows how many tokens they make. */
  layout?: Layout;
  /** int64 [N] */
  ids?: BigInt64Array;
  /** int64 [N], BERT's segment ids */
  tokenTypes?: BigInt64Array;
  /** [N, D], in place of ids */
  embeddings?: Tensor;
  placed?: Placed;
  /** In place of tokens, one row each: [B, channels, height, width], [B, mel bins, frames] or [B, samples]; or patches [P, values] */
  features?: Tensor;
  /** Images that `features` holds the patches of, where they have sizes of their own. */
  grids?: readonly PatchGrid[];
  /** In place of all of these: what the first blocks made of them, computed before. */
  resumed?: { blocks: number; hidden: Tensor };
  /** How many of the last dimension's values are each row's own, where rows are padded; all of them unless said. */
  featureLengths?: readonly number[];
}

/** Queries [N, H, D], keys and values [N, K, D] of a pass's tokens. */
export interface Heads {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

export type AttentionRequest = AttentionOptions & { layout: Layout };

/** Keys and values of earlier tokens, kept per block. */
export interface BlockCache {
  /** Keeps this pass's keys and values, and attends to those of the rows' earlier tokens as well: → [N, H, D] */
  attend(block: number, heads: Heads, request: AttentionRequest): Tensor;
  /**
   * Blocks with a state per row instead of keys: the initial states of the pass's rows, [R, …] for each of the
   * shapes; zeros for new rows.
   */
  recall?(block: number, shapes: readonly (readonly number[])[]): Tensor[];
  /** Keeps the rows' states after the pass. */
  retain?(block: number, states: readonly Tensor[]): void;
  /** Cache for an operator that stores and attends by itself; undefined or absent if only `attend` can. */
  lend?(block: number): LentCache;
}

/** A block's memory in slots: keys and values [C, K, D], the slots of all tokens of the pass's rows [M], where each row starts. */
export interface LentCache {
  keys: Tensor;
  values: Tensor;
  slots: Tensor;
  offsets: readonly number[];
}

/** Shared by all blocks of one pass. Tensors belong to the scope of the pass. */
export interface Pass {
  layout: Layout;
  /** int64 [N] */
  positions: Tensor;
  dtype: DType;
  device: string;
  /** How each kind of rotary positions turns the tokens. */
  rotations?: ReadonlyMap<Rope, Rotation>;
  /** How places in an image turn its tokens. */
  turn?: Rotation;
  cache?: BlockCache;
  memory?: Memory;
  /** Images among the tokens. */
  placed?: Placed;
  /** Collects an auxiliary output of the current stage, for a loss of the whole pass. */
  putAside?: (x: Tensor) => void;
  /** Leaves a tensor of the current stage, next to the stream, for later stages, which find it in `left`. */
  leave(name: string, x: Tensor): void;
  readonly left: ReadonlyMap<string, Tensor>;
}

export abstract class Block extends Module {
  /** x [N, D] → [N, D]; inside a convolutional network maps [B, C, Y, X] in place of tokens */
  abstract forward(x: Tensor, pass: Pass): Tensor;
}

/** Embedding, blocks, final norm. A decoder is one stack; an encoder-decoder is two. */
export abstract class Stack extends Module {
  /** The layout of an input; a stack that reads features derives it from their shape. */
  layoutOf(input: StackInput): Layout {
    if (input.layout === undefined) throw new Error('an input of tokens needs a layout');
    return input.layout;
  }
  /** Rows of one regime share cached keys; a number for each length where positions depend on it. */
  regimeOf?(length: number): number;
  /** Whether a row's cached keys must be recomputed when it grows from one length to another. */
  outdates?(from: number, to: number): boolean;
  /** Whether blocks can go on from hidden states of this layout, without the input that they were made of. */
  canResume(_layout: Layout): boolean {
    return true;
  }
  /** Computes what the blocks of a pass share. */
  prepare(_pass: Pass, _input: StackInput): void {}
  /** → [N, D] */
  abstract embed(input: StackInput, pass: Pass): Tensor;
  abstract get blockList(): readonly Block[];
  /** Whether the last state that is watched is that after the final norm. */
  readonly watchesNorm: boolean = true;
  /** The final norm, where there is one: [N, D] → [N, D] */
  finish?(x: Tensor): Tensor;
}

/** How the stages of a pass are run: at once, or with what backward needs to go through them one by one. */
export interface StageRunner {
  /** One stage: `body(x)`, whose first output the next stage reads; x is undefined for an embedding. */
  stage(body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[];
  /** A value that several later stages, or the objective, read. */
  share(x: Tensor): Tensor;
}

/** Runs stages at once; each frees what it does not return. */
export const directRunner: StageRunner = {
  stage: (body, x) => scope(() => body(x as Tensor)),
  share: (x) => x,
};

export interface PassOptions {
  dtype: DType;
  device: string;
  runner?: StageRunner;
  cache?: BlockCache;
  memory?: Memory;
  /** Sees each stage's output: 0 is the embedding, i the i-th block; the last also after the final norm. */
  watch?: (index: number, hidden: Tensor) => void;
  /** Gets what blocks put aside, in their order. */
  aside?: Tensor[];
  /** Stops after this many blocks, before the final norm. */
  until?: number;
}

/** How an input's hidden states fall into rows. */
export function layoutOf(stack: Stack, input: StackInput): Layout {
  if (input.resumed === undefined) return stack.layoutOf(input);
  if (input.layout === undefined) throw new Error('hidden states that were computed before need a layout');
  return input.layout;
}

/** Runs a stack over its input: → [N, D], after the final norm. */
export function runStack(stack: Stack, input: StackInput, options: PassOptions): Tensor {
  const { dtype, device, cache, memory, runner = directRunner, watch } = options;
  const layout = layoutOf(stack, input);
  const positions = fromArray(layout.positions).toDevice(device);
  const left = new Map<string, Tensor>();
  const { placed } = input;
  const pass: Pass = { layout, positions, dtype, device, cache, memory, placed, left, leave: () => {} };
  const rows = notesRows() ? rowOfTokens(layout) : undefined;
  stack.prepare(pass, input);
  const blocks = stack.blockList;
  const stage = (body: (x: Tensor) => Tensor, input?: Tensor) => {
    let names: string[] = [];
    const [output, ...others] = runner.stage((own) => {
      const made = outputsOf(pass, options, () => withRowsOf(rows, () => body(own)));
      names = [...made.left.keys()];
      return [made.output, ...made.left.values(), ...made.aside];
    }, input);
    for (const [i, name] of names.entries()) left.set(name, runner.share(others[i]));
    for (const other of others.slice(names.length)) options.aside?.push(runner.share(other));
    return output;
  };
  const { resumed } = input;
  let x = stage(() => resumed?.hidden.to(dtype).clone() ?? stack.embed(input, pass));
  watch?.(resumed?.blocks ?? 0, x);
  for (const [index, block] of blocks.entries()) {
    if (index === options.until) return x;
    if (index < (resumed?.blocks ?? 0)) continue;
    x = stage((hidden) => block.forward(withLaterPart(hidden, pass, index), pass), x);
    if (index < blocks.length - 1 || !stack.watchesNorm) watch?.(index + 1, x);
  }
  if (options.until === blocks.length) return x;
  // Without a norm there is no stage: a stage must create a tensor of its own.
  const finish = (hidden: Tensor) => stack.finish!(withLaterPart(hidden, pass, blocks.length));
  if (stack.finish !== undefined) x = stage(finish, x);
  if (stack.watchesNorm) watch?.(blocks.length, x);
  return x;
}

/** Output of a stage, what it leaves for later ones, and its auxiliary outputs. */
function outputsOf(pass: Pass, { aside: isWanted }: PassOptions, body: () => Tensor) {
  const [left, aside]: [Map<string, Tensor>, Tensor[]] = [new Map(), []];
  pass.putAside = isWanted === undefined ? undefined : (x) => aside.push(x);
  pass.leave = (name, x) => left.set(name, x);
  return { output: body(), left, aside };
}

/** Tokens' vectors [N, D] with those of images in their places. */
export function withPlaced(x: Tensor, { placed }: Pick<StackInput, 'placed'>): Tensor {
  if (placed === undefined) return x;
  const vectors = placed.vectors.narrow(1, 0, x.shape[1]).to(x.dtype);
  return aten.index_copy.default(x, 0, fromArray(placed.places).toDevice(x.device), vectors);
}

/** Hidden states [N, D] with a later part of the images' vectors added in their places, where there is one: the first is their embedding. */
function withLaterPart(x: Tensor, { placed }: Pass, part: number): Tensor {
  const [, width] = x.shape;
  if (part === 0 || placed === undefined || placed.vectors.shape[1] < (part + 1) * width) return x;
  const vectors = placed.vectors.narrow(1, part * width, width).to(x.dtype);
  return aten.index_add.default(x, 0, fromArray(placed.places).toDevice(x.device), vectors);
}

/** The input's token ids on the pass's device: int64 [N]. */
export function idsOf(input: StackInput, pass: Pass): Tensor {
  if (input.ids === undefined) throw new Error('this stack reads token ids, and the input has none');
  return fromArray(input.ids).toDevice(pass.device);
}
