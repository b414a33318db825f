/** Lists, searches and opens served answers with their feedback. */
import type { ExpressionBuilder } from 'kysely';
import { parseJson } from '../../files/json.ts';
import { listAlarms } from '../alarms/alarm-book.ts';
import { groupAlarms } from '../alarms/alarm-group.ts';
import type { FeedbackText } from '../feedback/feedback.ts';
import { signals, type SignalName, type SignalValues } from '../signals/index.ts';
import { askedText, type Asked } from '../trace.ts';
import type { TraceTables } from '../traces/traces-tables.ts';
import type { TraceRow, TraceStore } from '../traces/trace-store.ts';
import { placeOf, type KeptText } from '../traces/trace-writer.ts';

export interface AnswerFilter {
  model?: string;
  version?: string;
  /** Requested at or after this time, in milliseconds since the epoch. */
  since?: number;
  /** Prompt or answer contains this text, ignoring case. */
  text?: string;
  /** Share signals, such as `refusal`, that must be set: any of them, or this one. */
  flagged?: true | SignalName;
  /** Examples of this alarm. */
  alarm?: string;
  /** Answers without feedback. */
  isUnrated?: boolean;
  /** Answers to this API key only. */
  key?: string;
}

export interface AnswerPage {
  /** Maximum number of answers. */
  limit: number;
  /** Cursor: `next` of the previous page. */
  after?: string;
}

export interface FoundFeedback {
  id: string;
  at: number;
  thumb?: 'up' | 'down';
  score?: number;
  label?: string;
  correction?: string;
  comment?: string;
}

export interface FoundAnswer {
  id: string;
  choice: number;
  at: number;
  model: string;
  version: string;
  operation: string;
  key?: string;
  status: number;
  milliseconds: number;
  label?: string;
  confidence?: number;
  signals: SignalValues;
  /** Share signals that are set. */
  flags: SignalName[];
  /** Undefined without `keep: text`, and after the user was erased. */
  prompt?: Asked;
  answer?: string;
  feedback: FoundFeedback[];
}

export interface FoundAnswers {
  answers: FoundAnswer[];
  /** Cursor of the next page; undefined after the last one. */
  next?: string;
  /** Whether the limit of rows read per call was reached; there may then be fewer answers than requested. */
  isCut: boolean;
}

/** Number of rows read at a time, since texts have to be decrypted to be searched. */
const BATCH = 200;
const MOST_READ = 5000;

/** Newest first. */
export async function findAnswers(store: TraceStore, filter: AnswerFilter, page: AnswerPage): Promise<FoundAnswers> {
  const examples = filter.alarm === undefined ? undefined : await examplesOf(store, filter.alarm);
  const answers: FoundAnswer[] = [];
  let cursor = page.after;
  for (let read = 0; read < MOST_READ; read += BATCH) {
    const rows = await newest(store, { ...filter, examples }, cursor);
    for (const answer of await readAll(store, rows)) {
      cursor = cursorOf(answer);
      if (!matches(answer, filter)) continue;
      answers.push(answer);
      if (answers.length === page.limit) return { answers, next: cursor, isCut: false };
    }
    if (rows.length < BATCH) return { answers, isCut: false };
  }
  return { answers, next: cursor, isCut: true };
}

/** Undefined if it does not exist or belongs to another key. */
export async function findAnswer(
  store: TraceStore,
  { id, choice, key }: { id: string; choice: number; key?: string },
): Promise<FoundAnswer | undefined> {
  const row = await store.find(id, choice);
  if (row === undefined || (key !== undefined && row.key !== key)) return undefined;
  return (await readAll(store, [row]))[0];
}

/** `chatcmpl-1#2`: the third answer of a reply, as alarms name it. */
export function answerPlace(text: string): { id: string; choice: number } {
  const { id = text, choice = '0' } = /^(?<id>.*)#(?<choice>\d{1,6})$/s.exec(text)?.groups ?? {};
  return { id, choice: Number(choice) };
}

/** How an answer is shown to people: its text, or its class. */
export function saidBy({ answer, label }: Pick<FoundAnswer, 'answer' | 'label'>): string {
  return answer ?? label ?? '';
}

/** Examples of all alarms with the same cause. */
async function examplesOf(store: TraceStore, alarm: string): Promise<readonly string[]> {
  const groups = groupAlarms(await listAlarms(store));
  return groups.find(({ alarms }) => alarms.some(({ id }) => id === alarm))?.samples ?? [];
}

type Wanted = Omit<AnswerFilter, 'alarm'> & { examples?: readonly string[] };

