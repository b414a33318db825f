import { timeIn } from '../time-in.ts';
import { type ColumnWish, describeValues, type Guess, joined, listed } from './guess.ts';
import { nameFit } from './column-names.ts';
import { isRecord } from './pair-guesses.ts';
import type { ColumnProfile } from './column-profile.ts';
import { classFit, isAside, isLabelName, isNamed, isTime, severalFit, textFit, variety } from './column-traits.ts';

/** Images and recordings with a class, a caption or a transcript. */
export function mediaGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  const media = columns.find(({ kind }) => kind === 'image' || kind === 'audio');
  if (media === undefined || (wish.text !== undefined && !wish.text.includes(media.name))) return [];
  const others = columns.filter((column) => column !== media);
  const { kind } = media as { kind: 'image' | 'audio' };
  const read = { text: [media.name], score: 0.97 };
  const labels = others.filter(({ name }) => wish.label === undefined || name === wish.label);
  const label = bestOf(labels, (column) =>
    isAside(column) && wish.label === undefined ? 0 : classFit(column) * (0.3 + labelName(column)),
  );
  const said = others.filter(({ name }) => wish.answer === undefined || name === wish.answer);
  const caption = bestOf(said, (column) => textFit(column) * (0.3 + nameFit(column.name, 'caption')));
  const guesses: Guess[] = [];
  if (label !== undefined && wish.answer === undefined) {
    const reason = `${media.name} contains file names, ${label.name} is their class: ${describeValues(label)}`;
    const mapping = { [kind]: media.name, label: label.name };
    const format = kind === 'image' ? 'image_classification' : 'audio_classification';
    guesses.push({ format, columns: mapping, ...read, target: label.name, reasons: [reason] });
  }
  if (caption !== undefined && wish.label === undefined) {
    const reason = `${media.name} contains file names, ${caption.name} is what ${kind === 'image' ? 'they show' : 'is said in them'}`;
    const mapping = { [kind]: media.name, text: caption.name };
    guesses.push({
      format: kind === 'image' ? 'image_text' : 'speech',
      columns: mapping,
      ...read,
      target: caption.name,
      reasons: [reason],
    });
  }
  // A caption by name takes precedence over a class by chance.
  const isCaption =
    caption !== undefined && isNamed(caption, 'caption') && (label === undefined || labelName(label) < 0.5);
  return guesses.map((guess) => ({ ...guess, score: isCaption === 'text' in guess.columns ? 0.97 : 0.4 }));
}

function labelName({ name }: ColumnProfile): number {
  return Math.max(nameFit(name, 'label'), 0.5 * nameFit(name, 'attribute'));
}

function bestOf(
  columns: readonly ColumnProfile[],
  scoreOf: (column: ColumnProfile) => number,
): ColumnProfile | undefined {
  const scored = columns.map((column) => ({ column, score: scoreOf(column) })).filter(({ score }) => score > 0);
  return scored.toSorted((a, b) => b.score - a.score)[0]?.column;
}

/** Users' choices: users and items, each in several rows. */
export function itemGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  if (wish.label !== undefined || wish.answer !== undefined || wish.text !== undefined) return [];
  const repeats = (column: ColumnProfile): boolean => column.distinct > 1 && variety(column) <= 0.8;
  const user = columns.find((column) => isNamed(column, 'user') && repeats(column));
  const item = columns.find(
    (column) => column !== user && isNamed(column, 'item') && repeats(column) && column.words < 8,
  );
  if (user === undefined || item === undefined) return [];
  const isOther = (column: ColumnProfile): boolean => column !== user && column !== item && column.kind !== 'number';
  const labelled = columns.some((column) => isOther(column) && isNamed(column, 'label') && classFit(column) > 0.5);
  const written = columns.some((column) => isOther(column) && textFit(column) === 1);
  const truths = columns.some((column) => column.distinct === 2 && isNamed(column, 'label'));
  const time = timeColumn(columns.filter((column) => column !== user && column !== item));
  const order = time === undefined ? 'in the order of the file' : `in the order of ${time.name}`;
  const reason = `${user.name} chose ${item.name}, by their names, ${order}`;
  const mapping = { user: user.name, item: item.name, ...(time && { timestamp: time.name }) };
  const score = labelled || truths || written ? 0.4 : 1;
  return [
    {
      format: 'interactions',
      columns: mapping,
      text: [user.name, item.name, ...(time === undefined ? [] : [time.name])],
      target: item.name,
      score,
      reasons: [reason],
    },
  ];
}

