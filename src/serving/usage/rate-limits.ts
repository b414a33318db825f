/** Limits on requests and tokens per key, per minute and per day, with OpenAI's headers. */
import { DAY } from '../../store/registry/index.ts';
import type { ApiKey } from '../access/api-keys.ts';
import { ApiError } from '../api-error.ts';
import type { RateSettings } from '../server-settings.ts';
import type { UsageMeter } from './usage-meter.ts';
import type { Admittance } from '../watch/exchange.ts';

const KINDS = ['requests', 'tokens'] as const;
type Kind = (typeof KINDS)[number];

/** Remaining amount, and the time until the full amount is available again. */
interface Standing {
  limit: number;
  left: number;
  resetSeconds: number;
}

interface Wish {
  kind: Kind;
  most: number | undefined;
  asked: number;
}

export class RateLimits {
  readonly #usual: RateSettings;
  readonly #meter: Pick<UsageMeter, 'usedToday'>;
  readonly #now: () => number;
  /** Token buckets, which refill evenly within a minute. */
  readonly #buckets = new Map<string, { left: number; at: number }>();
  /** Amounts reserved by running requests, which are not yet part of the usage. */
  readonly #open = new Map<string, Record<Kind, number>>();

  constructor(usual: RateSettings, meter: Pick<UsageMeter, 'usedToday'>, now: () => number = Date.now) {
    this.#usual = usual;
    this.#meter = meter;
    this.#now = now;
  }

  /** Admits a request with an estimated number of tokens. @throws ApiError 429 */
  enter({ name, rate }: Pick<ApiKey, 'name' | 'rate'>, tokens: number): Admittance {
    const limits = { ...this.#usual, ...rate };
    const asked = { requests: 1, tokens };
    for (const kind of KINDS) {
      this.#refuseDay(name, { kind, most: limits[`${kind}_per_day`], asked: asked[kind] });
      this.#refuseMinute(name, { kind, most: limits[`${kind}_per_minute`], asked: asked[kind] });
    }
    for (const kind of KINDS) this.#spend(name, { kind, most: limits[`${kind}_per_minute`], asked: asked[kind] });
    this.#count(name, asked, 1);
    let isSettled = false;
    return {
      headers: this.#headers(name, limits),
      settle: (used) => {
        if (isSettled) return;
        isSettled = true;
        this.#count(name, asked, -1);
        this.#spend(name, { kind: 'tokens', most: limits.tokens_per_minute, asked: used - tokens });
      },
    };
  }

  #count(name: string, { requests, tokens }: Record<Kind, number>, sign: 1 | -1): void {
    const open = this.#open.get(name) ?? { requests: 0, tokens: 0 };
    open.requests += sign * requests;
    open.tokens += sign * tokens;
    if (open.requests === 0) this.#open.delete(name);
    else this.#open.set(name, open);
  }

  #usedToday(name: string): Record<Kind, number> {
    const used = this.#meter.usedToday(name);
    const open = this.#open.get(name) ?? { requests: 0, tokens: 0 };
    return { requests: used.requests + open.requests, tokens: used.tokens + open.tokens };
  }

  #refuseDay(name: string, { kind, most, asked }: Wish): void {
    if (most === undefined) return;
    const used = this.#usedToday(name)[kind];
    if (used + asked <= most) return;
    const message =
      `The quota of this key is reached: ${kind} per day: limit ${most}, used ${used}, requested ${asked}. ` +
      'It resets at midnight UTC.';
    const headers = { 'retry-after': String(Math.ceil(this.#secondsOfDay())), 'x-should-retry': 'false' };
    throw new ApiError(429, { message, code: 'insufficient_quota', headers });
  }

  #refuseMinute(name: string, { kind, most, asked }: Wish): void {
    if (most === undefined) return;
    const left = this.#left(name, kind, most);
    if (asked <= left) return;
    const shown = `${kind} per minute: limit ${most}, used ${Math.ceil(most - left)}, requested ${asked}`;
    if (asked > most) {
      const message = `The request is too large for this key: ${shown}. Send less, or ask for fewer tokens.`;
      throw new ApiError(429, { message, code: 'rate_limit_exceeded', headers: { 'x-should-retry': 'false' } });
    }
    const seconds = ((asked - left) * 60) / most;
    const message = `The rate limit of this key is reached: ${shown}. Try again in ${duration(seconds)}.`;
    const headers = {
      'retry-after': String(Math.ceil(seconds)),
      'retry-after-ms': String(Math.ceil(seconds * 1000)),
    };
    throw new ApiError(429, { message, code: 'rate_limit_exceeded', headers });
  }

  #left(name: string, kind: Kind, most: number): number {
    const bucket = this.#buckets.get(`${kind} ${name}`);
    if (bucket === undefined) return most;
    return Math.min(most, bucket.left + ((this.#now() - bucket.at) / 60_000) * most);
  }

  #spend(name: string, { kind, most, asked }: Wish): void {
    if (most === undefined) return;
    const left = Math.min(most, this.#left(name, kind, most) - asked);
    this.#buckets.set(`${kind} ${name}`, { left, at: this.#now() });
  }

  /** For each kind, headers of the limit with the smallest remaining share. */
  #headers(name: string, limits: RateSettings): Record<string, string> {
    const used = this.#usedToday(name);
    const headers: Record<string, string> = {};
    for (const kind of KINDS) {
      const [ofMinute, ofDay] = [limits[`${kind}_per_minute`], limits[`${kind}_per_day`]];
      const standings: Standing[] = [];
      if (ofMinute !== undefined) {
        const left = this.#left(name, kind, ofMinute);
        standings.push({ limit: ofMinute, left, resetSeconds: ((ofMinute - left) * 60) / ofMinute });
      }
      if (ofDay !== undefined)
        standings.push({ limit: ofDay, left: ofDay - used[kind], resetSeconds: this.#secondsOfDay() });
      const [least] = standings.toSorted((a, b) => a.left / a.limit - b.left / b.limit);
      if (least === undefined) continue;
      headers[`x-ratelimit-limit-${kind}`] = String(least.limit);
      headers[`x-ratelimit-remaining-${kind}`] = String(Math.max(0, Math.floor(least.left)));
      headers[`x-ratelimit-reset-${kind}`] = duration(least.resetSeconds);
    }
    return headers;
  }

  /** Seconds until midnight UTC. */
  #secondsOfDay(): number {
    return (DAY - (this.#now() % DAY)) / 1000;
  }
}

/** A duration in OpenAI's format: 12ms, 1.5s, 6m0s, 1h0m5s. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.ceil(seconds * 1000)}ms`;
  if (seconds < 60) return `${Number(seconds.toFixed(3))}s`;
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = `${minutes % 60}m${whole % 60}s`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}h${rest}`;
}
