/**
 * Admits requests to models: owners take turns, and requests beyond the queue's limit are rejected before any work is
 * done.
 */
import { FairTurns } from '../../base/fair-turns.ts';
import { ApiError } from '../api-error.ts';
import { FinishRate } from './finish-rate.ts';

/** Maximum number of concurrent answers of a model per owner. */
const AT_ONCE = 32;
/** Number of owners whose answers share a model's batch. */
const OWNERS_AT_ONCE = 4;

/** Request for admission. */
export interface Admitted {
  model: string;
  owner: string;
  /** Number of answers. */
  rows: number;
  /** Expected tokens; default: one per answer. */
  work?: number;
  /** Whether the model's process handles one request at a time; then turns count requests, not answers. */
  isSerial?: boolean;
  signal?: AbortSignal;
}

interface Line {
  turns: FairTurns;
  rate: FinishRate;
  /** Number of running and waiting answers. */
  rows: number;
  work: number;
  running: number;
  byOwner: Map<string, number>;
}

export class Admission {
  readonly #most: number;
  readonly #lines = new Map<string, Line>();

  constructor(mostWaiting: number) {
    this.#most = mostWaiting;
  }

  /**
   * Waits for a model's turn, which lasts until the result is disposed. @throws ApiError 429, and the signal's reason
   */
  async enter({ model, owner, rows, work = rows, isSerial = false, signal }: Admitted): Promise<Disposable> {
    const line = this.#lines.get(model) ?? newLine(isSerial);
    this.#lines.set(model, line);
    this.#refuseExcess(line, owner, rows);
    const count = (sign: 1 | -1) => {
      line.rows += sign * rows;
      line.work += sign * work;
      const own = (line.byOwner.get(owner) ?? 0) + sign * rows;
      if (own === 0) line.byOwner.delete(owner);
      else line.byOwner.set(owner, own);
    };
    count(1);
    let turn: Disposable;
    try {
      turn = await line.turns.take({ owner, size: isSerial ? 1 : Math.min(rows, AT_ONCE), signal });
    } catch (error) {
      count(-1);
      throw error;
    }
    line.running += rows;
    line.rate.begin(line.running);
    return {
      [Symbol.dispose]: () => {
        count(-1);
        line.rate.finish({ rows, work }, line.running);
        line.running -= rows;
        turn[Symbol.dispose]();
      },
    };
  }

  /** Owners have equal shares of the queue; a sole owner may exceed it. */
  #refuseExcess(line: Line, owner: string, rows: number): void {
    const own = line.byOwner.get(owner) ?? 0;
    const owners = line.byOwner.size + Number(own === 0);
    const waiting = line.rows + rows - AT_ONCE;
    if (own === 0 || waiting <= this.#most || own + rows - AT_ONCE <= this.#most / owners) return;
    throw full(line, owners);
  }

  /** Numbers of running and waiting answers over all models. */
  get counts(): { running: number; waiting: number } {
    const lines = [...this.#lines.values()];
    return {
      running: lines.reduce((sum, { running }) => sum + running, 0),
      waiting: lines.reduce((sum, { rows, running }) => sum + rows - running, 0),
    };
  }

  countsOf(model: string): { running: number; waiting: number } {
    const { rows, running } = this.#lines.get(model) ?? { rows: 0, running: 0 };
    return { running, waiting: rows - running };
  }
}

function newLine(isSerial: boolean): Line {
  const limits = isSerial ? { places: 2, ofOwner: 1 } : { places: OWNERS_AT_ONCE * AT_ONCE, ofOwner: AT_ONCE };
  return {
    turns: new FairTurns(limits),
    rate: new FinishRate(AT_ONCE),
    rows: 0,
    work: 0,
    running: 0,
    byOwner: new Map(),
  };
}

const LONGEST_WAIT = 600;

/** Estimates the waiting time of an owner by the rate at which answers finish. */
function full({ rows, work, rate }: Line, owners: number): ApiError {
  const wait = Math.min(LONGEST_WAIT, Math.max(1, Math.ceil(rate.secondsFor({ rows, work }))));
  const message =
    `Too many requests are waiting (${rows} answers of ${owners === 1 ? 'one key' : `${owners} keys`}, ` +
    `max_queue). Retry in ${wait} s.`;
  return new ApiError(429, { message, code: 'rate_limit_exceeded', headers: { 'retry-after': String(wait) } });
}
