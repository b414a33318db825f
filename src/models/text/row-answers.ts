import { closeLastTurn, findAnswer, findHeader, type AnswerSearch, type AnswerSpan } from './answer-spans.ts';
import { sharedTokens } from './header-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';
import { tokenText } from './turn-ends.ts';
import type { ShownTurns, Turns } from './turn-places.ts';

export interface Answer {
  /** Index of the turn. */
  index: number;
  found: AnswerSpan | 'unstable';
}

/**
 * Renders a conversation for training and locates its answers. Up to the last answer, the text equals the prompt that
 * serving builds for it, even if the template renders earlier turns differently once an answer follows. Rows therefore
 * start with their prompt's ids, and earlier answers are where serving finds them. Turns after the last answer are
 * dropped if they would change it, unless `keepsEnd`.
 */
export async function layOutAnswers(
  turns: Turns,
  tokenizer: Tokenizer,
  keepsEnd: boolean,
): Promise<{ text: string; answers: Answer[] }> {
  const whole = turns.shown(turns.messages.length, false);
  if (whole === undefined) return { text: '', answers: [] };
  const last = turns.messages.findLastIndex(({ role }) => role === 'assistant');
  if (last === -1) return { text: whole.text, answers: [] };
  const ending = await lastAnswer(turns, last, tokenizer, keepsEnd);
  const prompt = last < 1 ? undefined : turns.shown(last, true);
  const { found } = ending;
  if (prompt === undefined || found === 'unstable' || !found.isAsked) {
    return {
      text: ending.text,
      answers: [...(await findAnswers(ending.shown, tokenizer, last)), { index: last, found }],
    };
  }
  const by = prompt.text.length - found.start;
  const moved = { index: last, found: { ...found, start: found.start + by, end: found.end + by } };
  return {
    text: prompt.text + ending.text.slice(found.start),
    answers: [...(await findAnswers(prompt, tokenizer)), moved],
  };
}

interface LastAnswer {
  shown: ShownTurns;
  /** Rendered text, with its last turn closed. */
  text: string;
  found: AnswerSpan | 'unstable';
}

/** The last answer within the whole text, or rendered as the last turn if it is complete only there. */
async function lastAnswer(turns: Turns, last: number, tokenizer: Tokenizer, keepsEnd: boolean): Promise<LastAnswer> {
  const [whole, alone] = [turns.shown(turns.messages.length, false)!, turns.shown(last + 1, false)];
  const inWhole = await closedAnswer(whole, last, tokenizer);
  if (keepsEnd || alone === undefined || last === turns.messages.length - 1) return inWhole;
  const isServed = whole.text.startsWith(turns.beginning(last, true) ?? '');
  if (isServed && inWhole.found !== 'unstable' && inWhole.found.ending === 'stop') return inWhole;
  return closedAnswer(alone, last, tokenizer);
}

/** The answer of turn `last`, closing the turn if the template leaves it open. */
async function closedAnswer(shown: ShownTurns, last: number, tokenizer: Tokenizer): Promise<LastAnswer> {
  const { text, messages } = shown;
  const found = await findAnswer(searchIn(shown, tokenizer), last);
  if (found === 'unstable' || found.ending !== 'endless' || last < messages.length - 1) return { shown, text, found };
  const closed = closeLastTurn(shown, stopTexts(tokenizer));
  if (closed === undefined) return { shown, text, found };
  return { shown, text: closed, found: { ...found, end: closed.length, ending: 'stop' } };
}

/** Finds the answers before turn `end`. */
export async function findAnswers(
  shown: ShownTurns,
  tokenizer: Tokenizer,
  end: number = shown.messages.length,
): Promise<Answer[]> {
  const search = searchIn(shown, tokenizer);
  const answers: Answer[] = [];
  for (const [index, { role }] of shown.messages.entries()) {
    if (role === 'assistant' && index < end) answers.push({ index, found: await findAnswer(search, index) });
  }
  return answers;
}

export interface ServingMismatch {
  /** Index of the turn. */
  index: number;
  prompt: string;
  /** The conversation with the turn as the last one. */
  shown: string;
}

/** The first of the answers whose generation prompt differs from its header in the rendered conversation. */
export async function firstMismatch(
  indices: readonly number[],
  turns: Turns,
  tokenizer: Tokenizer,
): Promise<ServingMismatch | undefined> {
  for (const index of indices) {
    const [prompt, alone] = [turns.beginning(index, true), turns.shown(index + 1, false)];
    if (index === 0 || prompt === undefined || alone === undefined || alone.text.startsWith(prompt)) continue;
    const header = await findHeader(searchIn(alone, tokenizer), index);
    if (header?.isAsked !== true) return { index, prompt, shown: alone.text };
  }
  return undefined;
}

function searchIn(shown: ShownTurns, tokenizer: Tokenizer): AnswerSearch {
  return {
    shown,
    stops: stopTexts(tokenizer),
    sharedTokens: (text, other) => sharedTokens(text, other, tokenizer),
  };
}

const stopsOf = new WeakMap<Tokenizer, readonly string[]>();

/** Texts of the tokens that may end a turn. */
export function stopTexts(tokenizer: Tokenizer): readonly string[] {
  const known = stopsOf.get(tokenizer);
  if (known !== undefined) return known;
  const stops = tokenizer.stopIds.map((id) => tokenText(id, tokenizer)).filter((stop) => stop !== '');
  stopsOf.set(tokenizer, stops);
  return stops;
}
