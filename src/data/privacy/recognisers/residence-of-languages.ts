/** Where somebody lives, in languages that bend the town, write it in other letters or put it first: "живёт в Сызрани", "Mezőkövesden él", "전남 강진에 사세요". */
import type { Recogniser } from '../recogniser.ts';
import { isBeyondLatin } from '../script-forms.ts';
import { Expression } from '../words/expression.ts';

interface Language {
  /** Its words have letters beyond Latin, as most texts have not. */
  isBeyondLatin: boolean;
  /** Words of living. */
  verb: Expression;
  /** What stands behind the verb, from its end on, with the town; and before it, up to its start. */
  behind?: RegExp;
  before?: RegExp;
}

const CAPITAL = String.raw`(?<town>\p{Lu}\p{Ll}[\p{L}’'-]{1,24}(?: \p{Lu}\p{Ll}[\p{L}’'-]{1,20})?)`;
/** A small word or two between: "now", "alone". */
const SMALL = String.raw`(?: \p{Ll}{1,12}){0,2}`;

/** The words of an entry behind what `word` puts around them. */
const IN_LATIN = /\(\?:[a-z\u00c0-\u024f]/;

function language(verbs: string, { behind, before }: { behind?: string; before?: string }): Language {
  // All words of one entry begin with letters of the same script.
  const isOfWords = IN_LATIN.test(verbs);
  return {
    isBeyondLatin: !isOfWords,
    verb: new Expression(new RegExp(verbs, 'giu'), { isOfWords }),
    ...(behind !== undefined && { behind: new RegExp(`^${behind}`, 'u') }),
    ...(before !== undefined && { before: new RegExp(`${before}$`, 'u') }),
  };
}

const word = (words: string): string => String.raw`(?<![\p{L}\p{M}])(?:${words})(?![\p{L}\p{M}])`;
const HAN = '[一-鿿]';

const LANGUAGES: readonly Language[] = [
  language(
    word(
      'жив[её]т|живу|живут|жила?|проживает|проживаю|проживают|проживающ(?:ий|ая|его|ей)|живе|мешкає|мешкаю|мешкають|проживає|мешкан(?:ець|ка)|переехал[аи]?|переїхал[аи]?|переїхав|прописан[аы]?|зареєстрован[аий]{0,2}|зарегистрирован[аы]?|живее|мешкав|мешкала',
    ),
    {
      behind: `${SMALL} (?:в|во|у|під|под|на|до|с|із|з) (?:(?:г|м|с|пгт|смт)\\. ?|город[еу]? |місті |селі |селе )?${CAPITAL}`,
      before: `(?<![\\p{L}])(?:в|во|у|под|під) ${CAPITAL}${SMALL} `,
    },
  ),
  language(
    word(
      'μένει|μένω|μένουν|μένουμε|κατοικεί|κατοικώ|ζει|ζω|κάτοικος|είμαι πια|διαμένει|διαμένω|μετακόμισ(?:ε|α|αν)|(?:δεν μένω πια, )?είμαι',
    ),
    {
      behind: `${SMALL} (?:σ(?:τη|την|το|τον|τα|τους|τις)|σε) ${CAPITAL}(?<!(?:Σχολ|Νοσοκομ|Κλινικ|Τράπεζ|Πανεπιστ|Γραφεί)\\p{L}{0,8})`,
    },
  ),
  language(word('él|élő|élek|élnek|lakik|lakom|lakó|lakos|laknak|költözött|költöztek|lakosú|illetőségű'), {
    before: `(?<![\\p{L}])(?<town>\\p{Lu}\\p{Ll}[\\p{L}-]{2,24}(?:ban|ben|on|en|ön|n|ott|ett|ött|ra|re|ba|be|i))${SMALL} `,
  }),
  language(word('asuu|asun|asuva(?:n|lle|t)?|asuvat|asui|asunut|muutti|muuttaa|muuttanut'), {
    behind: `${SMALL} (?<town>\\p{Lu}\\p{Ll}[\\p{L}-]{2,24}(?:ss[aä]|ll[aä]|lle|iin|oon|aan|ään|een|uun|yyn|öön))(?!\\p{L})`,
    before: `(?<town>\\p{Lu}\\p{Ll}[\\p{L}-]{2,24}(?:ss[aä]|ll[aä])) `,
  }),
  language(word('obyvatel(?:ka|kou|ky|em|e)?|občan(?:ka|kou|em)?|rod[aá]k|rodačka|cetățean|locuitoare|locuitor'), {
    behind: ` (?:obce |města |din |z )?${CAPITAL}`,
  }),
  language(word('sống|cư trú|ngụ|thường trú|tạm trú|chuyển (?:nhà|trường)|dọn|quê|đang ở'), {
    behind: `(?: (?:một mình|cùng (?:con|bà|mẹ)|ở|tại|về|đến|vào|ra|quê))* (?:tỉnh |thành phố |tp\\.? ?|huyện |xã )?(?<town>\\p{Lu}\\p{L}{1,7}(?: \\p{Lu}\\p{L}{1,7}){1,3})`,
  }),
  language(
    word(
      'tinggal|menetap|berdomisili|domisili|pindah|beralamat|bermastautin|nakatira|naninirahan|lumipat|taga|anaishi|wanaishi|naishi|anakaa|mkazi|woon(?:agtig)?',
    ),
    {
      behind: `${SMALL} (?:di|ke|sa|katika|wa|in) ${CAPITAL}|^-?(?<town>(?<=taga-?)\\p{Lu}\\p{L}{2,20})|^ (?<town>(?<=(?:anaishi|wanaishi|naishi|anakaa) )\\p{Lu}\\p{L}{2,20})`,
    },
  ),
  language(word('[تيأن]قيم|[تيأن]قيمون|[تيأن]سكن(?:ون)?|ساكنة?|مقيمة?|يعيش|تعيش|أعيش'), {
    behind: `(?: (?:حاليا|حالياً|الآن|وحدها|وحده))? (?:في|ب)(?: (?:مدينة|محافظة|قرية|حي))? (?<town>[ء-ي]{3,14})`,
  }),
  language(word('גרה?|גרים|מתגוררת?|תושבת?|עברה? לגור'), {
    behind: `(?:: ?(?<town>[א-ת]{3,12}(?:[ -](?<=(?:קריית|תל|בני|ראש|כפר|באר|פתח|רמת|גבעת|בית|נס|הוד|מעלה|נוף|זכרון|גן|אור|יד) )[א-ת]{2,10})?)|(?: (?:היום|עכשיו|לבד|כיום))? (?<town>ב[א-ת]{3,12}(?:[ -](?<=(?:קריית|תל|בני|ראש|כפר|באר|פתח|רמת|גבעת|בית|נס|הוד|מעלה|נוף|זכרון|גן|אור|יד) )[א-ת]{2,10})?))`,
  }),
  language(word('रहती|रहते|रहता|निवासी'), {
    behind: ` (?:हैं?|हूँ) (?<town>[\\u0900-\\u0963]{3,16}) में`,
    before: `(?<![\\u0900-\\u0963])(?<town>[\\u0900-\\u0963]{3,16}) (?:में|के|की) (?:अकेल[ीे] )?`,
  }),
  language('(?:혼자 |함께 |같이 )?(?:사세요|사신다|사시는|사시고|사는|살아요|살고|삽니다|살며)', {
    before: `(?<![가-힣])(?<town>[가-힣]{2,4}(?: [가-힣]{2,4})?)에서? `,
  }),
  language('거주', { before: `(?<![가-힣])(?<town>[가-힣]{2,4}(?: [가-힣]{2,4})?)(?:에서?)? ` }),
  language('ご?在住|に住|にお住まい|で暮ら|に転居|へ引っ越|に引っ越', {
    before: `(?<town>${HAN}{1,3}[都道府県]${HAN}{1,5}[市区郡町村]|${HAN}{1,5}[市区町村]|${HAN}{2,3}[都道府県])`,
  }),
  language('(?:现住|現住|家住|住在|居住在|搬到|搬去|老家在|住(?![院房宅户戶客處处址民宿]))', {
    behind: `(?<town>${HAN}{2,9}?[市县縣镇鎮乡鄉村区區州港里])`,
    before: `[在于](?<town>${HAN}{2,8}[市县縣镇鎮乡鄉村区區])`,
  }),
  language('(?:อาศัย|พัก)?อยู่(?:ที่|บ้าน|แถว)|บ้านอยู่|ย้ายไป(?:อยู่)?', {
    behind: `(?:ที่)? ?(?<town>(?:(?:ตำบล|อำเภอ|จังหวัด|เขต|แขวง|[ตอจ]\\.) ?[ก-๙]{2,20} ?){1,4})`,
  }),
];

const LATIN_LANGUAGES = LANGUAGES.filter((one) => !one.isBeyondLatin);

/** Places of everybody: at home, in a flat, abroad, in a home. */
const NOWHERE =
  /^(?:혼자|함께|같이|시골|집|아파트|원룸|외국|해외|서로|여기|거기|지금|현재|근처|이 동네|بيت|منزل|البيت|المنزل|شقة|شقته|الخارج|دار|المدينة|القرية|سلام|خوف|فقر|حالة|ظروف|هذه|هذا|نفس|בבית(?: .*)?|בדירה(?: .*)?|אצל|אצלנו|אצלי|כאן|איתנו|איתי|לבד|घर|शहर|बाद|आपस|इस|उस|जिस|किराए|हॉस्टल|बीच|पहले|गांव|गाँव|विदेश|साथ|अकेले|पास|यहीं|यहाँ|Интернет\p{L}*|Россию?|России|Європ\p{L}+|Европ\p{L}+|Facebook|Google|Jalan|Jln|Česk\p{L}+|Evrop\p{L}+|Slovensk\p{L}+|Talossa|Kodissa|Siellä|Täällä|Missä|Naapurissa|Asunnossa|Meillä|Heillä|Samassa|Kerrostalossa|Rivitalossa|Kylässä|Kaupungissa|Maalla|Sillä|Tässä)$/u;
const [REACH_BEHIND, REACH_BEFORE] = [70, 36];

export const recogniser: Recogniser = {
  name: 'residence-of-languages',
  kind: 'city',
  *find(text) {
    const languages = isBeyondLatin(text) ? LANGUAGES : LATIN_LANGUAGES;
    for (const { verb, behind, before } of languages) {
      for (const { 0: said, index } of verb.matches(text)) {
        const end = index + said.length;
        const after = behind?.exec(text.slice(end, end + REACH_BEHIND));
        const town = after?.groups!.town?.trimEnd();
        if (town !== undefined && !NOWHERE.test(town)) {
          const start = end + after!.index + after![0].lastIndexOf(town);
          yield { start, end: start + town.length, score: 0.66 };
        }
        const from = Math.max(0, index - REACH_BEFORE);
        const ahead = before?.exec(text.slice(from, index));
        const place = ahead?.groups!.town;
        if (place === undefined || NOWHERE.test(place)) continue;
        const start = from + ahead!.index + ahead![0].indexOf(place);
        yield { start, end: start + place.length, score: 0.66 };
      }
    }
  },
};
