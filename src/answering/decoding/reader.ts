// R rows of a pass, N new tokens, D width, V vocabulary
import type { Model } from '../../models/model.ts';
import { joinMemory, type KeptMemory, type Memory, type MemoryRow } from '../../models/memory.ts';
import { withAdapters, type Layout } from '../../engine/nn/index.ts';
import { aten, fromArray, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import { passesOf, RouteMemo } from './adapter-passes.ts';
import type { InstalledAdapter } from './installed-adapter.ts';
import { mixed, type OtherModel } from './other-model.ts';
import type { PagedCache, StateCopy } from './paged-cache.ts';
import { layoutAmong, placedIn } from './seen-images.ts';
import type { Sequence, Reading } from './sequence.ts';

/** Logits after a sequence that has been read completely. */
export interface NextLogits {
  sequence: Sequence;
  /** The most probable token and its logit, which is not finite if the model failed. */
  best: number;
  highest: number;
  /** Full logits [V], if the sequence needs more than the best token. */
  logits?: Float32Array;
}

/** Reads tokens of many sequences in one pass; adapters that cannot share a pass get one each. */
export class Reader implements Disposable {
  readonly #model: Model;
  readonly #cache: PagedCache;
  /** By adapter (or none): the joined encoder output of its last pass and the rows it was joined from. */
  readonly #joined = new Map<InstalledAdapter | undefined, { memory: KeptMemory; rows: readonly MemoryRow[] }>();

  readonly #route = new RouteMemo();
  /** Routes of the tokens that logits are computed for. */
  readonly #headRoute = new RouteMemo();

  readonly #other: (OtherModel & { cache: PagedCache }) | undefined;

  constructor(model: Model, cache: PagedCache, other?: OtherModel & { cache: PagedCache }) {
    this.#model = model;
    this.#cache = cache;
    this.#other = other;
  }

  /** Returns the logits of the sequences that have been read completely. */
  read(readings: readonly Reading[]): NextLogits[] {
    return passesOf(readings).flatMap((pass) => noGrad(() => scope(() => ({ next: this.#read(pass) }))).next);
  }

  /** Copies states of rows, so that prompts with the same beginning can reuse them. */
  copyStates(copies: readonly StateCopy[]): void {
    for (const cache of [this.#cache, this.#other?.cache]) noGrad(() => scope(() => cache?.copyStates(copies)));
  }

  /** Frees the data kept for an adapter's passes. */
  forget(adapter: InstalledAdapter | undefined): void {
    this.#joined.get(adapter)?.memory[Symbol.dispose]();
    this.#joined.delete(adapter);
  }

  #read(readings: readonly Reading[]): NextLogits[] {
    const pass = gatherPass(readings);
    const { memory, rowOf } = this.#memoryOf(readings);
    const rowLengths = readings.map(({ sequence }) => sequence.known);
    const plain: Layout = { offsets: pass.newOffsets, positions: pass.positions, rowOf, causal: true, rowLengths };
    const layout = layoutAmong(plain, readings);
    const placed = placedIn(readings, pass.newOffsets);
    const hiddenOf = (model: Model, cache: PagedCache): Tensor => {
      cache.begin(pass, model.device);
      return model.hidden({ ids: pass.ids, layout, placed }, { cache, memory });
    };
    const ended = readings.flatMap(({ sequence, count }, row) =>
      sequence.read + count === sequence.known ? [row] : [],
    );
    const sequences = ended.map((row) => readings[row].sequence);
    const own = (): Tensor | undefined => {
      const hidden = withAdapters(this.#route.of(readings), () => hiddenOf(this.#model, this.#cache));
      if (ended.length === 0) return undefined;
      const route = this.#headRoute.of(sequences.map((sequence) => ({ sequence, count: 1 })));
      const last = this.#lastOf(hidden, pass, ended);
      return withAdapters(route, () => this.#model.tokenHead.logits(last)).to('f32'); // [R, V]
    };
    const logits = this.#withOther(own, (model, cache) => {
      const hidden = hiddenOf(model, cache);
      return ended.length === 0 ? undefined : model.tokenHead.logits(this.#lastOf(hidden, pass, ended)).to('f32');
    });
    return logits === undefined ? [] : nextOf(logits, sequences);
  }

  /** Logits of the own model, of the other model, or of both mixed. */
  #withOther(
    own: () => Tensor | undefined,
    read: (model: Model, cache: PagedCache) => Tensor | undefined,
  ): Tensor | undefined {
    if (this.#other === undefined) return own();
    const { share, cache } = this.#other;
    const other = this.#other.run((model) => read(model, cache));
    if (share === 1) return other;
    const logits = own();
    return logits === undefined || other === undefined ? undefined : mixed(logits, other, share);
  }

  /** Hidden states of the last tokens of rows: [R, D] */
  #lastOf(hidden: Tensor, { newOffsets }: { newOffsets: readonly number[] }, rows: readonly number[]): Tensor {
    if (rows.length === newOffsets[newOffsets.length - 1]) return hidden; // every token is a row's last
    const last = BigInt64Array.from(rows, (row) => BigInt(newOffsets[row + 1] - 1));
    return hidden.indexSelect(0, fromArray(last).toDevice(this.#model.device));
  }

  /** One memory whose rows match those of the pass; rebuilt only when the rows change. */
  #memoryOf(readings: readonly Reading[]): { memory?: Memory; rowOf: readonly number[] } {
    const rowOf = readings.map((_, row) => row);
    const rows = readings.flatMap(({ sequence }) => sequence.request.memory ?? []);
    if (rows.length === 0) return { rowOf };
    const [{ of }] = rows;
    const isWhole =
      of.keys.offsets.length - 1 === rows.length && rows.every((part, row) => part.of === of && part.row === row);
    if (isWhole) return { memory: of, rowOf };
    const { adapter } = readings[0].sequence.request;
    const known = this.#joined.get(adapter);
    if (known?.rows.length === rows.length && rows.every((part, i) => isSame(part, known.rows[i])))
      return { memory: known.memory, rowOf };
    this.forget(adapter);
    const joined = { memory: joinMemory(rows), rows };
    this.#joined.set(adapter, joined);
    return { memory: joined.memory, rowOf };
  }

  [Symbol.dispose](): void {
    for (const { memory } of this.#joined.values()) memory[Symbol.dispose]();
    this.#joined.clear();
    this.#other?.cache[Symbol.dispose]();
    this.#cache[Symbol.dispose]();
  }
}

function isSame(a: MemoryRow, b: MemoryRow): boolean {
  return a.of === b.of && a.row === b.row;
}

/** The new tokens of a pass, concatenated, and the slots of all tokens of its rows. */
function gatherPass(readings: readonly Reading[]) {
  const newOffsets = [0];
  const offsets = [0];
  for (const [row, { sequence, count }] of readings.entries()) {
    newOffsets.push(newOffsets[row] + count);
    offsets.push(offsets[row] + sequence.read + count);
  }
  const N = newOffsets[readings.length];
  const [ids, positions] = [new BigInt64Array(N), new BigInt64Array(N)];
  const slots = new Int32Array(offsets[readings.length]);
  for (const [row, { sequence, count }] of readings.entries()) {
    for (let i = 0; i < count; i++) {
      const [to, from] = [newOffsets[row] + i, sequence.read + i];
      ids[to] = BigInt(sequence.tokens[from]);
      positions[to] = BigInt(from);
    }
    slots.set(sequence.slots.subarray(0, sequence.read + count), offsets[row]);
  }
  const rows = readings.map(({ sequence }) => sequence.row);
  const statesFrom = readings.map(({ sequence }) => sequence.statesFrom);
  const isNew = readings.map(({ sequence }) => sequence.read === 0);
  return { ids, positions, slots, newOffsets, offsets, rows, statesFrom, isNew };
}

function nextOf(logits: Tensor, sequences: readonly Sequence[]): NextLogits[] {
  const [, V] = logits.shape;
  const [values, indices] = aten.max.dim(logits, 1);
  const highest = values.data();
  const best = indices.data();
  const all = sequences.every(({ takesBest }) => takesBest) ? undefined : (logits.data() as Float32Array);
  return sequences.map((sequence, row) => {
    const own = sequence.takesBest ? undefined : all?.subarray(row * V, (row + 1) * V);
    return { sequence, best: Number(best[row]), highest: Number(highest[row]), logits: own };
  });
}
