import type { Document, Extractor, PackageFile } from '../document.ts';

const ENTRIES_PER_DOCUMENT = 20;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LONGEST_LABEL = 20;

/** Rewrites one paragraph of an entry; an empty result drops it. */
type Clean = (paragraph: string) => string;

interface Style {
  /** Patterns at the start of a line that continue the previous one: synonyms, or the rest of a sentence. */
  betweenHeads: string;
  clean: Clean;
}

/** Webster, without pronunciation, etymology and the source marks after each sense. */
export const extractGcide = dictionary(' ', (paragraph) =>
  paragraph
    .replaceAll(/\\[^\\]*\\/g, '')
    .replaceAll(/\[(?:[^[\]]|\[[^\]]*\])*\]/g, '')
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\([^()]*[?"`^=*][^()]*\)(?=,)/g, '')
    .replaceAll(/([A-Za-z])[*"`]+(?=[A-Za-z])/g, '$1')
    .replaceAll(/ ,/g, ','),
);

/** FOLDOC, without the angle brackets of the subject, the date of the entry and links. */
export const extractFoldoc = dictionary(', ', (paragraph) =>
  paragraph
    .replaceAll(/<([^<>]*)>/g, '($1)')
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\(\d{4}-\d\d-\d\d\)|\(https?:[^)]*\)/g, '')
    .replace(/^\[(?:[^[\]]|\[[^\]]*\])*\]\.?$/, ''),
);

/** The Jargon File, without pronunciations. */
export const extractJargon = dictionary(', ', (paragraph) =>
  paragraph.replaceAll(/[{}]/g, '').replaceAll(/, \/[^/,]*\/(?=[,:])/g, ''),
);

/** The Devil's Dictionary, whose first sentence contains the headword. */
export const extractDevil = dictionary(' ', (paragraph) => paragraph);

/**
 * Entries of a dictd dictionary, found through its index (`headword, offset, length`, numbers in base 64). A document
 * has twenty entries, each of which begins with its headwords.
 */
function dictionary(betweenHeads: string, clean: Clean): Extractor {
  const style: Style = { betweenHeads, clean };
  return function* (files) {
    for (const index of files.filter((file) => file.path.endsWith('.index'))) {
      const dictionaryPath = index.path.replace(/\.index$/, '.dict.dz');
      const file = files.find((other) => other.path === dictionaryPath);
      if (file !== undefined) yield* groupEntries(index, file, style);
    }
  };
}

function* groupEntries(index: PackageFile, file: PackageFile, style: Style): Generator<Document> {
  const data = file.read();
  let blocks: Document['blocks'] = [];
  let entries = 0;
  for (const [offset, length] of entrySpans(index.read().toString('utf8'))) {
    const texts = entryParagraphs(data.toString('utf8', offset, offset + length), style);
    blocks.push(...texts.map((text) => ({ kind: 'text' as const, text })));
    if (++entries % ENTRIES_PER_DOCUMENT !== 0) continue;
    yield { id: `${file.path}#${entries / ENTRIES_PER_DOCUMENT}`, blocks };
    blocks = [];
  }
  if (blocks.length > 0) yield { id: `${file.path}#last`, blocks };
}

/** Each entry once, although several headwords may refer to it, in the order of the file. */
function entrySpans(index: string): [offset: number, length: number][] {
  const spans = new Map<number, number>();
  for (const line of index.split('\n')) {
    const [word, offset, length] = line.split('\t');
    if (length !== undefined && !/^00-?database/.test(word)) spans.set(fromBase64(offset), fromBase64(length));
  }
  return [...spans].sort((a, b) => a[0] - b[0]);
}

function fromBase64(digits: string): number {
  return Array.from(digits.trim()).reduce((value, digit) => value * 64 + BASE64.indexOf(digit), 0);
}

function entryParagraphs(entry: string, style: Style): string[] {
  const lines = entry.replaceAll('\r', '').split('\n');
  const start = lines.findIndex((line) => line.trim() !== '');
  if (start === -1 || /^00-?database/.test(lines[start])) return [];
  let end = start;
  while (end < lines.length && /^\S/.test(lines[end])) end++;
  const heads = lines.slice(start, end).map((line) => line.trim());
  const paragraphs = unwrap(lines.slice(end));
  if (paragraphs.length > 1 && paragraphs[0].length <= LONGEST_LABEL && lines[end]?.trim() !== '') {
    heads.push(paragraphs.shift() ?? '');
  }
  const separator = style.betweenHeads === ' ' ? ' ' : ': ';
  const first = `${heads.join(style.betweenHeads)}${separator}${paragraphs[0] ?? ''}`;
  if (paragraphs.length === 0) return [];
  return [first, ...paragraphs.slice(1)]
    .map((text) => style.clean(text).replaceAll(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
}

/** Joins the lines of each paragraph. A new sense (`2.`) starts a paragraph too. */
function unwrap(lines: readonly string[]): string[] {
  const paragraphs: string[] = [];
  let current = '';
  for (const line of lines) {
    const text = line.trim();
    if (text === '' || /^(?:\d{1,2}\.|\([a-z]\)) /.test(text)) {
      if (current !== '') paragraphs.push(current);
      current = text;
    } else current = current === '' ? text : `${current} ${text}`;
  }
  if (current !== '') paragraphs.push(current);
  return paragraphs;
}
