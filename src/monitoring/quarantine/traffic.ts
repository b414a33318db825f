/** Served answers without feedback, proposed for review. */
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { signals, type SignalName, type SignalValues } from '../signals/index.ts';
import { askedText } from '../trace.ts';
import type { TraceRow, TraceStore } from '../traces/trace-store.ts';
import { placeOf, type KeptText } from '../traces/trace-writer.ts';
import type { Candidate, CandidateRange } from './candidate.ts';

/** Condition on an answer: a thumb down, a signal that is 1, or low confidence. */
export type TrafficCondition = { signal: SignalName } | { thumb: 'down' } | { confidenceBelow: number };

export interface TrafficSettings {
  /** Share of the answers to sample. Selection is by the hash of the id, so every process selects the same ones. */
  sample: number;
  /** An answer needs to meet only one of these conditions; an empty list selects all answers. */
  when: readonly TrafficCondition[];
  /** Maximum number, newest first. */
  most: number;
}

/** Model and time range; `except` lists answers that have feedback. */
export interface TrafficRange extends CandidateRange {
  model: string;
  except?: ReadonlySet<string>;
}

export interface Traffic {
  candidates: Candidate[];
  /** Number of answers in the time range, and of those with stored texts. */
  answers: number;
  kept: number;
}

/** Share signals that are measured on a single answer. */
export const trafficSignals = Object.entries(signals).flatMap(([name, { kind }]) =>
  kind === 'share' ? [name as SignalName] : [],
);

/** Answers of a model, in order of request. Erased ones are left out. */
export async function trafficOf(
  store: TraceStore,
  { model, from, until, owner, except }: TrafficRange,
  { sample, when, most }: TrafficSettings,
): Promise<Traffic> {
  const answered = store.database
    .selectFrom('traces')
    .selectAll()
    .where('model', '=', model)
    .where('at', '>', from)
    .where('at', '<=', until)
    .where('status', '=', 200);
  const rows = await (owner === undefined ? answered : answered.where('user', '=', owner))
    .orderBy('at')
    .orderBy('id')
    .orderBy('choice')
    .execute();
  const down = when.some((one) => 'thumb' in one) ? await thumbsDown(store, model) : new Set<string>();
  const isWanted = (row: TraceRow, place: string): boolean =>
    when.length === 0 || when.some((condition) => holds(condition, row, down.has(place)));
  const kept = rows.filter(({ text }) => text !== null);
  const taken = kept.filter((row) => {
    const place = placeOf(row.id, row.choice);
    return except?.has(place) !== true && isTaken(place, sample) && isWanted(row, place);
  });
  const candidates: Candidate[] = [];
  for (const row of taken.slice(-most)) {
    const candidate = await candidateOf(store, row);
    if (candidate !== undefined) candidates.push(candidate);
  }
  return { candidates, answers: rows.length, kept: kept.length };
}

async function thumbsDown(store: TraceStore, model: string): Promise<Set<string>> {
  const rows = await store.database
    .selectFrom('feedback')
    .select(['trace', 'choice'])
    .where('model', '=', model)
    .where('thumb', '=', 0)
    .execute();
  return new Set(rows.map(({ trace, choice }) => placeOf(trace, choice)));
}

function holds(condition: TrafficCondition, { signals: measured, confidence }: TraceRow, isDown: boolean): boolean {
  if ('thumb' in condition) return isDown;
  if ('confidenceBelow' in condition) return confidence !== null && confidence < condition.confidenceBelow;
  return parseJson<SignalValues>(measured)[condition.signal] === 1;
}

const DIGITS = 13;

function isTaken(place: string, sample: number): boolean {
  return Number.parseInt(sha256(`traffic ${place}`).slice(0, DIGITS), 16) / 16 ** DIGITS < sample;
}

async function candidateOf(store: TraceStore, row: TraceRow): Promise<Candidate | undefined> {
  const { id, choice, at, user, text, label, confidence } = row;
  if (text === null || user === null) return undefined;
  const said = await store.keys.unseal<KeptText>(user, `${id} ${choice}`, text);
  const answer = label ?? said?.answer;
  if (said?.prompt === undefined || answer === undefined || askedText(said.prompt).trim() === '') return undefined;
  return {
    id: placeOf(id, choice),
    at,
    origin: 'traffic',
    source: user,
    owner: user,
    prompt: said.prompt,
    answer,
    kind: label === null ? 'text' : 'label',
    ...(confidence !== null && { confidence }),
  };
}
