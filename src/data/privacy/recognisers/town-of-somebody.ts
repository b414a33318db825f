/** Towns that lists have where a word says that somebody lives, moves or is at home there: "daughter in Assen", "von Kempten nach Ravensburg verzogen". */
import {
  isNextTo,
  isGiven,
  isPersons,
  townAt,
  turkishTownAt,
  unknownTownAt,
  withSurroundings,
  type Town,
} from '../addresses/towns-of-text.ts';
import { isRole } from '../names/roles.ts';
import { standingOf } from '../names/features.ts';
import { tokensOf, type Form, type Token } from '../names/tokens.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';
import { KIN, LIVING, OF, PEOPLE, PREPOSITIONS } from '../residence-words.ts';

/** Tokens between a word and its town. */
const [AHEAD, BEHIND, BEHIND_KIN, UNKNOWN_WITHIN] = [11, 9, 7, 3];

/** Where somebody works, was born or is just now. */
const ELSEWHERE =
  /^(?:born|works?|worked|working|office|branch|hospital|clinic|university|store|shop|hotel|flew|flight|trip|meeting|conference|studies|studied|died|geboren|geb|arbeitet|studiert|filiale|klinik|né|née|travaille|étudie|nacid[oa]|nació|trabaja|estudia|nat[oa]|lavora|studia|nascid[oa]|nasceu|trabalha|estuda|werkt|studeert|ur|urodzon[ya]|pracuje|studiuje|född|jobbar|arbetar|studerar|født|arbejder|arbeider|jobber|narozena?|pracuje|studuje|doğumlu|çalışıyor|grew|natural|natif|native|originaire|originari[oa]|pochodzi|groeide|opgegroeid|creció|aufgewachsen|cresceu|cresciut[oa])$/;

export const recogniser: Recogniser = {
  name: 'town-of-somebody',
  kind: 'city',
  *find(text) {
    const tokens = tokensOf(text);
    for (let at = 0; at < tokens.length; at++) {
      const { form } = tokens[at];
      const residence = (form.residence ??= residenceOf(form.lower));
      if (residence === 'none') continue;
      const towns =
        residence === 'behind-name'
          ? townsOfNames(text, tokens, at)
          : townsAround(text, tokens, at, residence === 'living');
      for (const town of towns) yield candidateOf(text, tokens, town);
    }
  },
};

/** What a word says of where somebody lives; most words say nothing. */
function residenceOf(lower: string): NonNullable<Form['residence']> {
  if (LIVING.has(lower)) return 'living';
  if (PEOPLE.has(lower)) return 'people';
  return lower === ',' || lower === '(' || OF_NAMES.has(lower) ? 'behind-name' : 'none';
}

function candidateOf(text: string, tokens: readonly Token[], { from, end, isListed }: Town): Candidate {
  return { start: tokens[from].start, end: withSurroundings(text, end), score: isListed ? 0.7 : 0.6 };
}

/** Behind the word, and before it where it is a verb: "in Rostock gemeldet". */
function* townsAround(text: string, tokens: readonly Token[], at: number, isLiving: boolean): Generator<Town> {
  const isKin = KIN.has(tokens[at].lower);
  const direct = isLiving ? townDirectly(text, tokens, at) : undefined;
  if (direct !== undefined) yield direct;
  const before = PROVINCE.has(tokens[at].lower) ? townAt(text, tokens, at - 1) : undefined;
  if (before?.to === at) yield before;
  for (let next = at + 1; next < Math.min(tokens.length, at + AHEAD) && !isEnd(tokens, next); next++) {
    const town =
      turkishTownAt(tokens[next], next) ??
      townBehind(text, tokens, next, { isKin, isLiving, isNear: isLiving && next - at <= UNKNOWN_WITHIN });
    const apart = town === undefined && isKin && next - at < BEHIND_KIN ? townApart(text, tokens, next) : town;
    if (apart === undefined) continue;
    yield apart;
    next = apart.to - 1;
  }
  for (let back = at - 1; back >= Math.max(0, at - BEHIND) && !isEnd(tokens, back); back--) {
    const town =
      turkishTownAt(tokens[back], back) ??
      (isLiving ? townBehind(text, tokens, back, { isKin, isLiving, isNear: false }) : undefined);
    if (town !== undefined && town.to <= at) yield town;
  }
}

interface Cue {
  isKin: boolean;
  isLiving: boolean;
  /** Near enough for towns that no list has. */
  isNear: boolean;
}

/** "in Assen": a preposition of place at a token, and the town behind it. */
function townBehind(
  text: string,
  tokens: readonly Token[],
  at: number,
  { isKin, isLiving, isNear }: Cue,
): Town | undefined {
  const { lower } = tokens[at];
  if (!PREPOSITIONS.has(lower) || !isNextTo(tokens, at + 1) || isElsewhere(tokens, at)) return undefined;
  const town =
    townAt(text, tokens, at + 1, lower) ?? (isNear && !OF.has(lower) ? unknownTownAt(tokens, at + 1) : undefined);
  if (town === undefined || goesOn(tokens, town.to, lower)) return undefined;
  if (tokens[town.to] !== undefined && ELSEWHERE.test(tokens[town.to].lower)) return undefined;
  const mayBeWhose = isKin || (isLiving ? isGiven(tokens[at + 1].text) : isPersons(tokens[at + 1].text));
  return OF.has(lower) && mayBeWhose && !isBent(lower) ? undefined : town;
}