/** Found by name, otherwise by values: without it the file's order would determine the sequence. */
function timeColumn(columns: readonly ColumnProfile[]): ColumnProfile | undefined {
  return (
    columns.find((column) => isNamed(column, 'time') && (column.kind === 'number' || isDated(column))) ??
    columns.find(isDated) ??
    columns.find((column) => column.isWhole && column.kind === 'number' && holdsAll(column, isUnixTime))
  );
}

/** Whether a column has dates, at least as far as the most frequent values tell. */
export function isDated(column: ColumnProfile): boolean {
  return column.kind === 'date' && holdsAll(column, (value) => timeIn(value) !== undefined);
}

function holdsAll({ frequent }: ColumnProfile, isOne: (value: string) => boolean): boolean {
  return frequent.every(({ value }) => isOne(value));
}

/** Seconds or milliseconds between 2001 and 2033. */
function isUnixTime(value: string): boolean {
  const number = Number(value);
  return (number >= 1e9 && number < 2e9) || (number >= 1e12 && number < 2e12);
}

/** Lists of words with a tag each. */
export function tagGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  if (wish.answer !== undefined) return [];
  const lists = columns.filter(({ kind }) => kind === 'list');
  const [words, tags] = (['words', 'tags'] as const).map((role) => lists.find((column) => isNamed(column, role)));
  if (words === undefined || tags === undefined || words === tags || words.items !== tags.items) return [];
  const reason = `${words.name} contains words, ${tags.name} a tag for each`;
  const mapping = { tokens: words.name, tags: tags.name };
  return [
    { format: 'tagged', columns: mapping, text: [words.name], target: tags.name, score: 0.97, reasons: [reason] },
  ];
}

/** Running text, if no other column could be an answer or a label. */
export function textGuesses(columns: readonly ColumnProfile[], wish: ColumnWish): Guess[] {
  const isOfFiles = columns.some(({ kind }) => kind === 'image' || kind === 'audio');
  if (isOfFiles || wish.label !== undefined || wish.answer !== undefined) return [];
  if (wish.text !== undefined) return [wishedText(columns, wish.text, wish.format)];
  const texts = columns.filter((column) => textFit(column) > 0 || (column.kind === 'text' && isNamed(column, 'text')));
  const text = bestOf(texts, (column) => 0.1 + nameFit(column.name, 'text') + textFit(column));
  if (text === undefined) return [];
  const others = columns.filter((column) => column !== text && mayBeLearnt(column));
  const reason = others.length === 0 ? `${text.name} is the only column with text` : `${text.name} is text`;
  // A constant label is an error in the data rather than a reason to learn the text.
  const isOnly = others.length === 0 && !columns.some((column) => column !== text && isLabelName(column.name));
  return [
    { format: 'text', columns: { text: text.name }, text: [text.name], score: isOnly ? 0.9 : 0.3, reasons: [reason] },
  ];
}

/** Columns that the user named as text, with no other column. */
function wishedText(columns: readonly ColumnProfile[], names: readonly string[], format: string | undefined): Guess {
  const read = names.map((name) => columns.find((column) => column.name === name)!);
  const reasons = [`${listed(read)} ${read.length === 1 ? 'is' : 'are'} read, and no answer is learnt`];
  return { format: 'text', columns: { text: joined(read) }, text: names, score: format === 'text' ? 1 : 0.3, reasons };
}

/** Whether a column could be the answer to or label of a text. */
function mayBeLearnt(column: ColumnProfile): boolean {
  if (isRecord(column)) return true;
  if (isAside(column) || column.distinct < 2 || isTime(column)) return false;
  return textFit(column) > 0 || classFit(column) > 0 || severalFit(column) > 0 || column.kind === 'number';
}
