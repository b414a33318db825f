import { greatest } from '../../base/many.ts';
import { type ColumnWish, type Guess, joined, listed } from './guess.ts';
import { languageNamed, nameFit, wordsOf } from './column-names.ts';
import type { ColumnProfile } from './column-profile.ts';
import { isNamed, textFit, variety } from './column-traits.ts';

/** Prompts with written answers. */
export function answerGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  if (wish.label !== undefined) return [];
  return columns.flatMap((answer) => {
    const isWished = wish.answer === answer.name;
    if (wish.answer !== undefined && !isWished) return [];
    const named = Math.max(nameFit(answer.name, 'answer'), isRecord(answer) ? 0.6 : 0);
    if (!isWished && (named === 0 || !['text', 'number', 'truth', 'structure'].includes(answer.kind))) return [];
    const prompts = promptsFor(answer, columns, wish);
    if (prompts.length === 0) return [];
    const asked = greatest(prompts.map(promptFit));
    const score = isWished ? 1 : (0.5 * named + 0.5 * asked) * answerFit(answer);
    const reason =
      answer.kind === 'structure'
        ? `${listed(prompts)} → ${answer.name}, written as JSON`
        : `${listed(prompts)} → ${answer.name}, by their names: a question and its answer`;
    // Several columns form a text; an object becomes JSON.
    const completion = answer.kind === 'structure' ? [answer.name] : answer.name;
    const mapping = { prompt: joined(prompts), completion };
    const text = prompts.map(({ name }) => name);
    return [{ format: 'prompt_completion', columns: mapping, text, target: answer.name, score, reasons: [reason] }];
  });
}

/** An object in each row that should be extracted from its text, rather than metadata. */
export function isRecord({ kind, name, distinct }: ColumnProfile): boolean {
  return kind === 'structure' && distinct > 1 && !/^(meta(data)?|provenance|source|extra|info)$/i.test(name);
}

function promptFit({ name }: ColumnProfile): number {
  return Math.max(nameFit(name, 'prompt'), 0.9 * nameFit(name, 'text'), 0.9 * nameFit(name, 'source'));
}

/** A few short values are classes rather than answers. */
function answerFit(answer: ColumnProfile): number {
  if (answer.filled < 20 || variety(answer) > 0.5 || answer.kind === 'structure') return 1;
  return answer.words >= 2.5 ? 0.9 : 0.6;
}

function promptsFor(answer: ColumnProfile, columns: readonly ColumnProfile[], wish: ColumnWish): ColumnProfile[] {
  if (wish.text !== undefined) return wish.text.map((name) => columns.find((column) => column.name === name)!);
  const texts = columns.filter((column) => column !== answer && textFit(column) > 0 && !isNamed(column, 'origin'));
  const fitting = texts.filter((column) => promptFit(column) >= 0.5 && !isOtherAnswer(column));
  if (fitting.length > 0) return fitting;
  return wish.answer === undefined ? [] : texts.filter((column) => textFit(column) >= 0.5);
}

/** "solution" next to "answer" does not belong to the question. */
function isOtherAnswer({ name }: ColumnProfile): boolean {
  return nameFit(name, 'answer') > Math.max(nameFit(name, 'prompt'), nameFit(name, 'text'));
}

/** A text in two languages. */
export function translationGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  if (wish.label !== undefined || wish.answer !== undefined || wish.text !== undefined) return [];
  const texts = columns.filter(({ kind, distinct }) => kind === 'text' && distinct > 1);
  const byLanguage = texts.filter(({ name }) => languageNamed(name) !== undefined);
  const bySide = [texts.find((one) => isNamed(one, 'source')), texts.find((one) => isNamed(one, 'target'))];
  const isTwo = new Set(byLanguage.map(({ name }) => languageNamed(name))).size === 2 && byLanguage.length === 2;
  const [source, target] = isTwo ? byLanguage : bySide;
  if (source === undefined || target === undefined || source === target) return [];
  if ([source, target].some((one) => one.filled >= 20 && variety(one) < 0.5)) return [];
  const reason = `${source.name} → ${target.name}, by ${isTwo ? 'the languages that they are named after' : 'their names'}`;
  const mapping = { source: source.name, target: target.name };
  const read = { text: [source.name], target: target.name };
  return [{ format: 'translation', columns: mapping, ...read, score: 0.95, reasons: [reason] }];
}

/** Queries with their results, or two texts with a similarity. */
export function searchGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  if (wish.label !== undefined || wish.answer !== undefined || wish.text !== undefined) return [];
  const texts = columns.filter((column) => textFit(column) > 0 || (column.kind === 'text' && isNamed(column, 'query')));
  const score = columns.find((column) => column.kind === 'number' && isNamed(column, 'similarity'));
  const twins = texts.filter(({ name }) =>
    texts.some((other) => other.name !== name && stem(other.name) === stem(name)),
  );
  const query = texts.find((column) => isNamed(column, 'query'));
  const found = texts.find((column) => column !== query && isNamed(column, 'document'));
  const sides = twins.length === 2 ? twins : query && found ? [query, found] : [];
  if (sides.length === 0) return [];
  const [first, second] = sides.map(({ name }) => name);
  if (score !== undefined) {
    const mapping = { sentence1: first, sentence2: second, score: score.name };
    const reason = `${first} and ${second} are compared, ${score.name} is their similarity`;
    return [
      {
        format: 'graded_pairs',
        columns: mapping,
        text: [first, second],
        target: score.name,
        score: 0.97,
        reasons: [reason],
      },
    ];
  }
  if (query === undefined || found === undefined) return [];
  const reason = `${first} is the query, ${second} the text to find, by their names`;
  return [
    {
      format: 'pairs',
      columns: { anchor: first, positive: second },
      text: [first],
      target: second,
      score: 0.9,
      reasons: [reason],
    },
  ];
}

/** Common stem of `sentence1` and `sentence2`, `text_a` and `text_b`. */
function stem(name: string): string {
  const words = wordsOf(name).filter((word) => !/^([ab12]|first|second|left|right)$/.test(word));
  return words.join(' ').replace(/[12]$/, '');
}
