/** Ages over 89 in words: "ninety-four years old", "einundneunzigjährig", "her hundredth birthday". */
import { ageForms } from '../ages.ts';
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';
import { Walk } from '../words/walk.ts';
import { WordPattern } from '../words/word-pattern.ts';

/** Numbers from 90 to 119; those of a hundred only where something more says that they are ages. */
const NUMBERS = [
  String.raw`ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: (?:and )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?`,
  String.raw`(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?neunzig|(?:ein)?hundert(?:(?:und)?(?:eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn))?`,
  String.raw`quatre[- ]vingt[- ](?:dix[- ](?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize)|nonante(?:[- ](?:et[- ]un|deux|trois|quatre|cinq|six|sept|huit|neuf))?|cent (?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)`,
  String.raw`noventa(?: y (?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))?|ciento (?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)|cien`,
  String.raw`novant(?:uno|adue|atré|atre|aquattro|acinque|asei|asette|otto|anove|a)|cento(?:uno|due|tre|quattro|cinque|sei|sette|otto|nove|dieci)`,
  String.raw`noventa(?: e (?:um|uma|dois|duas|três|quatro|cinco|seis|sete|oito|nove))?|cento e (?:um|dois|três|quatro|cinco|seis|sete|oito|nove|dez)`,
  String.raw`(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen)[eë]nnegentig|negentig|honderd(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien)`,
  String.raw`dziewięćdziesi(?:ąt|ęciu)(?: (?:jeden|dwa|dwie|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|jednego|dwóch|trzech|czterech|pięciu|sześciu|siedmiu|ośmiu|dziewięciu))?|sto (?:jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|dziesięć)`,
  String.raw`nittio?(?:en|ett|två|tre|fyra|fem|sex|sju|åtta|nio)?|(?:ett)?hundra(?:en|ett|två|tre|fyra|fem|sex|sju|åtta|nio)`,
];
const WORDS = NUMBERS.join('|');
/** The longest of any language: "noventa" is Spanish in "noventa e oito" too. */
const WHOLE = NUMBERS.map((words) => new RegExp(String.raw`^(?:${words})(?!\p{L})`, 'iu'));
const ORDINALS =
  /(?<!\p{L})(?<age>ninet(?:ieth|y[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))|(?:one[- ])?hundredth|(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und)?neunzigst\p{L}{1,2}|hundertst\p{L}{1,2}|nonagésim[oa]|nonagesim[oa]|novantesim[oa]|negentigste|dziewięćdziesiąt\p{L}{1,3}|setn\p{L}{1,3}|nittionde|hundrade)(?= (?:birthday|geburtstag|cumpleaños|compleanno|verjaardag|urodzin|aniversário|födelsedag))/giu;
const walk = new Walk();
const FORMS = [...ageForms(WORDS), ORDINALS].map((form) => new Expression(form, { walk }));
const BEGIN = new WordPattern(
  String.raw`(?<!\p{L})(?:${WORDS}|ninetieth|hundredth|nonag|novantesim|negentigst|setn|nittionde|hundrade)`,
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
    for (const { index } of BEGIN.matches(text)) {
      if (index < from) continue;
      const start = Math.max(0, index - REACH);
      const area = text.slice(start, index + REACH);
      from = index + REACH / 2;
      for (const match of FORMS.flatMap((form) => form.matches(area))) {
        const value = Object.values(match.groups!).find((group) => group !== undefined)!;
        const at = start + match.index + match[0].lastIndexOf(value);
        const longest = WHOLE.map((form) => form.exec(text.slice(at, at + REACH))?.[0].length ?? 0);
        const end = at + Math.max(value.length, ...longest);
        if (!DURATION.test(text.slice(end, end + 24))) yield { start: at, end, score: 0.85 };
      }
    }
  },
};
