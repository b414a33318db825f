/** The log of a loop's decisions: an append-only file from which the loop's state is derived. */
import { join } from 'node:path';
import { JsonLinesWriter, readJsonLines } from '../../store/json-lines.ts';
import { makeFolders } from '../../files/make-folder.ts';

export const states = [
  'collecting',
  'quarantine',
  'review',
  'retraining',
  'gate',
  'approval',
  'rollout',
  'promoted',
  'rejected',
  'stopped',
] as const;

export type State = (typeof states)[number];

/** States that end a cycle; only after a stopped one does the next wait for a person. */
export const ends: ReadonlySet<State> = new Set(['promoted', 'rejected', 'stopped']);

export interface Decision {
  number: number;
  /** Time in ISO 8601. */
  at: string;
  /** Number of the cycle, from 1. */
  cycle: number;
  /** State after the decision. */
  state: State;
  reason: string;
  facts: Facts;
}

/** Plain JSON that later states use. */
export type Facts = Readonly<Record<string, unknown>>;

function logPath(folder: string): string {
  return join(folder, 'decisions.jsonl');
}

export function readDecisions(folder: string): Decision[] {
  return [...readJsonLines<Decision>(logPath(folder))];
}

export function cycleFolder(folder: string, cycle: number): string {
  return join(folder, 'cycles', String(cycle).padStart(4, '0'));
}

/** Decisions of a loop. */
export class DecisionLog {
  readonly folder: string;
  readonly #decisions: Decision[];
  readonly #writer: JsonLinesWriter;

  constructor(folder: string) {
    this.folder = folder;
    makeFolders(folder);
    this.#writer = new JsonLinesWriter(logPath(folder));
    this.#decisions = readDecisions(folder);
  }

  get decisions(): readonly Decision[] {
    return this.#decisions;
  }

  get state(): State {
    return this.#decisions.at(-1)?.state ?? 'collecting';
  }

  get cycle(): number {
    return this.#decisions.at(-1)?.cycle ?? 1;
  }

  /** Facts of the current cycle; later decisions override earlier ones. */
  get facts(): Facts {
    return Object.assign(
      {},
      ...this.#decisions.filter(({ cycle }) => cycle === this.cycle).map(({ facts }) => facts),
    ) as Facts;
  }

  add(state: State, reason: string, facts: Facts = {}, cycle = this.cycle): Decision {
    const decision = { number: this.#decisions.length, at: new Date().toISOString(), cycle, state, reason, facts };
    this.#writer.append(decision);
    this.#decisions.push(decision);
    return decision;
  }

  close(): void {
    this.#writer.close();
  }
}
