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

/** Vectors that replace tokens' embeddings: places int64 [M], vectors [M, D], or a multiple of D if later layers add the rest. */
export interface Placed {
  places: BigInt64Array;
  vectors: Tensor;
}

/** Rows and columns of an image's patches. */
export type PatchGrid = readonly [rows: number, columns: number];

/** Input of a stack: tokens, embeddings, or features (log-mel frames, patches). */
export interface StackInput {
  /** Absent if derived from `features`. */
  layout?: Layout;
  /** int64 [N] */
  ids?: BigInt64Array;
  /** int64 [N], BERT's segment ids */
  tokenTypes?: BigInt64Array;
  /** int64 [N], BERT's segment ids */
  embeddings?: Tensor;
  placed?: Placed;
  /** Instead of tokens, one row each: [B, channels, height, width], [B, mel bins, frames] or [B, samples]; or patches [P, values] */
  features?: Tensor;
  /** Patch grids of the images in `features`, for variable-size images. */
  grids?: readonly PatchGrid[];
  /** Hidden states after the first blocks, precomputed; replaces all other inputs. */
  resumed?: { blocks: number; hidden: Tensor };
  /** Unpadded lengths of the last dimension, per row; the full length by default. */
  featureLengths?: readonly number[];
}

export interface Heads {
  q: Tensor;
  k: Tensor;
  v: Tensor;
}

export type AttentionRequest = AttentionOptions & { layout: Layout };

/** Cached keys and values of earlier tokens, per block. */
export interface BlockCache {
  /** Stores this pass's keys and values and attends to the rows' earlier ones as well: → [N, H, D] */
  attend(block: number, heads: Heads, request: AttentionRequest): Tensor;
  /**
   * For blocks with a recurrent state instead of keys: the rows' states before this pass, [R, …] for each of the
   * shapes; zeros for new rows.
   */
  recall?(block: number, shapes: readonly (readonly number[])[]): Tensor[];
  /** Stores the rows' states after the pass. */
  retain?(block: number, states: readonly Tensor[]): void;
  /** Raw cache for an operator that stores and attends by itself; undefined or absent if only `attend` is possible. */
  lend?(block: number): LentCache;
}

/** A block's cache in slots: keys and values [C, K, D], slots of all tokens of the pass's rows [M], and each row's offset. */
export interface LentCache {
  keys: Tensor;
  values: Tensor;
  slots: Tensor;
  offsets: readonly number[];
}

/** State shared by all blocks of a pass. Its tensors live in the pass's scope. */
export interface Pass {
  layout: Layout;
  /** int64 [N] */
  positions: Tensor;
  dtype: DType;
  device: string;
  /** Rotation of each kind of rotary positions. */
  rotations?: ReadonlyMap<Rope, Rotation>;
  /** Rotation by positions within an image. */
  turn?: Rotation;
  cache?: BlockCache;
  memory?: Memory;
  /** Images among the tokens. */
  placed?: Placed;
  /** Collects an auxiliary output of the current stage, for a loss over the whole pass. */
  putAside?: (x: Tensor) => void;
  /** Passes a tensor of the current stage to later ones, which read it from `left`. */
  leave(name: string, x: Tensor): void;
  readonly left: ReadonlyMap<string, Tensor>;
}

/** Rotations of a pass's tokens, by kind of rotary positions. */
export function rotationsOf(ropes: Iterable<Rope>, { positions, layout, dtype }: Pass): Map<Rope, Rotation> {
  return new Map(Array.from(ropes, (rope) => [rope, rope.rotation(positions, layout, dtype)]));
}

export abstract class Block extends Module {
  /** x [N, D] → [N, D]; in convolutional networks, maps [B, C, Y, X] instead of tokens */
  abstract forward(x: Tensor, pass: Pass): Tensor;
}

