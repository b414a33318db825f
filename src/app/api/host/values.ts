/** Values that cross to another process: data as they are, functions, signals and streams as what stands for them. */

const MARK = '\u0000attune';
const PULLED_AT_ONCE = 500;

type Standing =
  | { kind: 'function'; id: number }
  | { kind: 'signal'; id: number; aborted: boolean; reason?: unknown }
  | { kind: 'stream'; id: number };

type AnyFunction = (...values: unknown[]) => unknown;

/** What a side needs to know of its peer. */
export interface Link {
  /** Calls a function of the other side. */
  call(id: number, values: readonly unknown[]): Promise<unknown>;
  /** Tells the other side that a signal of this one is aborted. */
  abort(id: number, reason: unknown): void;
}

/** One side's functions and signals that the other one may use, and what stands here for those of the other. */
export class Values {
  readonly #functions = new Map<number, AnyFunction>();
  readonly #signals = new Map<number, AbortController>();
  readonly #link: Link;
  #count = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Runs one of this side's functions for the other. */
  async run(id: number, values: readonly unknown[]): Promise<unknown> {
    const found = this.#functions.get(id);
    if (found === undefined) throw new Error(`no function ${id}`);
    return found(...values.map((value) => this.decode(value)));
  }

  aborted(id: number, reason: unknown): void {
    this.#signals.get(id)?.abort(reason);
  }

  encode(value: unknown): unknown {
    if (typeof value === 'function') return this.#standing({ kind: 'function', id: this.#keep(value as AnyFunction) });
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof AbortSignal) return this.#encodeSignal(value);
    if (isPlainData(value)) return value;
    if (Array.isArray(value)) return value.map((inner) => this.encode(inner));
    if (Symbol.asyncIterator in value || Symbol.iterator in value)
      return this.#encodeStream(value as Iterable<unknown>);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.encode(inner)]));
  }

  decode(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || isPlainData(value)) return value;
    if (Array.isArray(value)) return value.map((inner) => this.decode(inner));
    const standing = (value as { [MARK]?: Standing })[MARK];
    if (standing !== undefined) return this.#decodeStanding(standing);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.decode(inner)]));
  }

  #standing(value: Standing): Record<string, Standing> {
    return { [MARK]: value };
  }

  #keep(value: AnyFunction): number {
    this.#functions.set(++this.#count, value);
    return this.#count;
  }

  #encodeSignal(signal: AbortSignal): unknown {
    const id = ++this.#count;
    const { aborted } = signal;
    if (!aborted) signal.addEventListener('abort', () => this.#link.abort(id, plainReason(signal)), { once: true });
    return this.#standing({ kind: 'signal', id, aborted, reason: aborted ? plainReason(signal) : undefined });
  }

  /** Rows go over some hundreds at a time; one that the reader leaves early is ended. */
  #encodeStream(rows: Iterable<unknown> | AsyncIterable<unknown>): unknown {
    const iterator = (async function* () {
      yield* rows;
    })();
    const pull = async (isEnough: unknown): Promise<unknown> => {
      if (isEnough === true) return void (await iterator.return(undefined));
      const pulled: unknown[] = [];
      while (pulled.length < PULLED_AT_ONCE) {
        const { value, done } = await iterator.next();
        if (done === true) break;
        pulled.push(value);
      }
      return pulled;
    };
    return this.#standing({ kind: 'stream', id: this.#keep(pull) });
  }

  #decodeStanding(standing: Standing): unknown {
    const { kind, id } = standing;
    if (kind === 'stream') return this.#streamOf(id);
    if (kind === 'function') return (...values: unknown[]) => heeded(this.#link.call(id, values));
    const controller = new AbortController();
    if (standing.aborted) controller.abort(standing.reason);
    else this.#signals.set(id, controller);
    return controller.signal;
  }

  async *#streamOf(id: number): AsyncGenerator<unknown> {
    let isOver = false;
    try {
      while (!isOver) {
        const pulled = (await this.#link.call(id, [])) as unknown[];
        isOver = pulled.length < PULLED_AT_ONCE;
        yield* pulled;
      }
    } finally {
      if (!isOver) await this.#link.call(id, [true]);
    }
  }
}

/** Who tells an event does not wait for an answer: one that fails must not end this process. */
function heeded(answer: Promise<unknown>): Promise<unknown> {
  answer.catch(() => undefined);
  return answer;
}

/** What the channel between processes carries by itself. */
function isPlainData(value: object): boolean {
  const kinds = [Date, Map, Set, RegExp, ArrayBuffer];
  return ArrayBuffer.isView(value) || kinds.some((kind) => value instanceof kind);
}

/** A reason may be any object; of an error its message is what counts. */
function plainReason({ reason }: AbortSignal): unknown {
  return reason instanceof Error ? reason.message : typeof reason === 'object' ? undefined : reason;
}
