import { deserialize, serialize } from 'node:v8';
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import { unlessStopped } from '../../base/turn.ts';
import { dtypeBytes, empty, engine, fromArray, noGrad, scope, type Tensor } from '../tensor/index.ts';
import type { Launch } from './launch.ts';

/** Time for all ranks to arrive: one may still be starting on another machine. */
const JOIN_MILLISECONDS = 300_000;
/** The same if all ranks are started together on one machine. */
const LOCAL_JOIN_MILLISECONDS = 60_000;
/** Time after which missing ranks are reported. */
const NOTICE_MILLISECONDS = 10_000;
/** Collectives may wait a long time for a rank that evaluates or writes; heartbeats show whether it is alive. */
const COLLECTIVE_MILLISECONDS = 24 * 3_600_000;
const WATCH_MILLISECONDS = 500;
/** A rank without a heartbeat for this long counts as lost. */
const SILENT_SECONDS = 15;
/** After a broken connection: silence that identifies the lost rank, and how long to wait for it. */
const BROKEN_SECONDS = 2.5;
const BROKEN_WAIT_MILLISECONDS = 6_000;
/** Number of collectives whose names are kept for errors. */
const REMEMBERED = 64;

/** A collective in progress. */
interface Collective {
  number: number;
  name: string;
}

type Kind = 'gather' | 'exchange' | 'broadcast' | 'send' | 'receive';

/** A collective that runs while its processes compute. */
export interface Pending {
  /** The result if it has arrived; `result` must not be called then. */
  ready(): Tensor | undefined;
  /** Waits for the result. @throws AttuneError E_RANK_LOST */
  result(): Promise<Tensor>;
}

/**
 * The processes that share a run. All call the same collectives in the same order; each has a name for error messages.
 * Tensors are on the CPU. Gloo only transports them; sums are computed here in a fixed order, so that they do not
 * depend on the order in which messages arrive.
 */
export class Group implements AsyncDisposable {
  readonly rank: number;
  readonly size: number;
  readonly #handle: number;
  readonly #joinTime: number;
  readonly #names: string[] = [];
  /** Bytes of tensors sent to other ranks so far. */
  sentBytes = 0;
  #count = 0;
  #pending: Collective | undefined;
  readonly #losing = new AbortController();
  #watch: NodeJS.Timeout | undefined;

  private constructor(handle: number, launch: Launch) {
    this.#handle = handle;
    this.#joinTime = joinTime(launch);
    this.rank = launch.rank;
    this.size = launch.size;
  }

  /** Aborted with E_RANK_LOST when a rank is lost, even while no collective is waiting. */
  get lost(): AbortSignal {
    return this.#losing.signal;
  }

  /** Opens the store on rank 0, or connects to it. `onWait` is called with a message if that takes long. */
  static async open(launch: Launch, onWait?: (message: string) => void): Promise<Group> {
    const { host, port, serves } = launch.store;
    const open = (milliseconds: number) => engine().openStore(host, port, serves, `attune/${launch.id}`, milliseconds);
    const waits = `rank ${launch.rank} waits for rank 0 of ${launch.size}, which cannot be reached at ${host}:${port}`;
    try {
      const handle = await patiently(open, joinTime(launch), () => onWait?.(waits));
      return new Group(handle, launch);
    } catch (error) {
      throw new AttuneError('E_GROUP', {
        what: serves ? `Rank 0 cannot listen on ${host}:${port}` : `Rank ${launch.rank} cannot reach ${host}:${port}`,
        got: firstLine(error),
        fix: serves
          ? 'choose another MASTER_PORT'
          : 'check that rank 0 has started, that its machine is MASTER_ADDR, and that the port is open',
      });
    }
  }