/** Embedding, blocks, final norm. A decoder is one stack; an encoder-decoder is two. */
export abstract class Stack extends Module {
  /** Layout of an input; stacks that read features derive it from their shape. */
  layoutOf(input: StackInput): Layout {
    if (input.layout === undefined) throw new Error('an input of tokens needs a layout');
    return input.layout;
  }
  /** Regime of rows of this length, if position encodings depend on it: only rows of one regime share cached keys. */
  regimeOf?(length: number): number;
  /** Whether cached keys become invalid when a row grows from one length to another. */
  outdates?(from: number, to: number): boolean;
  /** Whether blocks can resume from hidden states of this layout, without the original input. */
  canResume(_layout: Layout): boolean {
    return true;
  }
  /** Prepares values shared by all blocks of a pass. */
  prepare(_pass: Pass, _input: StackInput): void {}
  /** → [N, D] */
  abstract embed(input: StackInput, pass: Pass): Tensor;
  abstract get blockList(): readonly Block[];
  /** Whether the last watched state is the one after the final norm. */
  readonly watchesNorm: boolean = true;
  /** Final norm, if any: [N, D] → [N, D] */
  finish?(x: Tensor): Tensor;
}

/** Runs the stages of a pass: directly, or recorded so that backward can go through them one by one. */
export interface StageRunner {
  /** Runs a stage: the next one reads the first output of `body(x)`; x is undefined for an embedding. */
  stage(body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[];
  /** Marks a value that several later stages, or the objective, read. */
  share(x: Tensor): Tensor;
}

/** Runs stages directly; each frees everything but its outputs. */
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
  /** Called with each stage's output: 0 is the embedding, i the i-th block; the last one includes the final norm. */
  watch?: (index: number, hidden: Tensor) => void;
  /** Receives the blocks' auxiliary outputs, in order. */
  aside?: Tensor[];
  /** Stops after this many blocks, before the final norm. */
  until?: number;
}

/** Layout of an input's hidden states. */
export function layoutOf(stack: Stack, input: StackInput): Layout {
  if (input.resumed === undefined) return stack.layoutOf(input);
  if (input.layout === undefined) throw new Error('resuming from hidden states needs a layout');
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
  let x = stage(() => resumed?.hidden.to(dtype).toDevice(device).clone() ?? stack.embed(input, pass));
  watch?.(resumed?.blocks ?? 0, x);
  for (const [index, block] of blocks.entries()) {
    if (index === options.until) return x;
    if (index < (resumed?.blocks ?? 0)) continue;
    x = stage((hidden) => block.forward(withLaterPart(hidden, pass, index), pass), x);
    if (index < blocks.length - 1 || !stack.watchesNorm) watch?.(index + 1, x);
  }
  if (options.until === blocks.length) return x;
  // Without a norm there is no stage, since a stage must return a new tensor.
  const finish = (hidden: Tensor) => stack.finish!(withLaterPart(hidden, pass, blocks.length));
  if (stack.finish !== undefined) x = stage(finish, x);
  if (stack.watchesNorm) watch?.(blocks.length, x);
  return x;
}

/** A stage's output, the tensors it leaves for later stages, and its auxiliary outputs. */
function outputsOf(pass: Pass, { aside: isWanted }: PassOptions, body: () => Tensor) {
  const [left, aside]: [Map<string, Tensor>, Tensor[]] = [new Map(), []];
  pass.putAside = isWanted === undefined ? undefined : (x) => aside.push(x);
  pass.leave = (name, x) => left.set(name, x);
  return { output: body(), left, aside };
}

/** Token vectors [N, D] with image vectors in their places. */
export function withPlaced(x: Tensor, { placed }: Pick<StackInput, 'placed'>): Tensor {
  if (placed === undefined) return x;
  const vectors = placed.vectors.narrow(1, 0, x.shape[1]).to(x.dtype);
  return aten.index_copy.default(x, 0, fromArray(placed.places).toDevice(x.device), vectors);
}

/** Adds a later part of the image vectors to hidden states [N, D]; part 0 is the embedding itself. */
function withLaterPart(x: Tensor, { placed }: Pass, part: number): Tensor {
  const [, width] = x.shape;
  if (part === 0 || placed === undefined || placed.vectors.shape[1] < (part + 1) * width) return x;
  const vectors = placed.vectors.narrow(1, part * width, width).to(x.dtype);
  return aten.index_add.default(x, 0, fromArray(placed.places).toDevice(x.device), vectors);
}

/** Token ids on the pass's device: int64 [N]. */
export function idsOf(input: StackInput, pass: Pass): Tensor {
  if (input.ids === undefined) throw new Error('this stack reads token ids, but the input has none');
  return fromArray(input.ids).toDevice(pass.device);
}
