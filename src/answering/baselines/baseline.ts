import type { Example } from '../../data/example.ts';
import type { MediaKind } from '../../data/media.ts';
import type { AnswerForm } from '../../scoring/answer-form.ts';
import { promptText } from '../../scoring/prompt-text.ts';
import type { Predictor } from '../../scoring/predictor.ts';

export interface FitOptions {
  signal?: AbortSignal;
}

/**
 * A predictor that is fitted in seconds: the bar that a tuned model has to clear before its cost is justified. It is
 * fitted on training rows only and is deterministic.
 */
export interface Baseline {
  readonly name: string;
  /** For people: "nearest training row". */
  readonly title: string;
  /** Kinds of input that it reads; text by default. */
  readonly reads?: readonly ('text' | MediaKind)[];
  /** Reads the columns that a text was joined from; does not apply to rows without columns. */
  readonly ofTables?: boolean;
  /** Answer forms that it applies to; all by default. */
  readonly forms?: readonly AnswerForm['kind'][];
  /** Maximum number of rows to fit on, where more would take minutes; no limit by default. */
  readonly mostRows?: number;
  /** Reason, as a clause, why it does not apply to these training rows; undefined if it applies. */
  unfit(train: readonly Example[]): string | undefined;
  fit(train: readonly Example[], options?: FitOptions): Promise<Predictor>;
}

/** With fewer rows, text that all prompts share may be chance rather than a template. */
const MIN_ROWS_FOR_TEMPLATE = 20;

/**
 * Reads the part of a prompt that differs between rows. The template around it ("English: … Italian:") is the longest
 * prefix and suffix that all training prompts share, cut back to a word boundary.
 */
export function inputReader(train: readonly Example[]): (example: Example) => string {
  return readerWithin(templateOf(train));
}

/** Text before and after the input of every prompt. */
export interface PromptTemplate {
  prefix: string;
  suffix: string;
}

export function templateOf(train: readonly Example[]): PromptTemplate {
  return sharedEnds(train.map(promptText));
}

export function readerWithin({ prefix, suffix }: PromptTemplate): (example: Example) => string {
  return (example) => {
    const prompt = promptText(example);
    const start = prompt.startsWith(prefix) ? prefix.length : 0;
    const end = prompt.endsWith(suffix) ? prompt.length - suffix.length : prompt.length;
    return prompt.slice(start, Math.max(start, end)).trim();
  };
}

function sharedEnds(prompts: readonly string[]): PromptTemplate {
  if (prompts.length < MIN_ROWS_FOR_TEMPLATE) return { prefix: '', suffix: '' };
  let [prefix, suffix] = [prompts[0], prompts[0]];
  for (const prompt of prompts) {
    let length = 0;
    while (length < prefix.length && prefix[length] === prompt[length]) length++;
    prefix = prefix.slice(0, length);
    length = 0;
    while (length < suffix.length && suffix.at(-1 - length) === prompt.at(-1 - length)) length++;
    suffix = suffix.slice(suffix.length - length);
  }
  // A shared letter at the border belongs to the inputs ("s" of plurals), not to the template.
  return { prefix: prefix.replace(/[\p{L}\p{N}]+$/u, ''), suffix: suffix.replace(/^[\p{L}\p{N}]+/u, '') };
}

/** Target values of the regression rows. */
export function numbersOf(train: readonly Example[]): number[] {
  return train.flatMap((example) => (example.kind === 'regression' ? [example.value] : []));
}