async function newest(store: TraceStore, wanted: Wanted, after: string | undefined): Promise<TraceRow[]> {
  const { model, version, since, key, isUnrated, examples } = wanted;
  let query = store.database
    .selectFrom('traces')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .orderBy('choice', 'desc')
    .limit(BATCH);
  if (model !== undefined) query = query.where('model', '=', model);
  if (version !== undefined) query = query.where('version', '=', version);
  if (since !== undefined) query = query.where('at', '>=', since);
  if (key !== undefined) query = query.where('key', '=', key);
  if (isUnrated === true) query = query.where(hasNoFeedback);
  if (examples !== undefined) query = query.where((where) => isOneOf(where, examples));
  if (after !== undefined) query = query.where((where) => isAfter(where, after));
  return query.execute();
}

type Where = ExpressionBuilder<TraceTables, 'traces'>;

function hasNoFeedback({ not, exists, selectFrom }: Where) {
  const given = selectFrom('feedback')
    .select('feedback.id')
    .whereRef('feedback.trace', '=', 'traces.id')
    .whereRef('feedback.choice', '=', 'traces.choice');
  return not(exists(given));
}

function isOneOf({ or, and, eb }: Where, places: readonly string[]) {
  const known = places.map(answerPlace);
  return or(known.map(({ id, choice }) => and([eb('id', '=', id), eb('choice', '=', choice)])));
}

function cursorOf({ at, id, choice }: FoundAnswer): string {
  return `${at} ${placeOf(id, choice)}`;
}

/** An invalid cursor yields the newest rows, or none. */
function isAfter({ or, and, eb }: Where, cursor: string) {
  const at = Number(/^\d{1,15}/.exec(cursor)?.[0] ?? 0);
  const { id, choice } = answerPlace(cursor.slice(cursor.indexOf(' ') + 1));
  return or([
    eb('at', '<', at),
    and([eb('at', '=', at), eb('id', '<', id)]),
    and([eb('at', '=', at), eb('id', '=', id), eb('choice', '<', choice)]),
  ]);
}

function matches({ flags, prompt, answer, label }: FoundAnswer, { text, flagged }: AnswerFilter): boolean {
  if (flagged === true && flags.length === 0) return false;
  if (typeof flagged === 'string' && !flags.includes(flagged)) return false;
  if (text === undefined) return true;
  const asked = typeof prompt === 'string' ? prompt : `${askedText(prompt)}\n${JSON.stringify(prompt ?? '')}`;
  return `${asked}\n${answer ?? ''}\n${label ?? ''}`.toLowerCase().includes(text.toLowerCase());
}

async function readAll(store: TraceStore, rows: readonly TraceRow[]): Promise<FoundAnswer[]> {
  const texts = await store.keys.unsealAll<KeptText>(
    rows.map(({ id, choice, user, text }) => ({ user, place: `${id} ${choice}`, sealed: text })),
  );
  const feedback = await feedbackOn(store, rows);
  return rows.map((row, at) => {
    const values = parseJson<SignalValues>(row.signals);
    const { id, choice, model, version, operation, key, status, milliseconds, label, confidence } = row;
    return {
      id,
      choice,
      at: row.at,
      model,
      version,
      operation,
      status,
      milliseconds,
      ...(key !== null && { key }),
      ...(label !== null && { label }),
      ...(confidence !== null && { confidence }),
      signals: values,
      flags: flagsOf(values),
      ...texts[at],
      feedback: feedback.get(placeOf(id, choice)) ?? [],
    };
  });
}

function flagsOf(values: SignalValues): SignalName[] {
  const names = Object.keys(values) as SignalName[];
  return names.filter((name) => Object.hasOwn(signals, name) && signals[name].kind === 'share' && values[name]! > 0);
}

/** By position of the answer, oldest first. */
async function feedbackOn(store: TraceStore, rows: readonly TraceRow[]): Promise<Map<string, FoundFeedback[]>> {
  if (rows.length === 0) return new Map();
  const ids = [...new Set(rows.map(({ id }) => id))];
  const given = await store.database
    .selectFrom('feedback')
    .selectAll()
    .where('trace', 'in', ids)
    .orderBy('at')
    .orderBy('id')
    .execute();
  const texts = await store.keys.unsealAll<FeedbackText>(
    given.map(({ id, user, text }) => ({ user, place: id, sealed: text })),
  );
  const found = new Map<string, FoundFeedback[]>();
  for (const [at, { id, trace, choice, thumb, score, label, at: time }] of given.entries()) {
    const place = placeOf(trace, choice);
    const { correction, comment } = texts[at] ?? {};
    const one = {
      id,
      at: time,
      ...(thumb !== null && { thumb: thumb === 1 ? ('up' as const) : ('down' as const) }),
      ...(score !== null && { score }),
      ...(label !== null && { label }),
      ...(correction !== undefined && { correction }),
      ...(comment !== undefined && { comment }),
    };
    found.set(place, [...(found.get(place) ?? []), one]);
  }
  return found;
}
