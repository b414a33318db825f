/** What could become a row to train on: an answer, and what somebody says it should have been. */
import { askedText, type Asked } from '../trace.ts';
import type { FeedbackText } from '../feedback/feedback.ts';
import type { TraceStore } from '../traces/trace-store.ts';
import { placeOf } from '../traces/trace-writer.ts';

export interface Candidate {
  /** Of the feedback, or of the answer. */
  id: string;
  at: number;
  /** `traffic`: a served answer that nobody has said anything of; it is no row until somebody has. */
  origin?: 'traffic';
  /** Of the answer that the feedback is about. */
  trace?: string;
  /** Who says so: never a name, but the same for the same. */
  source: string;
  /** Whose the texts are: with their key they go. */
  owner: string;
  prompt: Asked;
  /** What the model answered: a text, or a class. */
  answer?: string;
  /** What it should have answered. */
  target?: string;
  /** `label`: the target is a class. */
  kind: 'text' | 'label';
  isUp?: boolean;
  /** Of the answer. */
  confidence?: number;
}

export interface CandidateRange {
  /** Milliseconds since the epoch; from is not part of it. */
  from: number;
  until: number;
}

/** Feedback of a model with something to learn, in the order in which it came. What nobody can read any more is left out. */
export async function candidatesOf(store: TraceStore, model: string, range: CandidateRange): Promise<Candidate[]> {
  const rows = await feedbackRows(store, model, range);
  const keys = new Set(rows.map(({ key }) => key));
  const candidates: Candidate[] = [];
  for (const { id, trace, choice, at, key, user, thumb, label, text, confidence, answered } of rows) {
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
      // What was imported comes by no key.
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

/** Feedback beside the answers that it is about, as far as these are still there. */
function feedbackRows({ database }: TraceStore, model: string, { from, until }: CandidateRange) {
  return database
    .selectFrom('feedback')
    .leftJoin('traces', (join) =>
      join.onRef('traces.id', '=', 'feedback.trace').onRef('traces.choice', '=', 'feedback.choice'),
    )
    .selectAll('feedback')
    .select(['traces.confidence', 'traces.label as answered'])
    .where('feedback.model', '=', model)
    .where('feedback.at', '>', from)
    .where('feedback.at', '<=', until)
    .orderBy('feedback.at')
    .orderBy('feedback.id')
    .execute();
}
