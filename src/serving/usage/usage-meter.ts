/** Measures usage by key: counts in memory, writes every few seconds, and reads the stored amounts after a restart. */
import { addUsage, DAY, HOUR, usageOf, type Registry, type Usage } from '../../store/registry/index.ts';
import type { ServeLog } from '../watch/log.ts';
import type { Exchange } from '../watch/exchange.ts';

const WRITE_MILLISECONDS = 5000;

export interface Used {
  requests: number;
  tokens: number;
}

export class UsageMeter {
  readonly #registry: Registry | undefined;
  readonly #log: ServeLog;
  /** Usage that is not yet written, by key, model and hour. Entries are never modified in place. */
  readonly #pending = new Map<string, Usage>();
  /** Today's usage by key in the registry, from all servers. */
  #today: { day: number; keys: Map<string, Used> } = { day: 0, keys: new Map() };
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(registry: Registry | undefined, log: ServeLog) {
    this.#registry = registry;
    this.#log = log;
  }

  /** Loads today's usage. */
  async begin(): Promise<void> {
    if (this.#registry === undefined) return;
    await this.#readToday(this.#registry);
    this.#timer = setInterval(() => void this.flush(), WRITE_MILLISECONDS).unref();
  }

  /** Counts a finished request. */
  observe({ keyName, model, counts, startedAt }: Exchange): void {
    if (model === undefined || counts === undefined) return;
    const entry = {
      key: keyName ?? '',
      model: model.id,
      hour: Math.floor(startedAt / HOUR) * HOUR,
      requests: 1,
      input_tokens: counts.prompt,
      cached_tokens: counts.shared,
      output_tokens: counts.answer,
    };
    const name = JSON.stringify([entry.key, entry.model, entry.hour]);
    const known = this.#pending.get(name);
    this.#pending.set(name, known === undefined ? entry : sumOf(known, entry));
  }

  /** Usage since midnight UTC. */
  usedToday(key: string): Used {
    const day = today();
    const written = this.#today.day === day ? this.#today.keys.get(key) : undefined;
    const used = { requests: 0, tokens: 0, ...written };
    for (const entry of this.#pending.values()) if (entry.key === key && entry.hour >= day) addTo(used, entry);
    return used;
  }

  /** Writes pending usage; if that fails, keeps it for the next attempt. */
  flush(): Promise<void> {
    const registry = this.#registry;
    if (registry !== undefined) this.#writing = this.#writing.then(() => this.#write(registry));
    return this.#writing;
  }

  async #write(registry: Registry): Promise<void> {
    const written = new Map(this.#pending);
    try {
      if (written.size > 0) await addUsage(registry, [...written.values()]);
      await this.#readToday(registry, () => this.#forget(written));
    } catch (error) {
      this.#log.error({ err: error }, 'usage cannot be written; it stays in memory');
    }
  }

  #forget(written: ReadonlyMap<string, Usage>): void {
    for (const [name, entry] of written) {
      const now = this.#pending.get(name)!;
      if (now === entry) this.#pending.delete(name);
      else this.#pending.set(name, sumOf(now, entry, -1));
    }
  }

  async #readToday(registry: Registry, onRead?: () => void): Promise<void> {
    const day = today();
    const keys = new Map<string, Used>();
    for (const entry of await usageOf(registry, { from: day })) {
      const used = keys.get(entry.key) ?? { requests: 0, tokens: 0 };
      addTo(used, entry);
      keys.set(entry.key, used);
    }
    onRead?.();
    this.#today = { day, keys };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

function today(): number {
  return Math.floor(Date.now() / DAY) * DAY;
}

function sumOf(one: Usage, other: Usage, sign = 1): Usage {
  return {
    ...one,
    requests: one.requests + sign * other.requests,
    input_tokens: one.input_tokens + sign * other.input_tokens,
    cached_tokens: one.cached_tokens + sign * other.cached_tokens,
    output_tokens: one.output_tokens + sign * other.output_tokens,
  };
}

function addTo(used: Used, { requests, input_tokens: input, output_tokens: output }: Usage): void {
  used.requests += requests;
  used.tokens += input + output;
}
