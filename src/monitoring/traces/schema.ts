/** The tables of served answers. Times are milliseconds since the epoch; users are only known by a keyed hash. */
import type { Generated } from 'kysely';
import type { KeptKind } from './kept-store.ts';

/** Grows with every row, over all tables: in PostgreSQL a sequence, else by the clock; null for rows from before. */
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
  /** Words of the request by bucket. */
  words: Uint8Array | null;
  /** Prompt and answer, redacted, encrypted with the user's key. */
  text: Uint8Array | null;
  /** When the row is to be deleted. */
  expires_at: number;
  arrival: Arrival;
}

export interface FeedbackTable {
  id: string;
  /** Id of the answer that it is about. */
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
  /** 1: it says what the answer should have been. */
  corrected: number | null;
  /** Corrections: share of the answer's words that changed, 0 to 1, if the answer is known. */
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
  /** Answers from here on are of the current period. */
  period_from: number;
  /** JSON: counts by signal. */
  state: string;
}

/** How far a version's answers are tested: a server that starts goes on from there. */
export interface MonitorsTable {
  model: string;
  version: string;
  /** Format of the state. */
  format: number;
  /** Start of the baseline's period. */
  period_from: number;
  /** Arrival up to which rows of both tables are in it. */
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
  /** JSON: what was found. */
  found: string;
  /** Reason given when the alarm was silenced. */
  silenced: string | null;
}

/** Responses and other kept objects. */
export interface ResponsesTable {
  id: string;
  kind: Generated<KeptKind>;
  key: string | null;
  user: string;
  /** The conversation that an item belongs to. */
  parent: string | null;
  arrival: Arrival;
  /** Fields that lists filter by, encrypted with the user's key. */
  head: Uint8Array | null;
  /** The object, encrypted by the user's key. */
  text: Uint8Array;
  expires_at: number;
}

/** Which server tests the answers of all that share the database. */
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

/** A file of its own: who has a copy of the traces without it can read none of their texts. */
export interface KeyTables {
  /** `salt`, `users`, …: secrets of this store. */
  secrets: { name: string; value: Uint8Array };
  user_keys: { user: string; key: Uint8Array };
}
