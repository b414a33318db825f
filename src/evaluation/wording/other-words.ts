/** Reworded test rows, which test whether a result depends on the wording of its training rows. */
import { readFileSync } from 'node:fs';
import type { ClassificationExample } from '../../data/kinds/classification.ts';
import { kindOf, type Example } from '../../data/kinds/index.ts';
import { languageTeller } from '../../data/text-language.ts';
import { sampledRows } from '../compare/sampled-rows.ts';
import { promptText } from '../../scoring/prompt-text.ts';
import { refreshRows } from './refreshed.ts';
import { rewordRows } from './reworded.ts';

export interface OtherWordsOptions {
  train: readonly Example[];
  /** Maximum number of rows. */
  most: number;
  seed: number;
}

/** With fewer rows the result would be meaningless. */
const FEWEST = 20;
const ASIDES = new URL('../../../assets/wording/asides.tsv', import.meta.url);
const READ_FOR_LANGUAGE = 20;

/** Whether rows of this kind can be reworded. */
export function canReword(example: Example | undefined): boolean {
  return example !== undefined && (isClassified(example) || isWritten(example));
}

/** Reworded test rows with their right answers; empty if there would be too few. */
export async function otherWords(test: readonly Example[], options: OtherWordsOptions): Promise<readonly Example[]> {
  const { train, most, seed } = options;
  const rows = sampledRows(test, most, seed);
  const asides = await asidesFor(rows);
  const reworded = [
    ...rewordRows(rows.filter(isClassified), { train: train.filter(isClassified), asides, seed }),
    ...refreshRows(rows.filter(isWritten), { asides, seed }),
  ];
  return reworded.length < FEWEST ? [] : reworded;
}

function isClassified(example: Example): example is ClassificationExample {
  return example.kind === 'classification' && isWorded(example);
}

/** Minimum words of a text, as opposed to a code or category. */
const FEWEST_WORDS = 3;

/** Whether a row with a class is written text: one text, or text columns such as subject and body. */
export function isWorded({ media, fields }: ClassificationExample): boolean {
  if (media !== undefined || fields === undefined) return media === undefined;
  const cells = Object.values(fields).filter((cell) => cell !== null);
  const isTexts = cells.every((cell) => typeof cell === 'string');
  return isTexts && cells.some((cell) => cell.trim().split(/\s+/).length >= FEWEST_WORDS);
}

function isWritten(example: Example): boolean {
  return kindOf(example).written !== undefined;
}

/** Unrelated sentences in the rows' language; empty for unsupported languages, where sentences of the rows are used. */
async function asidesFor(rows: readonly Example[]): Promise<string[]> {
  const lines = readFileSync(ASIDES, 'utf8').trimEnd().split('\n');
  const known = lines.map((line) => line.split('\t') as [language: string, sentence: string]);
  const languageOf = await languageTeller([...new Set(known.map(([language]) => language))]);
  const sample = rows.slice(0, READ_FOR_LANGUAGE).map(promptText).join('\n');
  const own = languageOf(sample);
  return known.flatMap(([language, sentence]) => (language === own ? [sentence] : []));
}
