import type { ExampleKind } from '../../data/example.ts';
import type { Task } from '../../models/architecture.ts';
import { task as causalLm } from './causal-lm.ts';
import { task as contrastive } from './contrastive.ts';
import { task as ctc } from './ctc.ts';
import { task as decision } from './decision.ts';
import type { TaskDefinition } from './define.ts';
import { task as embedding } from './embedding.ts';
import { task as maskedLm } from './masked-lm.ts';
import { task as nextItem } from './next-item.ts';
import { task as question } from './question.ts';
import { task as replacedToken } from './replaced-token.ts';
import { task as seq2seq } from './seq2seq.ts';
import { task as sequence } from './sequence.ts';
import { task as token } from './token.ts';

/** All tasks. A new one takes a file and a line here. */
export const tasks: Readonly<Record<Task, TaskDefinition>> = {
  'causal-lm': causalLm,
  'masked-lm': maskedLm,
  sequence,
  ctc,
  seq2seq,
  token,
  question,
  embedding,
  decision,
  contrastive,
  'next-item': nextItem,
  'replaced-token': replacedToken,
};

export const taskNames = Object.keys(tasks) as Task[];

/** Rows that cannot be turned into a text prompt: only tasks that list them can answer them. */
const UNASKABLE: readonly ExampleKind[] = [
  'tagged',
  'decision',
  'stepwise',
  'pair',
  'graded',
  'items',
  'image-text',
  'speech',
  'recording',
];

/** Whether models of a task answer rows of a kind. Excludes transcripts of recordings, which `transcribes` covers. */
export function answersKind(task: Task, kind: ExampleKind): boolean {
  const { answers, alsoAnswers = [] } = tasks[task];
  return alsoAnswers.includes(kind) || (answers?.includes(kind) ?? !UNASKABLE.includes(kind));
}