  /** Waits until all ranks have arrived. @throws AttuneError E_GROUP, the signal's reason */
  async join(signal: AbortSignal, onWait?: (message: string) => void): Promise<this> {
    const { rank, size } = this;
    const join = (milliseconds: number) =>
      engine().joinGroup(this.#handle, rank, size, milliseconds, COLLECTIVE_MILLISECONDS);
    try {
      const joined = patiently(join, this.#joinTime, (why) => onWait?.(`rank ${rank} waits: ${why}`));
      await unlessStopped(joined, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new AttuneError('E_GROUP', {
        what: `Not all ${this.size} processes arrived within ${this.#joinTime / 1000} s`,
        got: firstLine(error),
        fix: 'check the output of the missing processes',
      });
    }
    this.#watch = setInterval(() => this.#look(), WATCH_MILLISECONDS).unref();
    return this;
  }

  /** Stacks the ranks' tensors: [n] → [size, n] */
  async gather(name: string, own: Tensor): Promise<Tensor> {
    const flat = noGrad(() => scope(() => own.detach().contiguous().reshape(-1))).own();
    const result = scope(() => empty([this.size * own.size], { dtype: own.dtype })).own();
    using all = await this.#begin(name, 'gather', [flat, result]).result();
    return scope(() => all.reshape(this.size, ...own.shape)).own();
  }

  /**
   * Starts to send a part of `row` to each rank and to receive one from each: [Σ sent] → [Σ received]. Sizes may
   * differ.
   */
  exchange(name: string, row: Tensor, { sent, received }: { sent: readonly number[]; received: readonly number[] }) {
    const flat = noGrad(() => scope(() => row.detach().contiguous().reshape(-1))).own();
    const total = received.reduce((sum, size) => sum + size, 0);
    const result = scope(() => empty([total], { dtype: row.dtype })).own();
    return this.#begin(name, 'exchange', [flat, result], [...sent, ...received]);
  }

  /** Sends a tensor from rank `from` to rank 0, which passes one of the same shape and type to fill. A no-op on other ranks. */
  async bring(name: string, from: number, tensor: Tensor | undefined): Promise<void> {
    const isPart = this.rank === 0 || this.rank === from;
    if (!isPart || tensor === undefined) return void this.#count++;
    const [kind, peer]: [Kind, number] = this.rank === 0 ? ['receive', from] : ['send', 0];
    await this.#begin(name, kind, [tensor.detach().own()], [peer]).result();
  }

  /** Overwrites a tensor with rank 0's. */
  async broadcast(name: string, tensor: Tensor): Promise<void> {
    const flat = scope(() => noGrad(() => tensor.detach().contiguous())).own();
    using result = await this.#begin(name, 'broadcast', [flat]).result();
    if (this.rank !== 0) noGrad(() => scope(() => void tensor.copy_(result)));
  }

  /** Plain data of all ranks, by rank. */
  async gatherValues<Value>(name: string, own: Value): Promise<Value[]> {
    const bytes = serialize(own);
    const lengths = await this.gatherNumbers(`${name}: lengths`, bytes.length);
    const most = greatest(lengths, 0);
    const padded = new Uint8Array(most);
    padded.set(bytes);
    const mine = fromArray(padded).own();
    const all = await this.gather(name, mine);
    const flat = Buffer.from(scope(() => all.data()) as Uint8Array);
    for (const tensor of [mine, all]) tensor.dispose();
    return lengths.map((length, rank) => deserialize(flat.subarray(rank * most, rank * most + length)) as Value);
  }

  /** Returns rank 0's value, which is plain data, on all ranks. */
  async share<Value>(name: string, own?: Value): Promise<Value> {
    const bytes = this.rank === 0 ? serialize(own) : undefined;
    const [length] = await this.gatherNumbers(`${name}: length`, bytes?.length ?? 0);
    const tensor = fromArray(bytes === undefined ? new Uint8Array(length) : Uint8Array.from(bytes)).own();
    await this.broadcast(name, tensor);
    const value = deserialize(Buffer.from(scope(() => tensor.data()) as Uint8Array)) as Value;
    tensor.dispose();
    return value;
  }

  /** A number from each rank, by rank. */
  async gatherNumbers(name: string, own: number): Promise<number[]> {
    const mine = fromArray(Float64Array.of(own)).own();
    const all = await this.gather(name, mine);
    const numbers = scope(() => [...all.reshape(-1).toNumbers()]);
    for (const tensor of [mine, all]) tensor.dispose();
    return numbers;
  }

  /** Takes ownership of the tensors; the last one is the result. */
  #begin(name: string, kind: Kind, tensors: readonly Tensor[], numbers: readonly number[] = []): Pending {
    this.lost.throwIfAborted();
    const number = ++this.#count;
    this.#names[number % REMEMBERED] = name;
    this.sentBytes += this.#sizeOf(kind, tensors[0]);
    const ids = tensors.map(({ id }) => id);
    engine().beginCollective(this.#handle, kind, ids, number, numbers);
    return { ready: () => this.#take(number, tensors), result: () => this.#end({ number, name }, tensors) };
  }

  #take(number: number, tensors: readonly Tensor[]): Tensor | undefined {
    if (this.lost.aborted || !engine().takeCollective(this.#handle, number)) return undefined;
    for (const tensor of tensors.slice(0, -1)) tensor.dispose();
    return tensors.at(-1);
  }

  async #end(collective: Collective, tensors: readonly Tensor[]): Promise<Tensor> {
    this.lost.throwIfAborted();
    this.#pending = collective;
    try {
      await unlessStopped(engine().endCollective(this.#handle, collective.number), this.lost);
      return tensors.at(-1)!;
    } catch (error) {
      throw error instanceof AttuneError ? error : await this.#broken(error);
    } finally {
      for (const tensor of tensors.slice(0, -1)) tensor.dispose();
      this.#pending = undefined;
    }
  }

  #sizeOf(kind: Kind, { size, dtype }: Tensor): number {
    const bytes = size * dtypeBytes[dtype];
    if (kind === 'exchange' || kind === 'send') return bytes;
    return kind === 'receive' || (kind === 'broadcast' && this.rank > 0) ? 0 : bytes * (this.size - 1);
  }

  /** Reports a rank without heartbeats as lost. */
  #look(): void {
    const lost = this.#silent(SILENT_SECONDS);
    if (lost === undefined) return;
    clearInterval(this.#watch);
    this.#lose(this.#lostRank(lost));
  }

  /** The other rank that has been silent for longest; rank 0 if the store itself is silent. */
  #silent(seconds: number): { rank: number; seconds: number; collective: number } | undefined {
    const seen = engine().groupSigns(this.#handle);
    const store = seen.at(-1) as readonly number[];
    if (store[0] > seconds) return { rank: 0, seconds: store[0], collective: -1 };
    const others = seen.slice(0, -1).map(([age, collective], rank) => ({ rank, seconds: age, collective }));
    const silent = others.filter((one) => one.rank !== this.rank && one.seconds > seconds);
    return silent.toSorted((a, b) => b.seconds - a.seconds)[0];
  }

  /** A broken connection means that some rank is gone: waits until one falls silent, to name it in the error. */
  async #broken(cause: unknown): Promise<AttuneError> {
    const until = performance.now() + BROKEN_WAIT_MILLISECONDS;
    while (performance.now() < until) {
      const lost = this.#silent(BROKEN_SECONDS);
      if (lost !== undefined) return this.#lose(this.#lostRank(lost, cause));
      await new Promise((resolve) => setTimeout(resolve, WATCH_MILLISECONDS / 2));
    }
    const what = `A collective failed on rank ${this.rank} of ${this.size}: ${this.#pending?.name ?? 'none'}`;
    return this.#lose(new AttuneError('E_RANK_LOST', { what, got: firstLine(cause), fix: AGAIN }));
  }

  /** Every later collective reports the first loss. */
  #lose(error: AttuneError): AttuneError {
    this.#losing.abort(error);
    return this.lost.reason as AttuneError;
  }

  #lostRank(lost: { rank: number; seconds: number; collective: number }, cause?: unknown): AttuneError {
    const { rank, seconds, collective } = lost;
    const isStore = collective < 0;
    const name = isStore ? undefined : (this.#names[collective % REMEMBERED] ?? 'joining');
    const place = name === undefined ? '' : `; its last collective was ${collective} (${name})`;
    const own = this.#pending;
    return new AttuneError('E_RANK_LOST', {
      what: `Rank ${rank} of ${this.size} is gone${isStore ? ' or its machine cannot be reached' : ''}`,
      got: `no heartbeat for ${seconds.toFixed(0)} s${place}${own === undefined ? '' : `; rank ${this.rank} waits in collective ${own.number} (${own.name})`}`,
      fix: AGAIN,
      cause,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    engine().closeGroup(this.#handle);
  }
}

function joinTime({ size, localSize }: Launch): number {
  return size === localSize ? LOCAL_JOIN_MILLISECONDS : JOIN_MILLISECONDS;
}

/** Tries for a short time, reports why that failed, and tries for the rest of the time. */
async function patiently(
  attempt: (milliseconds: number) => Promise<number>,
  milliseconds: number,
  onWait: (why: string) => void,
): Promise<number> {
  try {
    return await attempt(NOTICE_MILLISECONDS);
  } catch (error) {
    onWait(firstLine(error));
    return attempt(milliseconds - NOTICE_MILLISECONDS);
  }
}

/** The collectives of a group. */
export type Collectives = Pick<
  Group,
  'rank' | 'size' | 'gather' | 'exchange' | 'bring' | 'broadcast' | 'gatherValues' | 'share' | 'gatherNumbers'
>;

const AGAIN = "check that rank's output; --resume continues the run from its last checkpoint";

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0];
}
