/** Ages over 89 in words: "ninety-four years old", "einundneunzigjährig", "her hundredth birthday". */
import { greatest } from '../../../base/many.ts';
import { agesIn } from '../ages.ts';
import type { Recogniser } from '../recogniser.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** Numbers from 90 to 119; those of a hundred only where something more says that they are ages. */
export const NUMBERS = [
  String.raw`ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: (?:and )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?`,
  String.raw`(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?neunzig|(?:ein)?hundert(?:(?:und)?(?:eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn))?`,
  String.raw`quatre[- ]vingt[- ](?:dix[- ](?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize)|nonante(?:[- ](?:et[- ]un|deux|trois|quatre|cinq|six|sept|huit|neuf))?|cent (?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)`,
  String.raw`noventa(?: y (?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))?|ciento (?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)|cien`,
  String.raw`novant(?:uno|adue|atré|atre|aquattro|acinque|asei|asette|otto|anove|a)|cento(?:uno|due|tre|quattro|cinque|sei|sette|otto|nove|dieci)`,
  String.raw`noventa(?: e (?:um|uma|dois|duas|três|quatro|cinco|seis|sete|oito|nove))?|cento e (?:um|dois|três|quatro|cinco|seis|sete|oito|nove|dez)`,
  String.raw`(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)[eë]nnegentig|negentig|honderd(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien)`,
  String.raw`dziewięćdziesi(?:ąt|ęciu)(?: (?:jeden|dwa|dwie|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|jednego|dwóch|trzech|czterech|pięciu|sześciu|siedmiu|ośmiu|dziewięciu))?|sto (?:jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|dziesięć)`,
  String.raw`devadesát(?:[ -]?(?:jedna|jeden|dva|dvě|tři|čtyři|pět|šest|sedm|osm|devět))?|(?:(?:en|to|tre|fire|fem|seks|syv|otte|ni)og)?halvfems|nitti(?:en|to|tre|fire|fem|seks|sju|syv|åtte|ni)?|(?<!(?:to|tre|fire|fem|seks|syv|sju|otte|åtte|ni) )hundre(?:de)?(?!\p{L})`,
  String.raw`yhdeksänkymmentä(?:yksi|kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän)?|kilencven(?:egy|két|kettő|három|négy|öt|hat|hét|nyolc|kilenc)?|nouăzeci(?: și (?:unu|una|doi|două|trei|patru|cinci|șase|șapte|opt|nouă))?|doksan(?: (?:bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz))?`,
  String.raw`nittio?(?:en|ett|två|tre|fyra|fem|sex|sju|åtta|nio)?|(?:ett)?hundra(?:en|ett|två|tre|fyra|fem|sex|sju|åtta|nio)`,
];
const WORDS = NUMBERS.join('|');
/** The longest of any language: "noventa" is Spanish in "noventa e oito" too. */
const WHOLE = NUMBERS.map((words) => new RegExp(String.raw`^(?:${words})(?!\p{L})`, 'iu'));
const ORDINAL =
  /^(?:ninet(?:ieth|y[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))|(?:one[- ])?hundredth|(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?neunzigst\p{L}{1,2}|hundertst\p{L}{1,2}|nonagésim[oa]|nonagesim[oa]|novantesim[oa]|negentigste|dziewięćdziesiąt\p{L}{1,3}|setn\p{L}{1,3}|nittionde|hundrade)(?= (?:birthday|geburtstag|cumpleaños|compleanno|verjaardag|urodzin|aniversário|födelsedag))/iu;
/** What a number is read as: the forms know how it is said that digits are an age. */
const AS_DIGITS = '94';
const BEGIN = new WordPattern(
  String.raw`(?<!\p{L})(?:(?<number>${WORDS})|ninetieth|hundredth|nonag|novantesim|negentigst|setn|nittionde|hundrade)`,
  'iu',
);
const REACH = 60;
/** "ninety years ago" says nothing of a person. */
const DURATION =
  /^\s?(?:years?|jahren?|ans|años|anni|jaar|lata?|år|anos)(?= (?:ago|later|earlier|after|before|of(?! age)|since|zuvor|später|lang|nach|plus tard|auparavant|après|atrás|después|antes|fa\b|dopo|prima|geleden|later|temu|później|sedan|senare|depois))/iu;

export const recogniser: Recogniser = {
  name: 'age-in-words',
  kind: 'age',
  *find(text) {
    let from = 0;
    for (const { 0: word, index, groups } of BEGIN.matches(text)) {
      if (index < from) continue;
      const before = text.slice(Math.max(0, index - REACH), index);
      const near = text.slice(index, index + REACH);
      const length = greatest(
        WHOLE.map((form) => form.exec(near)?.[0].length ?? 0),
        word.length,
      );
      const ordinal = ORDINAL.exec(near)?.[0].length;
      const end = index + (ordinal ?? length);
      const isNumber = groups!.number !== undefined && isAge(before, near.slice(length));
      if (ordinal === undefined && !isNumber) continue;
      from = end;
      if (!DURATION.test(text.slice(end, end + 24))) yield { start: index, end, score: 0.85 };
    }
  },
};

/** Whether a number is one by what stands before and behind it. */
function isAge(before: string, behind: string): boolean {
  return agesIn(`${before}${AS_DIGITS}${behind}`).some(({ start }) => start === before.length);
}
