/** A candidate training row: an answer and its correction. */
import { askedText, type Asked } from '../trace.ts';
import type { FeedbackText } from '../feedback/feedback.ts';
import type { TraceStore } from '../traces/trace-store.ts';
import { placeOf } from '../traces/trace-writer.ts';

export interface Candidate {
  /** Id of the feedback, or of the answer. */
  id: string;
  at: number;
  /** `traffic`: a served answer without feedback; it becomes a row only after review. */
  origin?: 'traffic';
  /** Id of the answer that the feedback is about. */
  trace?: string;
  /** Pseudonym of the source: never a name, and the same for the same person. */
  source: string;
  /** Owner of the texts: they are erased with the owner's key. */
  owner: string;
  prompt: Asked;
  /** Index of the typed question within its request, as text. */
  question?: string;
  /** The model's answer: a text, or a class. */
  answer?: string;
  /** The right answer. */
  target?: string;
  /** `label`: the target is a class. */
  kind: 'text' | 'label';
  isUp?: boolean;
  /** Confidence of the model in its answer. */
  confidence?: number;
}

export interface CandidateRange {
  /** Milliseconds since the epoch; `from` is exclusive. */
  from: number;
  until: number;
  /** Pseudonym of the only user whose rows are wanted. */
  owner?: string;
}

/** Feedback on a model that can be used for training, in order of arrival. Erased feedback is left out. */
export async function candidatesOf(store: TraceStore, model: string, range: CandidateRange): Promise<Candidate[]> {
  const rows = await feedbackRows(store, model, range);
  const keys = new Set(rows.map(({ key }) => key));
  const candidates: Candidate[] = [];
  for (const { id, trace, choice, at, key, user, thumb, label, text, confidence, answered, operation } of rows) {
    if (text === null || user === null) continue;
    const said = await store.keys.unseal<FeedbackText>(user, id, text);
    if (said?.prompt === undefined || askedText(said.prompt).trim() === '') continue;
    const answer = answered ?? said.answer;
    const target = label ?? said.correction;
    if (target === undefined && (thumb === null || answer === undefined)) continue;
    candidates.push({
      id,
      at,
      trace: placeOf(trace, choice),
      owner: user,
      prompt: said.prompt,
      ...(operation === 'decisions' && { question: String(choice) }),
      // Imported feedback has no key.
      source: keys.size > 1 && key !== null ? `key ${key}` : user,
      kind: label === null ? 'text' : 'label',
      ...(answer !== undefined && { answer }),
      ...(target !== undefined && { target }),
      ...(thumb !== null && { isUp: thumb === 1 }),
      ...(confidence !== null && { confidence }),
    });
  }
  return candidates;
}

/** Feedback joined with its answer, if that still exists. */
function feedbackRows({ database }: TraceStore, model: string, { from, until, owner }: CandidateRange) {
  const rows = database
    .selectFrom('feedback')
    .leftJoin('traces', (join) =>
      join.onRef('traces.id', '=', 'feedback.trace').onRef('traces.choice', '=', 'feedback.choice'),
    )
    .selectAll('feedback')
    .select(['traces.confidence', 'traces.label as answered', 'traces.operation'])
    .where('feedback.model', '=', model)
    .where('feedback.at', '>', from)
    .where('feedback.at', '<=', until);
  return (owner === undefined ? rows : rows.where('feedback.user', '=', owner))
    .orderBy('feedback.at')
    .orderBy('feedback.id')
    .execute();
}
