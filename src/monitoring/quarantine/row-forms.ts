/** Rows in formats that `attune train` reads directly. */
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import { readTarget } from '../../data/formats/decision-targets.ts';
import { RowReader } from '../../data/formats/row-reader.ts';
import { splitDecision } from '../feedback/decision-label.ts';
import type { Asked, AskedMessage } from '../trace.ts';
import type { Candidate } from './candidate.ts';

export const rowForms = ['sft', 'dpo', 'kto', 'labels', 'decisions'] as const;

/** `labels`: rows of a classifier; `decisions`: typed questions. */
export type RowForm = (typeof rowForms)[number];

/** Column names of a classifier's rows. */
export interface LabelColumns {
  text: string;
  label: string;
}

/** How a model's own rows are laid out. */
export interface RowLayout {
  columns?: LabelColumns;
  /** Typed questions of its rows, by id, since stored answers do not contain their question. */
  questions?: ReadonlyMap<string, DecisionQuestion>;
}

/** A row, or undefined if the candidate cannot be expressed in this form. */
export function trainingRow(
  candidate: Candidate,
  form: RowForm,
  { columns = { text: 'text', label: 'label' }, questions }: RowLayout = {},
): object | undefined {
  const { prompt, answer, target, isUp, kind } = candidate;
  if (form === 'decisions') return questions && decided(candidate, questions);
  if (form === 'labels') {
    if (kind !== 'label' || target === undefined) return undefined;
    return { ...columnsOf(prompt, columns), [columns.label]: target };
  }
  if (kind === 'label' || isColumns(prompt)) return undefined;
  if (form === 'sft') return target === undefined ? undefined : answered(prompt, target);
  if (form === 'dpo')
    return target === undefined || answer === undefined || target === answer
      ? undefined
      : { prompt, chosen: replyTo(prompt, target), rejected: replyTo(prompt, answer) };
  if (answer !== undefined && isUp !== undefined) return { prompt, completion: replyTo(prompt, answer), label: isUp };
  return target === undefined ? undefined : { prompt, completion: replyTo(prompt, target), label: true };
}

/** A state with the one question that was answered; undefined for a question, or an option, that no row has. */
function decided(
  { prompt, target = '', kind }: Candidate,
  questions: ReadonlyMap<string, DecisionQuestion>,
): object | undefined {
  const said = kind === 'label' ? splitDecision(target, questions.keys()) : undefined;
  if (said === undefined) return undefined;
  const question = questions.get(said.id)!;
  const reader = new RowReader({}, { file: '', line: 0 });
  const isOption = readTarget(reader, question, [{ path: 'label', value: said.option }]) !== undefined;
  return isOption ? { state: prompt, questions: [{ ...question, label: said.option }] } : undefined;
}

type Columns = Readonly<Record<string, unknown>>;

function isColumns(prompt: Asked): prompt is Columns {
  return typeof prompt === 'object' && !Array.isArray(prompt);
}

function columnsOf(prompt: Asked, { text }: LabelColumns): Columns {
  return isColumns(prompt) ? prompt : { [text]: prompt };
}

/** The reply in the form of its prompt: a message after a conversation, a text after a text. */
function replyTo(prompt: Asked, text: string): string | AskedMessage[] {
  return Array.isArray(prompt) ? [{ role: 'assistant', content: text }] : text;
}

function answered(prompt: Asked, text: string): object {
  if (!Array.isArray(prompt)) return { prompt, completion: text };
  return { messages: [...(prompt as readonly AskedMessage[]), { role: 'assistant', content: text }] };
}
