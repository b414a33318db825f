import { kindOf, type Example } from './kinds/index.ts';

/** Text for comparing rows: everything that a model would read or learn, except system prompts, which whole sets share. */
export function textOf(example: Example): string {
  return kindOf(example).text(example);
}

/** The question alone, so that one question with two answers does not straddle splits; undefined if there is none. */
export function questionOf(example: Example): string | undefined {
  return kindOf(example).question?.(example);
}

/** Whether a chat template renders it: a conversation, or a prompt of messages. */
export function hasTurns(example: Example): boolean {
  return kindOf(example).turns?.(example) !== undefined;
}
