/**
 * Trains assets/names/tagger.bin.br: `node tools/name-tagger/train.ts PROSE.jsonl WORDS_FOLDER` and the four folders of
 * `things.ts`. WORDS_FOLDER is /usr/share/dict of Debian's packages of words.
 * PROSE holds `{"text", "language"}` of documents in which next to nobody is named (Debian's packages of documentation).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { gazetteer } from '../../src/data/privacy/gazetteer.ts';
import {
  itemBefore,
  slotsAround,
  slotsOfWord,
  standingOf,
  TABLE_SIZE,
  type Standing,
} from '../../src/data/privacy/names/features.ts';
import { languageOf } from '../../src/data/privacy/names/language.ts';
import { isCandidate, isJoined, itemSign, STEP } from '../../src/data/privacy/names/tagger.ts';
import { Things } from '../../src/data/privacy/names/things.ts';
import { tokensOf, type Token } from '../../src/data/privacy/names/tokens.ts';
import { namesByRule } from '../../src/data/privacy/recognisers/name.ts';
import { Draws } from '../pii-development/values.ts';
import { carriersOf } from './carriers.ts';
import { ThingDraws } from './decoys.ts';
import { thingLists } from './things.ts';

const [prosePath, wordsFolder, ...folders] = process.argv.slice(2);
if (folders.length !== 4)
  throw new Error('usage: train.ts PROSE.jsonl WORDS_FOLDER FAKER_FOLDER BRANDS_FOLDER WORDNET_FOLDER CITIES_FOLDER');

export interface Sentence {
  text: string;
  /** Stretches of names; what is `unsure` is not learnt from. */
  names: readonly { start: number; end: number }[];
  unsure?: readonly { start: number; end: number }[];
  /** What things are called. */
  called?: readonly { start: number; end: number }[];
}

interface Sample {
  slots: Int32Array;
  isName: boolean;
}

const NOBODY = { given: '0', family: '0', city: '0' };
/** Shares of names that are learnt as if no list had them, and without the word itself. */
const UNLISTED = 40;
const BLIND = 85;
/** And of what things are called, as if no list of things had it. */
const UNKNOWN_THINGS = 45;
/** Of a hundred words before, how many the model is to take for what they are not. */
const MISTAKEN = 6;
/** Of a thousand words in small letters. */
const STRAY = 12;

/** Which tokens no list of things is to have. */
function unknownThings(tokens: readonly Token[], called: Sentence['names'], draws: Draws): Set<number> {
  const unknown = called.filter(() => draws.below(100) < UNKNOWN_THINGS);
  const places = tokens.map((_, at) => at);
  return new Set(
    places.filter((at) => unknown.some(({ start, end }) => start <= tokens[at].start && tokens[at].start < end)),
  );
}

function samplesOf({ text, names, unsure = [], called = [] }: Sentence, draws: Draws): Sample[] {
  const tokens = tokensOf(text);
  const isIn = (spans: Sentence['names'], at: number): boolean =>
    spans.some(({ start, end }) => start <= tokens[at].start && tokens[at].start < end);
  const hidden = new Set<string>();
  for (const [at, token] of tokens.entries()) {
    if (isIn(names, at) && draws.below(100) < UNLISTED) hidden.add(token.text);
  }
  const lookup = (word: string): Standing => {
    const standing = standingOf(word);
    return hidden.has(word) ? { ...standing, ...NOBODY } : standing;
  };
  const things = new Things(tokens, unknownThings(tokens, called, draws));
  const samples: Sample[] = [];
  const language = languageOf(tokens);
  let last = -1;
  for (const [at, token] of tokens.entries()) {
    // Now and then what follows a word that only looks like a name.
    const isStray = !token.isCapital && draws.below(1000) < STRAY;
    if (!isCandidate(tokens, at, isStray ? at - 1 : last)) continue;
    const isName = isIn(names, at);
    const isAfterName = last >= 0 && isJoined(tokens, last, at);
    if (isName) last = at;
    if (isIn(unsure, at)) continue;
    const isBlind = isName && draws.below(100) < BLIND;
    // What the model takes the word before for is wrong at times.
    const isMistaken = draws.below(100) < MISTAKEN;
    const around = slotsAround({
      tokens,
      at,
      isAfterName: isStray || isAfterName !== isMistaken,
      item: itemSign(itemBefore(tokens, at), (one) => isIn(names, one) !== draws.below(100) < MISTAKEN),
      language,
      things,
      lookup,
      isBlind,
    });
    samples.push({ slots: Int32Array.from([...slotsOfWord(token, isBlind), ...around]), isName });
  }
  return samples;
}

export interface Document {
  text: string;
  language: string;
}

/** Sure enough to be no evidence of the contrary. */
const NAMED = 0.6;

function documentsOf(path: string): (Document & { unsure: Sentence['names'] })[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Document)
    .map((document) => {
      const unsure = [...namesByRule(document.text)].filter(({ score }) => score >= NAMED);
      return { ...document, unsure };
    });
}

const WORDS: Record<string, string> = {
  en: 'american-english',
  de: 'ngerman',
  fr: 'french',
  es: 'spanish',
  it: 'italian',
  pt: 'portuguese',
  nl: 'dutch',
  pl: 'polish',
  sv: 'swedish',
  da: 'danish',
  nb: 'bokmaal',
  cs: '../hunspell/cs_CZ.dic',
  hu: '../hunspell/hu_HU.dic',
  ro: '../hunspell/ro_RO.dic',
  tr: '../hunspell/tr_TR.dic',
};

