/** The tables of served answers. Times are milliseconds since the epoch; users are stored as keyed hashes only. */
import type { Generated } from 'kysely';
import type { KeptKind } from './kept-store.ts';

/**
 * Arrival number, increasing across both tables: a sequence in PostgreSQL, the clock in SQLite; null for older rows.
 */
type Arrival = Generated<number | null>;

export interface TracesTable {
  /** Id of the reply. */
  id: string;
  choice: number;
  at: number;
  model: string;
  version: string;
  operation: string;
  key: string | null;
  user: string | null;
  status: number;
  milliseconds: number;
  /** JSON: values of the signals. */
  signals: string;
  label: string | null;
  confidence: number | null;
  /** Word counts of the request by bucket. */
  words: Uint8Array | null;
  /** Prompt and answer, redacted, encrypted with the user's key. */
  text: Uint8Array | null;
  /** Time at which the row is deleted. */
  expires_at: number;
  arrival: Arrival;
}

export interface FeedbackTable {
  id: string;
  /** Id of the answer that the feedback is about. */
  trace: string;
  choice: number;
  at: number;
  model: string;
  version: string;
  key: string | null;
  user: string | null;
  /** 1 for up, 0 for down. */
  thumb: number | null;
  score: number | null;
  label: string | null;
  /** 1 if the feedback contains a correction. */
  corrected: number | null;
  /** For corrections: share of the answer's words that changed, 0 to 1, if the answer is known. */
  edited: number | null;
  /** Correction, comment, prompt and answer: redacted, encrypted with the user's key. */
  text: Uint8Array | null;
  arrival: Arrival;
}

/** Baseline of a version: its first answers. */
export interface BaselinesTable {
  model: string;
  version: string;
  frozen_at: number;
  /** Answers from this time on belong to the current period. */
  period_from: number;
  /** JSON: counts by signal. */
  state: string;
}

/** State of a version's tests, from which a restarted server continues. */
export interface MonitorsTable {
  model: string;
  version: string;
  /** Format of the state. */
  format: number;
  /** Start of the baseline's period. */
  period_from: number;
  /** Arrival number up to which rows of both tables are included. */
  until: number;
  /** JSON. */
  state: string;
}

export interface AlarmsTable {
  id: string;
  model: string;
  version: string;
  signal: string;
  opened_at: number;
  resolved_at: number | null;
  /** JSON of the finding. */
  found: string;
  /** Reason given when the alarm was silenced. */
  silenced: string | null;
}

/** Stored responses and other objects. */
export interface ResponsesTable {
  id: string;
  kind: Generated<KeptKind>;
  key: string | null;
  user: string;
  /** The conversation that an item belongs to. */
  parent: string | null;
  arrival: Arrival;
  /** Fields by which lists are filtered, encrypted with the user's key. */
  head: Uint8Array | null;
  /** The object, encrypted with the user's key. */
  text: Uint8Array;
  expires_at: number;
}

/** The one server that runs the tests for all servers that share this database. */
export interface TestersTable {
  name: string;
  holder: string;
  seen_at: number;
}

export interface TraceTables {
  responses: ResponsesTable;
  testers: TestersTable;
  traces: TracesTable;
  feedback: FeedbackTable;
  baselines: BaselinesTable;
  monitors: MonitorsTable;
  alarms: AlarmsTable;
}

/** Stored in a separate file: a copy of the traces without it is unreadable. */
export interface KeyTables {
  /** `salt`, `users`, …: secrets of this store. */
  secrets: { name: string; value: Uint8Array };
  user_keys: { user: string; key: Uint8Array };
}
