/**
 * `node makers/pretrain-base/general-set.ts` makes the general set in assets/general from documents held out of
 * pre-training.
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/files/atomic.ts';
import { cacheFolder } from './corpus/cache-folder.ts';
import { hashFraction } from './corpus/held-out.ts';
import { readCorpus, type CorpusRow } from './corpus/read-corpus.ts';

/** Sources that anyone may redistribute: public domain, and WordNet with its notice. */
const PROSE = new Set(['factbook', 'bible', 'austen', 'jargon']);
const PASSAGE_BYTES = 700;
const PASSAGES = 160;
const QUESTIONS = 240;
const CHOICES = 4;

interface Gloss {
  word: string;
  definition: string;
}

const folder = join(import.meta.dirname, '../../assets/general');
const rows: CorpusRow[] = [];
for await (const row of readCorpus(join(cacheFolder(), 'corpus'), 'heldout')) rows.push(row);

const passages = rows
  .filter(({ source }) => PROSE.has(source))
  .flatMap(({ text, source }, document) => split(text).map((piece) => ({ text: piece, source, document })));
const chosen = inHashOrder(passages, ({ text }) => text).slice(0, PASSAGES);
write('text.jsonl', chosen);

const glosses = rows.filter(({ source }) => source === 'wordnet').flatMap(({ text }) => readGlosses(text));
write(
  'words.jsonl',
  inHashOrder(glosses, ({ word }) => word)
    .slice(0, QUESTIONS)
    .map(question),
);

/** Whole paragraphs up to the size of a passage; much shorter passages say little. */
function split(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const paragraph of text.split('\n\n')) {
    if (piece !== '' && piece.length + paragraph.length > PASSAGE_BYTES) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? paragraph : `${piece}\n\n${paragraph}`;
  }
  return [...pieces, piece].filter(({ length }) => length >= PASSAGE_BYTES / 4 && length <= 2 * PASSAGE_BYTES);
}

/** Paragraphs "word (noun): definition." with a single word that does not occur in its definition. */
function readGlosses(text: string): Gloss[] {
  return text.split('\n\n').flatMap((paragraph) => {
    const found = /^(?<word>[a-z]{4,12}) \((?:noun|verb)\): (?<definition>[^.;:"\n]{20,120})\.?/.exec(
      paragraph,
    )?.groups;
    if (found === undefined || found.definition.includes(found.word.slice(0, 4))) return [];
    return [{ word: found.word, definition: found.definition.trim() }];
  });
}

/** The wrong words belong to the neighbouring definitions in hash order, so that no choice stands out. */
function question({ word, definition }: Gloss, place: number, all: readonly Gloss[]) {
  const others = Array.from({ length: CHOICES - 1 }, (_, i) => all[(place + 7 * (i + 1)) % all.length].word);
  const choices = inHashOrder([word, ...others], (choice) => `${definition}:${choice}`);
  return { definition, choices, answer: word };
}

function inHashOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, place: hashFraction('general', nameOf(item)) }));
  return keyed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

function write(name: string, values: readonly unknown[]): void {
  writeFileAtomic(join(folder, name), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  console.log(`${name}: ${values.length} rows`);
}