/** A dictionary's, or where there is none those of the documents. */
function wordsOf(language: string, documents: readonly Document[]): string[] {
  if (language in WORDS) {
    const lines = readFileSync(join(wordsFolder, WORDS[language]), 'utf8').split('\n');
    return lines.map((line) => line.split(/[/\t]/)[0]);
  }
  const own = documents.filter((document) => document.language === language).map(({ text }) => text);
  return [...new Set(own.join(' ').match(/(?<![\p{L}\p{N}_.-])\p{Ll}{3,}(?![\p{L}\p{N}_.-])/gu))];
}

/** Words with a capital that are no names by themselves, nor places: nouns in German, others elsewhere. */
function wordsByLanguage(documents: readonly Document[]): Map<string, string[]> {
  const { given, family, cities } = gazetteer();
  const languages = new Set(documents.map(({ language }) => language));
  return new Map(
    [...languages].map((language) => {
      const all = wordsOf(language, documents);
      const form = language === 'de' ? /^\p{Lu}\p{Ll}{3,}$/u : /^\p{Ll}{3,}$/u;
      const capital = all.filter((word) => form.test(word)).map((word) => word[0].toUpperCase() + word.slice(1));
      return [
        language,
        capital.filter((word) => given.get(word) !== 'plain' && family.get(word) !== 'plain' && !cities.has(word)),
      ];
    }),
  );
}

/** Documents with other words of the language at their beginnings, and other nouns where these have capitals. */
function reworded(
  documents: readonly Document[],
  words: ReadonlyMap<string, readonly string[]>,
  draws: Draws,
): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { text, language } of documents) {
    if (draws.below(100) >= (language === 'de' ? 60 : 35)) continue;
    const other = (): string => draws.of(words.get(language)!);
    let changed = text.replace(/^\p{Lu}\p{Ll}+/u, other);
    if (language === 'de')
      changed = changed.replaceAll(/(?<=\p{Ll} )\p{Lu}\p{Ll}{3,}/gu, (noun) => (draws.below(2) === 0 ? other() : noun));
    sentences.push({ text: changed, names: [] });
  }
  return sentences;
}

/** Of a hundred documents, how many are learnt from in small letters and in capitals too. */
const IN_SMALL = 25;
const IN_CAPITALS = 8;

function inOtherCase(documents: readonly Document[], draws: Draws): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { text } of documents) {
    const chance = draws.below(100);
    if (chance < IN_SMALL) sentences.push({ text: text.toLowerCase(), names: [] });
    else if (chance < IN_SMALL + IN_CAPITALS) sentences.push({ text: text.toUpperCase(), names: [] });
  }
  return sentences;
}

/** What holds fewer times than this says nothing that can be relied on. */
const LEAST_SEEN = 4;

function seenOften(samples: readonly Sample[]): Uint8Array {
  const counts = new Uint8Array(TABLE_SIZE);
  for (const { slots } of samples) for (const slot of slots) if (counts[slot] < LEAST_SEEN) counts[slot]++;
  return counts.map((count) => (count === LEAST_SEEN ? 1 : 0));
}

/** Logistic regression by AdaGrad; the mean of the weights after each pass is kept. */
function train(samples: readonly Sample[], draws: Draws): Float32Array {
  const isSeen = seenOften(samples);
  const [weights, squares, sums] = [0, 1, 2].map(() => new Float32Array(TABLE_SIZE));
  const PASSES = 5;
  const order = samples.map((_, index) => index);
  for (let pass = 0; pass < PASSES; pass++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = draws.below(at + 1);
      [order[at], order[other]] = [order[other], order[at]];
    }
    for (const index of order) {
      const { slots, isName } = samples[index];
      let sum = 0;
      for (const slot of slots) sum += weights[slot];
      const error = 1 / (1 + Math.exp(-sum)) - (isName ? 1 : 0);
      if (Math.abs(error) < 0.005) continue;
      for (const slot of slots) {
        if (isSeen[slot] === 0) continue;
        const gradient = error + 2e-6 * weights[slot];
        squares[slot] += gradient * gradient;
        weights[slot] -= (0.15 * gradient) / (Math.sqrt(squares[slot]) + 0.05);
      }
    }
    for (let slot = 0; slot < TABLE_SIZE; slot++) sums[slot] += weights[slot] / PASSES;
  }
  return sums;
}

const draws = new Draws(11);
const documents = documentsOf(prosePath);
const words = wordsByLanguage(documents);
// Where the rules see a name, who else is named is not known.
const nameless = documents.filter(({ unsure }) => unsure.length === 0);
const things = new ThingDraws(await thingLists(folders), draws);
const carried = await carriersOf(folders[0], { documents: nameless, words, things }, draws);
const plain = documents.map(({ text, unsure }) => ({ text, names: [], unsure }));
const others = reworded(nameless, words, draws);
const recased = inOtherCase(nameless, draws);
const samples = [...carried, ...plain, ...others, ...recased].flatMap((sentence) => samplesOf(sentence, draws));
console.log(`${carried.length} sentences with names, ${plain.length} without; ${samples.length} words`);
const weights = train(samples, draws);
const table = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / STEP))));
const bytes = brotliCompressSync(table);
writeFileSync(new URL('../../assets/names/tagger.bin.br', import.meta.url), bytes);
console.log(`${bytes.length} bytes, ${table.filter((weight) => weight !== 0).length} weights`);
