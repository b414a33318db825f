/** Adds answers and feedback from another tool. They are stored like attune's own: texts are redacted and encrypted. */
import type { Insertable } from 'kysely';
import { sha256 } from '../../files/hash.ts';
import { countWords, measure } from '../signals/index.ts';
import { askedText, type ServedAnswer } from '../trace.ts';
import type { FeedbackTable } from '../traces/traces-tables.ts';
import type { TextRedactor } from '../traces/text-redactor.ts';
import { insertNew, type TraceRow, type TraceStore } from '../traces/trace-store.ts';
import { cut, MOST_CHARACTERS, ownerOf, placeOf, type KeptText } from '../traces/trace-writer.ts';
import { editOf, rowOf, type FeedbackText, type GivenFeedback } from './feedback.ts';

export type ImportedFeedback = Pick<GivenFeedback, 'thumb' | 'score' | 'label' | 'correction' | 'comment'> & {
  /** Id in the other tool, by which a repeated import is recognised and ignored. */
  id: string;
};

export interface ImportedRecord {
  /** The answer under a new id, or under its existing id if attune served it. */
  answer: ServedAnswer;
  feedback: readonly ImportedFeedback[];
}

export interface AddedRecords {
  /** Models of new answers, of answers that attune served, and of answers imported before. */
  models: string[];
  own: number;
  again: number;
  feedback: number;
  /** Number of feedback rows that were imported before. */
  feedbackAgain: number;
}

/** A row that is stored, or about to be. */
type KnownAnswer = Omit<TraceRow, 'arrival'>;

const DAY = 86_400_000;

/** Adds records in batches, since their texts are held in memory. `days`: retention from now on. */
export async function addImported(
  store: TraceStore,
  redactor: TextRedactor,
  { records, days }: { records: readonly ImportedRecord[]; days: number },
): Promise<AddedRecords> {
  const texts = await redactor.redact(
    records.map(({ answer: { prompt, answer }, feedback }) => ({
      ...cut({ prompt, answer }),
      said: feedback.map(({ correction, comment }) => cutAll({ correction, comment })),
    })),
  );
  const counts: AddedRecords = { models: [], own: 0, again: 0, feedback: 0, feedbackAgain: 0 };
  const rows = await knownRows(store, records);
  const [traces, saids]: [KnownAnswer[], Insertable<FeedbackTable>[]] = [[], []];
  for (const [index, { answer, feedback }] of records.entries()) {
    const { said, ...given } = texts[index];
    const place = placeOf(answer.id, answer.choice);
    const known = rows.get(place);
    const owner = known?.user ?? store.keys.hash(ownerOf(answer));
    const text = (await keptText(store, known)) ?? given;
    if (known === undefined) {
      const row = await traceOf(store, answer, { owner, text, days });
      rows.set(place, row);
      traces.push(row);
      counts.models.push(answer.model);
    } else counts[known.operation === IMPORTED ? 'again' : 'own']++;
    for (const [i, one] of feedback.entries())
      saids.push(await feedbackRow(store, one, { answer, known, owner, text: { ...text, ...said[i] } }));
  }
  counts.feedback = await write(store, traces, saids);
  counts.feedbackAgain = saids.length - counts.feedback;
  return counts;
}

/** Stored answers of a batch, by their places. */
async function knownRows(store: TraceStore, records: readonly ImportedRecord[]): Promise<Map<string, KnownAnswer>> {
  const ids = records.map(({ answer }) => answer.id);
  const rows = await store.database.selectFrom('traces').selectAll().where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [placeOf(row.id, row.choice), row]));
}

/** Writes a batch atomically. @returns the number of new feedback rows */
async function write(
  { database }: TraceStore,
  traces: readonly KnownAnswer[],
  feedback: readonly Insertable<FeedbackTable>[],
): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    await insertNew(transaction, 'traces', traces);
    return insertNew(transaction, 'feedback', feedback);
  });
}

/** Operation name of imported answers. */
export const IMPORTED = 'imported';

/** Texts that attune's own server stored for an answer; already redacted. */
async function keptText({ keys }: TraceStore, row: KnownAnswer | undefined): Promise<KeptText | undefined> {
  if (row === undefined || row.text === null || row.user === null) return undefined;
  return keys.unseal<KeptText>(row.user, `${row.id} ${row.choice}`, row.text);
}

async function traceOf(
  store: TraceStore,
  answer: ServedAnswer,
  { owner, text, days }: { owner: string; text: KeptText; days: number },
): Promise<KnownAnswer> {
  const { id, choice, at, model, version, status, milliseconds, label } = answer;
  const asked = askedText(answer.prompt);
  return {
    id,
    choice,
    at,
    model,
    version,
    operation: IMPORTED,
    status,
    milliseconds,
    user: owner,
    key: null,
    signals: JSON.stringify(measure(answer)),
    label: label ?? null,
    confidence: null,
    words: asked === '' ? null : countWords(asked, store.keys.salt),
    text: await store.keys.seal(owner, `${id} ${choice}`, text),
    expires_at: Date.now() + days * DAY,
  };
}

interface Place {
  answer: ServedAnswer;
  known: KnownAnswer | undefined;
  owner: string;
  text: FeedbackText;
}

async function feedbackRow(
  store: TraceStore,
  given: ImportedFeedback,
  { answer, known, owner, text }: Place,
): Promise<Insertable<FeedbackTable>> {
  const id = `fb_${sha256(`${answer.id} ${given.id}`).slice(0, 32)}`;
  return {
    ...rowOf({ ...given, trace: answer.id, choice: answer.choice, key: known?.key ?? undefined }, known ?? answer),
    id,
    // Time of import, since learning reads everything that arrived after its last run.
    at: Date.now(),
    user: owner,
    edited: editOf(text) ?? null,
    text: await store.keys.seal(owner, id, text),
  };
}

function cutAll(texts: Pick<FeedbackText, 'correction' | 'comment'>): FeedbackText {
  const said = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text.slice(0, MOST_CHARACTERS)] as const],
  );
  return Object.fromEntries(said);
}
