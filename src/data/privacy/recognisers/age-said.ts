/** Ages over 89 of somebody who is spoken of: "my mother is 97 not 79", "enda hun blir nittito", "外婆今年九十一". */
import { NUMBERS_BEYOND, AGE_VERBS, PEOPLE } from '../age-words.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Candidate, type Recogniser } from '../recogniser.ts';
import { isBeyondLatin } from '../script-forms.ts';
import { WordPattern } from '../words/word-pattern.ts';
import { NUMBERS } from './age-in-words.ts';

const MORE_NUMBERS = [
  String.raw`hundertund(?:eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun)|quatre[- ]vingt[- ](?:dix[- ](?:sept|huit|neuf)|onze|douze|treize|quatorze|quinze|seize)|cent|cem|sto|ninety[- ](?:one|two|three|four|five|six|seven|eight|nine)`,
  String.raw`sembilan puluh(?: (?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan))?|seratus(?: (?:satu|dua|tiga))?|chín mươi(?: (?:mốt|hai|ba|bốn|tư|lăm|sáu|bảy|tám|chín))?|(?:một )?trăm(?: lẻ (?:một|hai|ba|năm))?`,
  String.raw`deväťdesiat(?:jeden|dva|tri|štyri|päť|šesť|sedem|osem|deväť)?|devedeset(?: i (?:jedan|dva|tri|četiri|pet|šest|sedam|osam|devet))?|devetdeset|üheksakümmend(?: (?:üks|kaks|kolm|neli|viis|kuus|seitse|kaheksa|üheksa))?|tisa(?:i)?ni(?: na \p{L}{3,6})?|siyamnapu(?:'t \p{L}{3,6})?|száz(?:egy|két|három|négy|öt)?|o sută(?: (?:unu|doi|trei))?|yüz(?: (?:bir|iki|üç|dört|beş))?|sata(?:yksi|kaksi|kolme)?`,
];
const ANY_NUMBER = new WordPattern(
  String.raw`(?<![\p{L}\p{N}.,:/€$£-])(?:9\d|1[01]\d|(?<words>${[...MORE_NUMBERS, ...NUMBERS].join('|')}))(?!(?!(?:th|st|nd|rd)(?!\p{L}))\p{L}|[\p{N}/:%]|[.,]\d|-\d)`,
  'iu',
);
/** Somebody, at most a few words of no other number, and what says how old. */
const SOMEBODY = leanestPattern(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}])(?:${PEOPLE})(?:['’]s)?(?:,? [^.!?;\d\n]{0,34}?)?[ ,](?:${AGE_VERBS})(?: (?:now|already|nu|nå|ya|già|já|déjà|schon|al|już|just|about|jo))? $|(?<![\p{L}\p{N}])(?:${PEOPLE})['’]s $|(?<!\p{L})(?:aged?|age is|ages)(?: about| around| approx\.?)? $|(?<!\p{L})(?:in|im|en|dans) (?:her|his|their|my|ihrem|seinem|sa|su) $|(?<!\p{L})pacjentk?a? lat $|(?<!\p{L})(?:our|my|his|her) \p{L}{2,14}['’]s $|(?<!\p{L})(?:anniversaire|aniversario|compleanno|birthday)[^.!?\d\n]{0,24}, $`,
    'iu',
  ),
);
const BEHIND_YEARS =
  /^(?:(?:th|st|nd|rd)(?=[?.!,]| (?:is|was|on|party))|(?:th|st|nd|rd) (?:year|birthday)| next birthday|[- ](?:years?|yrs?|jahren?|ans|años|anni|anos|jaar|lat|år|let|év|éves|ani|yaşında|yaşındaki|yaşına|vuotta|vuotias|vuoden|tuổi|tahun|taon|miaka|rokov|godina|godine|let|aastat|aastane)|e année|º año|\. lebensjahr)(?!\p{L})(?! (?:ago|before|later|vorher|zuvor|avant|atrás|fa|geleden|temu|sedan|siden|lalu|trước|önce|sitten|ezelőtt|of experience|alt ist d))/iu;
/** "der am 3. Mai 90 wird". */
const BECOMES = /^ (?:wird|wurde|wordt|werd)(?=[,.;]|$)/iu;
/** Nothing that is counted. */
const ENDS =
  /^(?:$|[.,;:!?)»”"\n]|\s(?:and|not|or|but|so|who|which|with|in|on|at|when|this|next|today|if|und|nicht|oder|aber|et|depuis|mais|bougies|y|pero|e|ma|mas|en|maar|i|ale|och|men|og|til|a|ja|és|ve|dan|rồi|mà|geworden|heuer|already|now|to|na|w)(?!\p{L}))/iu;
/** Numbers of a hundred say nothing without a word for years. */
const HUNDRED =
  /^(?:cent|cem|sto|száz|yüz|sata|seratus|trăm|một trăm|o sută|hundert|hundre|hundra|hundrede|cien|a hundred|one hundred)$/iu;
const REACH = 90;

export const recogniser: Recogniser = {
  name: 'age-said',
  kind: 'age',
  *find(text) {
    for (const { 0: number, index, groups } of ANY_NUMBER.matches(text)) {
      const end = index + number.length;
      const before = text.slice(Math.max(0, index - REACH), index);
      const behind = text.slice(end, end + 40);
      const isOfSomebody = SOMEBODY.test(before);
      const isOfYears = BEHIND_YEARS.test(behind);
      if (!isOfSomebody && !BECOMES.test(behind) && !(isOfYears && groups!.words !== undefined && isFree(before)))
        continue;
      if (isOfYears || BECOMES.test(behind) || (ENDS.test(behind) && !HUNDRED.test(number)))
        yield { start: index, end, score: 0.7 };
    }
    yield* beyond(text);
  },
};

/** "over ninety years", "for a hundred years": of nobody. */
function isFree(before: string): boolean {
  return !/(?<!\p{L})(?:over|for|after|in|than|last|past|seit|vor|nach|über|depuis|pendant|il y a|après|hace|desde|durante|da|per|dopo|há|durante|após|sinds|na|od|przez|po|i|under|efter|om|før|för|za|před|selama|hơn|suốt|boyunca|dla)\s$/iu.test(
    before,
  );
}

const BEYOND = NUMBERS_BEYOND.map(({ script, forms }) => ({
  script,
  patterns: forms.map((form) => leanestPattern(new RegExp(form, 'giu'))),
}));

function* beyond(text: string): Generator<Candidate> {
  if (!isBeyondLatin(text)) return;
  for (const { script, patterns } of BEYOND) {
    if (!script.test(text)) continue;
    for (const { 0: value, index } of patterns.flatMap((pattern) => matchesOf(pattern, text)))
      yield { start: index, end: index + value.length, score: 0.8 };
  }
}
