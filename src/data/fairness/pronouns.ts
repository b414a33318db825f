/** Maps pronouns to the other gender by their grammatical role: "her" is "his" or "him", "his" is "her" or "hers". */
import { table } from '../../base/table.ts';
import type { Gender } from './gender-lexicon.ts';
import { lexicon } from './gender-lexicon.ts';
import { wordSet, type Word } from './words.ts';

export const PRONOUNS: ReadonlyMap<string, Gender> = new Map([
  ...(['he', 'him', 'his', 'himself'] as const).map((word) => [word, 'male'] as const),
  ...(['she', 'her', 'hers', 'herself'] as const).map((word) => [word, 'female'] as const),
]);

const PLAIN: Record<string, string> = table({
  he: 'she',
  she: 'he',
  him: 'her',
  hers: 'his',
  himself: 'herself',
  herself: 'himself',
});

/** The other pronoun; undefined if it depends on the sentence's meaning. */
export function otherPronoun(words: readonly Word[], at: number): string | undefined {
  const { lower } = words[at];
  if (lower === 'his') return standsAlone(words, at) ? 'hers' : 'her';
  if (lower === 'her') return otherHer(words, at);
  return PLAIN[lower];
}

/** Words that cannot start a possessed noun phrase. */
const CLOSED = wordSet(
  `a an the this these those some any no every each and or but nor so because if when while whenever before after until
  unless although though since as than that which who whom whose what where why how to for from in into on onto at by with
  without about of off against toward towards through during despite between among across around behind beside besides
  beyond near under upon via is was are were be been has had have do does did will would can could should may might must
  shall isn't wasn't it he she they we you i them us me him my your our their its too also again instead anymore anyway
  yesterday today tomorrow tonight there here once twice not even much ever forever somewhere anywhere everywhere nothing
  something anything everything whatever whoever wherever however let's
  himself herself myself yourself themselves itself elsewhere already afterwards seem seems seemed`,
);

/** Words after which "his" stands alone: "It is his and mine", but "his much younger brother". */
const AFTER_ALONE = wordSet(
  `and or but nor because if when while as than that which who is was are were has had have do does did will would can
  could should may might must for from in into on at by with without about to of until since before after`,
);

/** "It was his too.", "his once proud house". */
const PERHAPS_LAST = wordSet('too also again now alone instead not already once then yet anyway still forever');

/** Before these "her" is an object: "called her up", "saw her again". */
const AFTER_OBJECT = wordSet('up out away over down along aside apart alone now then yet either soon immediately');

/** Ambiguous: "called her back", "her back hurts". */
const EITHER = wordSet(
  'back home well right past inside outside more less better very late still just always never first only like all good next',
);

/** Verbs that take two objects or an infinitive: "gave her flowers", "made her cry". */
const DOUBLE = wordSet(
  `give gives gave given giving tell tells told telling show shows showed shown showing send sends sent sending ask asks
  asked asking offer offers offered offering buy buys bought buying teach teaches taught teaching pay pays paid paying
  bring brings brought bringing hand hands handed owe owes owed promise promised wish wished lend lends lent call calls
  called calling name named make makes made making let lets letting help helps helped helping see sees saw seen seeing
  hear hears heard hearing watch watches watched watching have has had having get gets got getting feel feels felt
  consider considered find finds found finding leave left grant granted award awarded deny denied spare spared earn
  earned cost costs cook cooked read sing sang serve served feed fed appoint appointed elect elected crown crowned
  build built do does did done doing win won wins winning charge charged charges think thinks thought believe believes
  believed imagine imagined render rendered prove proved save saved keep kept keeping notice noticed order ordered write wrote`,
);

/** Nouns possessed rather than received: "told her mother", "shook her head". */
const OWN = wordSet(
  `own hand hands head face eyes hair arm arms heart mind voice lips name age job work house home parents family child
  children kids friend friends boss colleague colleagues partner spouse doctor lawyer neighbour neighbor teacher`,
);

function otherHer(words: readonly Word[], at: number): string | undefined {
  if (endsThere(words, at)) return 'him';
  const next = beside(words, at, 1)!;
  const { lower } = words[next];
  if (AFTER_OBJECT.has(lower)) return 'him';
  if (EITHER.has(lower) || (lower.endsWith('ing') && !THINGS.has(lower))) return undefined;
  // "Won her France's prize", "her Honda".
  if (words[next].isCapital && !words[at].isCapital) return undefined;
  const isAdverb = lower.endsWith('ly') && !LIKE_ADVERBS.has(lower);
  if (isAdverb) return endsThere(words, next) ? 'him' : undefined;
  const before = beside(words, at, -1);
  const isDouble = before !== undefined && DOUBLE.has(words[before].lower);
  const isOwned = OWN.has(lower) || lexicon().words.has(lower);
  return isDouble && !isOwned ? undefined : 'his';
}

/** Nouns that look like participles. */
const THINGS = wordSet(
  'wedding feeling building meaning king ring thing evening morning clothing meeting training reading ' +
    'writing earring painting spring string wing being sibling offspring darling ceiling savings',
);

const LIKE_ADVERBS = wordSet(
  'only early family lovely friendly daily weekly monthly yearly elderly lonely likely ugly silly holy belly ally reply supply assembly costly lively',
);

/** Whether "his" means "hers": no noun follows that it could possess. */
function standsAlone(words: readonly Word[], at: number): boolean {
  const next = beside(words, at, 1);
  if (next === undefined || AFTER_ALONE.has(words[next].lower)) return true;
  if (PERHAPS_LAST.has(words[next].lower)) return standsAlone(words, next);
  return isBreak(words, at, next);
}

/** Whether nothing follows that the pronoun could belong to. */
function endsThere(words: readonly Word[], at: number): boolean {
  const next = beside(words, at, 1);
  return next === undefined || CLOSED.has(words[next].lower) || isBreak(words, at, next);
}

/** Whether punctuation follows; a quotation mark right after the pronoun closes a quotation. */
function isBreak(words: readonly Word[], at: number, next: number): boolean {
  const { text, start } = words[next];
  return /^["“‘']/u.test(text) ? start === words[at].end : !/^[\p{L}\d]/u.test(text);
}

/**
 * Index of the next or previous word. A sentence continues after a line break if the next line starts in lower case.
 */
function beside(words: readonly Word[], at: number, step: 1 | -1): number | undefined {
  const isBroken = words[at + step]?.text === '\n' && /^\p{Ll}/u.test(words[at + 2 * step]?.text ?? '');
  const place = at + (isBroken ? 2 : 1) * step;
  return words[place] === undefined ? undefined : place;
}
