/** User feedback on answers. */
import { randomUUID } from 'node:crypto';
import type { Asked } from '../trace.ts';
import { decisionLabel } from './decision-label.ts';
import { editedShare } from './edited-share.ts';
import type { TextRedactor } from '../traces/text-redactor.ts';
import { numbered, type TraceStore } from '../traces/trace-store.ts';
import { testedValues, type SaidValue } from './tested-values.ts';
import { ownerOf, type KeptText } from '../traces/trace-writer.ts';

export interface GivenFeedback {
  /** Id of the reply. */
  trace: string;
  choice: number;
  /** API key of the sender, who only sees answers to the same key. */
  key?: string;
  /** Whether the sender also sees answers to other keys. */
  isAdmin?: boolean;
  user?: string;
  thumb?: 'up' | 'down';
  score?: number;
  label?: string;
  correction?: string;
  comment?: string;
  /** The prompt, for servers that store no texts. */
  prompt?: Asked;
}

/** Texts stored with feedback. */
export interface FeedbackText extends KeptText {
  correction?: string;
  comment?: string;
}

export interface FeedbackReceipt {
  id: string;
  created: number;
  /** Whether it can become a training row. */
  canTrain: boolean;
}

export interface AddedFeedback {
  receipt: FeedbackReceipt;
  model: string;
  version: string;
  /** Values for the monitor's tests. */
  said: SaidValue[];
}

/** The unencrypted columns of the record. */
export function rowOf(
  given: Omit<GivenFeedback, 'user' | 'comment' | 'prompt' | 'isAdmin'>,
  { model, version }: { model: string; version: string },
) {
  const { trace, choice, key, thumb, score, label, correction } = given;
  return {
    trace,
    choice,
    model,
    version,
    key: key ?? null,
    thumb: thumb === undefined ? null : Number(thumb === 'up'),
    score: score ?? null,
    label: label ?? null,
    corrected: Number(correction !== undefined),
  };
}

/** Undefined if the answer is unknown or belongs to another key. */
export async function addFeedback(
  store: TraceStore,
  redactor: TextRedactor,
  given: GivenFeedback,
): Promise<AddedFeedback | undefined> {
  const { trace, choice, key, isAdmin = false } = given;
  const row = await store.find(trace, choice);
  if (row === undefined || (!isAdmin && row.key !== (key ?? null))) return undefined;
  const id = `fb_${randomUUID().replaceAll('-', '')}`;
  const at = Date.now();
  const owner = row.user ?? store.keys.hash(ownerOf(given));
  const kept = row.text === null ? undefined : await store.keys.unseal<KeptText>(owner, `${trace} ${choice}`, row.text);
  const text = await feedbackText(redactor, given, kept);
  const edited = editOf(text);
  const sealed = Object.keys(text).length === 0 ? null : await store.keys.seal(owner, id, text);
  const added = { id, at, user: owner, ...rowOf(labelled(given, row), row), edited: edited ?? null, text: sealed };
  // In a transaction, since it assigns the arrival number.
  await store.database.transaction().execute((transaction) =>
    transaction
      .insertInto('feedback')
      .values({ ...added, ...numbered(transaction) })
      .execute(),
  );
  const receipt = { id, created: Math.floor(at / 1000), canTrain: canTrain(text, given) };
  return {
    receipt,
    model: row.model,
    version: row.version,
    said: testedValues(added, { answered: row.label, confidence: row.confidence }),
  };
}

/** Adds the id of a typed question, which people need not repeat. */
function labelled(given: GivenFeedback, row: { operation: string; label: string | null }): GivenFeedback {
  const { label } = given;
  if (row.operation !== 'decisions' || label === undefined || row.label === null) return given;
  return { ...given, label: decisionLabel(row.label, label) };
}

function canTrain({ prompt, answer }: FeedbackText, { correction, label }: GivenFeedback): boolean {
  return prompt !== undefined && (correction !== undefined || label !== undefined || answer !== undefined);
}

/** Undefined if the answer or its correction is unknown. */
export function editOf({ answer, correction }: FeedbackText): number | undefined {
  return answer === undefined || correction === undefined ? undefined : editedShare(answer, correction);
}

/**
 * The redacted comment and correction with the stored texts of the answer. The prompt comes from the feedback if none
 * was stored.
 */
async function feedbackText(
  redactor: TextRedactor,
  { correction, comment, prompt }: GivenFeedback,
  kept: KeptText | undefined,
): Promise<FeedbackText> {
  const texts = Object.entries({ correction, comment, ...(kept === undefined && { prompt }) });
  const said = texts.filter(([, text]) => text !== undefined);
  const redacted = said.length === 0 ? [] : await redactor.redact([Object.fromEntries(said)]);
  return { ...kept, ...redacted[0] };
}
