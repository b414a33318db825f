/** Features of how well a source supports a sentence, for a linear classifier. */
import { sentencesOf, wordsOf } from '../safety/answer-features.ts';

export const SUPPORT_FEATURES = [
  'words in the source',
  'words in one sentence of it',
  'pairs in the source',
  'longest run',
  'all words there',
  'words missing',
  'a number missing',
  'a name missing',
  'one says no and the other does not',
  'order kept',
  'length',
] as const;

const SMALL = new Set(
  [
    'a an the and or of to in on at by for from with as is are was were be been it its this that these those he she',
    'they we you i his her their our your my not no never nor cannot without if than then so such there here who whom',
    'which what when where how all any some each both into over under about after before do does did has have had can',
    'could may might must shall should will would',
  ].flatMap((line) => line.split(' ')),
);
const NO =
  /\b(?:not|no|never|nor|none|nothing|nobody|neither|cannot|without|unable|impossible|refuses?|fails?)\b|n['’]t\b/iu;
const NUMBER = /\d+(?:[.,]\d+)*/gu;
/** Capitalised words that do not begin a sentence. */
const NAME = /(?<=[\p{L}\p{N},;]\s+)\p{Lu}[\p{L}\p{N}-]+/gu;

/** A source, indexed once for all sentences that are checked against it. */
export class ReadSource {
  readonly #words: ReadonlySet<string>;
  readonly #pairs: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<string>;
  readonly #lower: string;
  readonly #sentences: readonly { stems: readonly string[]; words: ReadonlySet<string>; saysNo: boolean }[];

  constructor(source: string) {
    const stems = stemsOf(source);
    this.#words = new Set(stems);
    this.#pairs = new Set(pairsOf(stems));
    this.#numbers = new Set(numbersOf(source));
    this.#lower = source.toLowerCase();
    this.#sentences = sentencesOf(source).map((sentence) => {
      const own = stemsOf(sentence);
      return { stems: own, words: new Set(own), saysNo: NO.test(sentence) };
    });
  }

  /** Feature values in the order of `SUPPORT_FEATURES`. */
  featuresOf(sentence: string): number[] {
    const stems = stemsOf(sentence);
    const best = this.#bestSentence(stems);
    const missing = stems.filter((stem) => !this.#words.has(stem)).length;
    const pairs = pairsOf(stems);
    const names = (sentence.match(NAME) ?? []).filter((name) => !this.#lower.includes(name.toLowerCase()));
    const numbers = numbersOf(sentence).filter((number) => !this.#numbers.has(number));
    return [
      share(stems.length - missing, stems.length),
      share(stems.filter((stem) => best.words.has(stem)).length, stems.length),
      share(pairs.filter((pair) => this.#pairs.has(pair)).length, pairs.length),
      share(longestRun(stems, best.stems), stems.length),
      missing === 0 ? 1 : 0,
      Math.min(missing, 4) / 4,
      numbers.length > 0 ? 1 : 0,
      names.length > 0 ? 1 : 0,
      NO.test(sentence) !== best.saysNo ? 1 : 0,
      orderKept(stems, best.stems),
      Math.min(stems.length, 20) / 20,
    ];
  }

  /** The source sentence that shares the most words. */
  #bestSentence(stems: readonly string[]): { stems: readonly string[]; words: ReadonlySet<string>; saysNo: boolean } {
    let best = { stems: [] as readonly string[], words: new Set<string>() as ReadonlySet<string>, saysNo: false };
    let most = -1;
    for (const sentence of this.#sentences) {
      const count = stems.filter((stem) => sentence.words.has(stem)).length;
      if (count > most) [most, best] = [count, sentence];
    }
    return best;
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** Content words without their endings. */
function stemsOf(text: string): string[] {
  return wordsOf(text.replaceAll(NUMBER, ' '))
    .filter((word) => !SMALL.has(word))
    .map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|ly)$/u, '') : word));
}

function pairsOf(stems: readonly string[]): string[] {
  return stems.slice(1).map((stem, i) => `${stems[i]} ${stem}`);
}

function numbersOf(text: string): string[] {
  return (text.match(NUMBER) ?? []).map((number) => number.replaceAll(/[.,](?=\d{3}\b)/gu, ''));
}

/** Longest run of adjacent words of one that are also adjacent in the other. */
function longestRun(first: readonly string[], second: readonly string[]): number {
  let longest = 0;
  for (let i = 0; i < first.length; i++) {
    for (let j = 0; j < second.length; j++) {
      let length = 0;
      while (i + length < first.length && first[i + length] === second[j + length]) length++;
      longest = Math.max(longest, length);
    }
  }
  return longest;
}

/** Share of adjacent shared words that are in the same order in both. */
function orderKept(first: readonly string[], second: readonly string[]): number {
  const places = first.map((stem) => second.indexOf(stem)).filter((place) => place >= 0);
  if (places.length < 2) return 1;
  const kept = places.slice(1).filter((place, i) => place >= places[i]).length;
  return kept / (places.length - 1);
}
