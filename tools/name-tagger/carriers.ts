/** Sentences with invented people in them: the carriers beside this file, and documents with people in place of "the user". */
import { readdirSync, readFileSync } from 'node:fs';
import { gazetteer } from '../../src/data/privacy/gazetteer.ts';
import { JOBS, THINGS } from '../../src/data/privacy/names/role-nouns.ts';
import { ROLES } from '../../src/data/privacy/names/roles.ts';
import type { Draws } from '../pii-development/values.ts';
import { firmOf, localesOf } from './names.ts';
import { inflected } from './inflections.ts';
import { People } from './people.ts';
import { branded, type ThingDraws } from './decoys.ts';
import type { Document, Sentence } from './train.ts';

/** Whoever acts in documentation, as each language says it. */
const SOMEBODY: Record<string, RegExp> = {
  en: /\b(?:the|a|your) (?:user|administrator|maintainer|author|developer|reader|operator|customer|person|owner|recipient|sender)\b(?!['’-])/gi,
  de: /\b(?:der|den|dem|die|ein|einem|einen) (?:Benutzer|Anwender|Administrator|Entwickler|Betreuer|Leser|Autor|Empfänger|Absender)(?!\p{L})/gu,
  fr: /(?:\bl['’](?:utilisateur|administrateur|auteur)|\b(?:le|un) (?:développeur|responsable|lecteur|destinataire))(?!\p{L})/giu,
  es: /\b(?:el|al|un) (?:usuario|administrador|desarrollador|autor|lector|responsable|destinatario)(?!\p{L})/giu,
  it: /(?:\bl['’](?:utente|amministratore|autore)|\b(?:lo|il|un) (?:sviluppatore|lettore|responsabile|destinatario))(?!\p{L})/giu,
  pt: /\b(?:o|um) (?:usuário|utilizador|administrador|desenvolvedor|autor|leitor|responsável)(?!\p{L})/giu,
  nl: /\b(?:de|een) (?:gebruiker|beheerder|ontwikkelaar|auteur|lezer|ontvanger)(?!\p{L})/giu,
  pl: /(?<!\p{L})(?:użytkownik|użytkownika|użytkownikowi|administrator|administratora|autor|programista)(?!\p{L})/giu,
  sv: /(?<!\p{L})(?:användaren|administratören|utvecklaren|upphovsmannen|läsaren|mottagaren)(?!\p{L})/giu,
};
/** Pronouns in their place too, for more verbs around names. */
const PRONOUNS: Record<string, RegExp> = {
  en: /\b(?:you|he|she|they|we|I)\b(?!['’])/g,
  de: /(?<!\p{L})(?:Sie|sie|er|man|wir|ihn|ihm)(?!\p{L})/gu,
  fr: /(?<!\p{L})(?:vous|il|elle|on|nous)(?!\p{L})/gu,
  es: /(?<!\p{L})(?:usted|ellos|quien|alguien|uno)(?!\p{L})/gu,
  it: /(?<!\p{L})(?:chi|qualcuno|lui|lei|essi)(?!\p{L})/gu,
  pt: /(?<!\p{L})(?:você|ele|ela|alguém|quem)(?!\p{L})/gu,
  nl: /(?<!\p{L})(?:u|hij|zij|men|iemand|we)(?!\p{L})/gu,
  pl: /(?<!\p{L})(?:on|ktoś|nikt|kto|każdy)(?!\p{L})/gu,
  sv: /(?<!\p{L})(?:du|han|hon|man|någon|vi)(?!\p{L})/gu,
};
const ROUNDS = 40;
const MOST_DOCUMENTS = 4000;
/** In how many of a hundred carriers each name has such a word before it. */
const WITH_ROLE = 14;
/** How many of a hundred professions and goods have a capital where none is due. */
const CAPITAL_NOUNS = 25;

/** Of a hundred sentences, how many are written otherwise: all small, names small, all capitals, names in capitals. */
const CASES: readonly [share: number, isWhole: boolean, change: (text: string) => string][] = [
  [16, true, (text) => text.toLowerCase()],
  [7, false, (text) => text.toLowerCase()],
  [12, true, (text) => text.toUpperCase()],
  [8, false, (text) => text.toUpperCase()],
];

/** As people type who spare the key for capitals, or never leave it. */
function recased({ text, names, called }: Sentence, draws: Draws): Sentence {
  let chance = draws.below(100);
  for (const [share, isWhole, change] of CASES) {
    chance -= share;
    if (chance >= 0) continue;
    let changed = isWhole ? change(text) : text;
    for (const { start, end } of isWhole ? [] : names)
      changed = changed.slice(0, start) + change(changed.slice(start, end)) + changed.slice(end);
    // "ß" and a few others have no capital of one letter.
    return { text: changed.length === text.length ? changed : text, names, called };
  }
  return { text, names, called };
}

/** Places in letters that no list of places has, as sentences bend them. */
const TOWNS: Record<string, string> = {
  ru:
    'Москва Москве Москвы Санкт-Петербург Петербурге Новосибирск Новосибирске Казань Казани Самара ' +
    'Самаре Омск Ростов Уфа Уфе Красноярск Пермь Перми Воронеж Волгоград Саратов Тюмень Тюмени Иркутск ' +
    'Хабаровск Минск Минске Алматы Астане Ташкент Бишкек Сочи Тула Туле Рязань Пенза Киров Тверь Твери ' +
    'Курск Россия России Сибири Урале Европе Германии',
  uk:
    'Київ Києві Львів Львові Харків Харкові Одеса Одесі Дніпро Запоріжжя Вінниця Вінниці Полтава Полтаві ' +
    'Чернігів Луцьк Ужгород Тернопіль Суми Рівне Житомир Україна України Польщі Європі',
  el:
    'Αθήνα Αθήνας Θεσσαλονίκη Θεσσαλονίκης Πάτρα Πάτρας Ηράκλειο Λάρισα Βόλος Ιωάννινα Χανιά Ρόδος ' +
    'Καλαμάτα Κέρκυρα Λευκωσία Λεμεσός Λάρνακα Πειραιά Κρήτη Κύπρο Ελλάδα Ευρώπη Γερμανία',
};

interface About {
  people: People;
  things: ThingDraws;
  cities: readonly string[];
  nouns: readonly string[];
  draws: Draws;
}

/**
 * {N} full name, {G} given, {F} family, {V} and {W} those that may be everyday words, {C} a town, {f} and {g} what things
 * are called after people, {T} what they are called.
 */
const SLOT = /\{(?<slot>[NGFVWCTfgm])(?<initial>\[0\])?\}/g;
/** {R} who does or is what, {M} goods, plants and dishes. */
const NOUN = /(?<before>^|[\s\S])\{(?<slot>[RM])\}/g;

/** Nouns have capitals in German, and at the beginning of a line. */
function withNouns(carrier: string, language: string, draws: Draws): string {
  return carrier.replaceAll(NOUN, (written, before: string, slot: string) => {
    const noun = draws.of(((slot === 'R' ? JOBS : THINGS)[language] ?? (slot === 'R' ? JOBS : THINGS).en).split(' '));
    const isCapital = language === 'de' || before === '' || before === '\n' || draws.below(100) < CAPITAL_NOUNS;
    return before + (isCapital ? noun[0].toUpperCase() + noun.slice(1) : noun);
  });
}

function valueOf(slot: string, language: string, { people, things, cities, nouns, draws }: About): string {
  if (slot === 'C' && TOWNS[language] !== undefined) return draws.of(TOWNS[language].split(' '));
  if (slot === 'C') return draws.below(100) < 50 ? draws.of(cities) : things.place();
  if (slot === 'T') return things.any();
  if (slot === 'N') return people.full(language);
  if (slot === 'G' || slot === 'g') return people.given(language);
  if (slot === 'V') return people.word(language, nouns);
  if (slot === 'W') return `${people.given(language)} ${people.word(language, nouns)}`;
  return people.family(language);
}

/** One carrier with its slots filled. */
function filled(carrier: string, language: string, about: About): Sentence {
  const { nouns, draws } = about;
  const roles = ROLES[language] ?? [];
  const firm = (): string => firmOf(language, draws).replaceAll('{F}', '{f}');
  const whole = withNouns(carrier, language, draws)
    .replaceAll('{O}', firm)
    .replaceAll('{D}', () => draws.of(nouns));
  let [text, at, last] = ['', 0, 'someone'];
  const names: { start: number; end: number }[] = [];
  const called: { start: number; end: number }[] = [];
  for (const { 0: written, index, groups } of whole.matchAll(SLOT)) {
    const slot = groups!.slot;
    text += whole.slice(at, index);
    at = index + written.length;
    if (slot === 'm') {
      text += last.toLowerCase().replaceAll(/[^a-z]+/g, '.');
      continue;
    }
    if (roles.length > 0 && 'NGF'.includes(slot) && groups!.initial === undefined && draws.below(100) < WITH_ROLE)
      text += `${draws.of(roles)} `;
    const plain = valueOf(slot, language, about);
    const value = 'NGF'.includes(slot) && groups!.initial === undefined ? inflected(plain, language, draws) : plain;
    const from = text.length;
    text += groups!.initial === undefined ? value : value[0];
    if (slot === 'T' || slot === 'C') called.push({ start: from, end: text.length });
    if ('TCfg'.includes(slot)) continue;
    names.push({ start: from, end: text.length });
    last = value;
  }
  return { text: text + whole.slice(at), names, called };
}

/** Documents in which people stand for "the user". */
function peopled(
  documents: readonly Document[],
  { people, things }: Pick<About, 'people' | 'things'>,
  draws: Draws,
): Sentence[] {
  const sentences: Sentence[] = [];
  const counts = new Map<string, number>();
  for (const { text, language } of documents) {
    // Of other languages the carriers alone have people.
    if (SOMEBODY[language] === undefined) continue;
    const count = counts.get(language) ?? 0;
    const hasSomebody = text.search(SOMEBODY[language]) >= 0;
    if (count >= MOST_DOCUMENTS || (!hasSomebody && text.search(PRONOUNS[language]) < 0)) continue;
    counts.set(language, count + 1);
    const somebody = (): string => draws.of(['{N}', '{N}', '{G}', '{F}']);
    let carrier = text.replaceAll(/[{}]/g, ' ').replaceAll(SOMEBODY[language], somebody);
    carrier = carrier.replaceAll(PRONOUNS[language], (word) => (draws.below(2) === 0 ? somebody() : word));
    const sentence = filled(carrier, language, { people, things, cities: [], nouns: [], draws });
    sentences.push(draws.below(100) < 30 ? recased(sentence, draws) : sentence);
  }
  return sentences;
}

interface Sources {
  documents: readonly Document[];
  words: ReadonlyMap<string, readonly string[]>;
  things: ThingDraws;
}

/** Of a hundred sentences, how many stand behind another one, and how many of those behind one of documentation. */
const BEHIND = 40;
const BEHIND_PROSE = 30;
const LONGEST_PROSE = 240;
/** Of the latest sentences of a language one is taken. */
const MOST_EARLIER = 4000;
const BETWEEN = [' ', ' ', '. ', '\n', '\n', '\n\n', '; '];

/** One sentence behind another: most people are named in the middle of a text. */
function behind(before: Sentence, { text, names, called = [] }: Sentence, draws: Draws): Sentence {
  const start = `${before.text}${draws.of(BETWEEN)}`;
  const moved = (spans: Sentence['names']): Sentence['names'] =>
    spans.map((span) => ({ start: span.start + start.length, end: span.end + start.length }));
  return {
    text: start + text,
    names: [...before.names, ...moved(names)],
    called: [...(before.called ?? []), ...moved(called)],
  };
}

/** Every carrier many times over, and the documents once. */
export async function carriersOf(
  fakerFolder: string,
  { documents, words, things }: Sources,
  draws: Draws,
): Promise<Sentence[]> {
  const people = new People(await localesOf(fakerFolder), things, draws);
  const cities = Array.from(gazetteer().cities, ([name]) => name);
  const sentences = [...peopled(documents, { people, things }, draws), ...branded(documents, things, draws)];
  const folder = new URL('carriers/', import.meta.url);
  const prose = documents.filter(({ text }) => text.length <= LONGEST_PROSE);
  const latest = new Map<string, Sentence[]>();
  for (const file of readdirSync(folder).toSorted()) {
    const language = file.slice(0, 2);
    const carriers = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
    const about = { people, things, cities, nouns: words.get(language) ?? words.get('en')!, draws };
    const own = prose.filter((document) => document.language === language);
    const earlier = latest.get(language) ?? [];
    latest.set(language, earlier);
    for (const carrier of carriers) {
      const whole = carrier.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t');
      for (let round = 0; round < ROUNDS; round++) {
        const one = recased(filled(whole, language, about), draws);
        const isProse = own.length > 0 && draws.below(100) < BEHIND_PROSE;
        const before = isProse ? { text: draws.of(own).text, names: [] } : earlier.at(-1 - draws.below(MOST_EARLIER));
        sentences.push(before !== undefined && draws.below(100) < BEHIND ? behind(before, one, draws) : one);
        earlier.push(one);
      }
    }
  }
  return sentences;
}