/** In Polish and Czech nobody's name stands behind these. */
function isBent(preposition: string): boolean {
  return preposition === 'z' || preposition === 'ze';
}

/** "wohnh. Nordhorn", "location: Hosur". */
function townDirectly(text: string, tokens: readonly Token[], at: number): Town | undefined {
  if (!DIRECT.has(tokens[at].lower)) return undefined;
  let next = at + 1;
  while (next < at + 3 && tokens[next] !== undefined && '.:'.includes(tokens[next].text)) next++;
  const town = townAt(text, tokens, next);
  return town === undefined || tokens[next].style === 'small' || goesOn(tokens, town.to, '') ? undefined : town;
}

/** "Kayseri ilinde". */
const PROVINCE: ReadonlySet<string> = new Set(['ilinde', 'ilçesinde']);

const DIRECT: ReadonlySet<string> = new Set(
  'wohnh wohnhaft gemeldet wohnsitz wohnort residence location domicile domicilio residenza residência residencia zam bytem bydliště bopæl bosted folkbokförd woonplaats ikamet'.split(
    ' ',
  ),
);

/** ", Venray," and "(Fulda)" behind a relative. */
function townApart(text: string, tokens: readonly Token[], at: number): Town | undefined {
  const mark = tokens[at].text;
  if (mark !== ',' && mark !== '(') return undefined;
  const town = townAt(text, tokens, at + 1);
  if (town === undefined || tokens[at + 1].style === 'small' || isPersons(tokens[at + 1].text)) return undefined;
  return isClosed(tokens, town.to, mark) ? town : undefined;
}

function isClosed(tokens: readonly Token[], at: number, mark: string): boolean {
  const next = tokens[at]?.text;
  return mark === '(' ? next === ')' : next === undefined || ',.;)\n'.includes(next);
}

/** Hardly ever whose somebody is. */
const FROM: ReadonlySet<string> = new Set('aus vo uit från fra'.split(' '));
const OF_NAMES: ReadonlySet<string> = new Set('of aus from uit från fra z ze vo iz din'.split(' '));

/** "Olive Green of Diss", "Murat Kaya (Gaziantep)", "Sepp Thoma, Oberammergau." */
function* townsOfNames(text: string, tokens: readonly Token[], at: number): Generator<Town> {
  const { lower } = tokens[at];
  const isMark = lower === ',' || lower === '(';
  if (!isName(tokens, at)) return;
  const town =
    townAt(text, tokens, at + 1, isMark ? undefined : lower) ??
    (FROM.has(lower) ? unknownTownAt(tokens, at + 1) : undefined);
  if (town === undefined || tokens[at + 1].style === 'small') return;
  if (isMark ? isPersons(tokens[at + 1].text) : isGiven(tokens[at + 1].text)) return;
  if (isMark ? isClosed(tokens, town.to, lower) && !isListGoingOn(tokens, town.to) : !goesOn(tokens, town.to, lower))
    yield town;
}

/** ", Dallas, Denver": one of several behind commas is left to others. */
function isListGoingOn(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.text === ',' && tokens[at + 1]?.isCapital === true;
}

/** Somebody's given and family name before a token. */
function isName(tokens: readonly Token[], at: number): boolean {
  const last = tokens[at - 1];
  if (at < 2 || !last.isCapital || last.text === '\n' || isRole(last.lower)) return false;
  if (isRole(tokens[at - 2].lower)) return true;
  const isParticle = !tokens[at - 2].isCapital && at > 2 && tokens[at - 2].text.length < 4;
  const first = tokens[isParticle ? at - 3 : at - 2];
  return first.isCapital && standingOf(first.text).given !== '0' && first.text.length > 1;
}

/** The end of a sentence or a line. */
function isEnd(tokens: readonly Token[], at: number): boolean {
  const { text } = tokens[at];
  if (text === '\n' || text === ';' || text === '!' || text === '?') return true;
  return text === '.' && (at === 0 || tokens[at - 1].text.length > 2) && tokens[at + 1]?.isCapital !== false;
}

const GERMAN: ReadonlySet<string> = new Set(['aus', 'nach', 'von', 'vo']);

/** "in Boston General": part of a longer name. Nouns of German are none. */
function goesOn(tokens: readonly Token[], at: number, preposition: string): boolean {
  if (!isNextTo(tokens, at) || tokens[at].start === tokens[at - 1].end) return false;
  const { isCapital, text, style } = tokens[at];
  return isCapital && style === 'both' && !(GERMAN.has(preposition) && standingOf(text).everyday === '1');
}

function isElsewhere(tokens: readonly Token[], at: number): boolean {
  for (let before = at - 1; before >= Math.max(0, at - 3); before--) {
    if (LIVING.has(tokens[before].lower)) return false;
    if (ELSEWHERE.test(tokens[before].lower)) return true;
  }
  return false;
}
