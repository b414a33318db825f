/** Number plates of Asia, Africa and the east of Europe by the form that their countries give them: "品川 330 さ 44-71", "38더 6036", "51K-903.16". */
import type { Recogniser } from '../recogniser.ts';
import { Expression } from '../words/expression.ts';

/** Forms that hardly anything else has. */
const OWN = [
  // Russia, Ukraine, Greece
  String.raw`[АВЕКМНОРСТУХ] ?\d{3} ?[АВЕКМНОРСТУХ]{2} ?(?:\d{2,3}|\/ ?\d{2,3})|[АВЕІКМНОРСТХ]{2} ?\d{4} ?[АВЕІКМНОРСТХ]{2}|[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]{3}-\d{4}`,
  // Vietnam; Kenya, Uganda, Tanzania; Nigeria; South Africa's provinces; the Emirates
  String.raw`\d\d[A-Z][A-Z\d]?[- ]\d{3}\.\d\d|(?:K[A-Z]{2}|KM[A-Z]{2}|U[A-Z]{2}) \d{3}[A-Z]|T ?\d{3} ?[A-Z]{3}|[A-Z]{3}-\d{3}-?[A-Z]{2}|[A-Z]{2,3} ?\d\d\d? ?(?:[A-Z]{2} ?)?(?:GP|MP|NW|EC|WP)`,
  // Arabic letters one by one
  String.raw`(?:[ء-ي] ){3}\d{1,4}|\d{3,4} (?:[ء-ي] ){2}[ء-ي]`,
].join('|');
/** No space need stand around these. */
const OWN_UNSPACED = [
  String.raw`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-Z][·• ]?[A-HJ-NP-Z\d]{5,6}(?![A-Z\d])`,
  String.raw`(?:[一-鿿]{1,4}|なにわ|つくば|いわき|とちぎ|あきた|ひたち) ?\d{2,3}[A-Z]? ?[あ-ん] ?(?:\d\d-\d\d|・{0,3}\d{0,3}[・\d]-?\d{1,2})(?![\d-])`,
].join('|');
/** Forms that are plates beside words of traffic. */
const BESIDE = [
  String.raw`\d{2,3}[가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자하허호배] ?\d{4}(?!\d)`,
  String.raw`(?<![ก-๙])(?:\d ?)?[ก-ฮ]{1,2} ?\d{1,4}(?![\d,.])`,
  String.raw`(?<![A-Z\d-])(?:[A-Z]{3}-\d{4}|\d{4}-[A-Z]{2}|[A-Z]{2}-\d{4}|[A-Z]{3} \d{1,4} ?[A-Z]|S[A-Z]{2}\d{1,4}[A-Z]|[A-Z]{1,2} \d{1,4} [A-Z]{1,3}|\d\d[A-Z][A-Z\d]?[- ]?\d{4,5}|G[A-Z]-\d{1,4}-\d\d|[A-Z]{3}-\d{3})(?![A-Z\d-])`,
  String.raw`(?<![ء-ي])(?:[ء-ي] ?){1,3}\d{3,4}(?!\d)`,
].join('|');
const STRONG = new Expression(
  new RegExp(String.raw`(?<![\p{L}\p{N}/.-])(?:${OWN})(?![\p{L}\p{N}/-]|\.\d)|${OWN_UNSPACED}`, 'gu'),
  { isNearDigits: true },
);
const WEAK = new Expression(new RegExp(BESIDE, 'gu'), { isNearDigits: true });
const TRAFFIC = new RegExp(
  [
    '车牌|車牌|车号|車號|驗車|验车|车主|車主|停车|停車|轿车|轎車|汽车|汽車|機車|车辆|車輛|违停|違規停車|肇事|駕駛|驾驶|차량|차주|주차|번호판|승용차|트럭|자동차|운전|뺑소니|접촉사고|오토바이|รถ|ทะเบียน|จักรยานยนต์',
    String.raw`(?<!\p{L})(?:(?:ال|بال|وال|لل)?(?:سيار(?:ة|تي|ته)|لوح(?:ة|ات)|مركب(?:ة|ته)|شاحن(?:ة)|مخالف(?:ة))|xe|ô tô|biển số|mobil(?:nya)?|motor(?:nya)?|plat|nopol|kendaraan|kenderaan|kereta|parkir|gari|pikipiki|matatu|boda|tuk[- ]?tuk|okada|jeepney|tricycle|sasakyan|plate|vehicle|car|van|lorry|taxi|grab|truck|motorcycle|motorbike|parked|driver|hirer|LTA|VRLS|katsastu\p{L}{1,4}|ajoneuvo\p{L}{0,4}|auto(?:n|lla|ni|sta|ssa)?|rekisteri\p{L}{0,8}|farmari|pysäköi\p{L}{1,4})(?!\p{L})`,
  ].join('|'),
  'iu',
);
/** Stock, versions and money. */
const OTHER =
  /^(?:SKU|SGD|USD|ISO|INV|RFC|CVE|MYR|PHP|KES|NGN|ZAR|IDR|VND|UTC|GMT|EST|EUR|GBP|REF|MRN|ICD|UHD|FHD|RTX|GTX)/;
const [BEFORE, BEHIND] = [40, 24];

export const recogniser: Recogniser = {
  name: 'plate-of-languages',
  kind: 'plate',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: value, index } of STRONG.matches(text)) {
      if (!OTHER.test(value)) yield { start: index, end: index + value.length, score: 0.72 };
    }
    for (const { 0: whole, index } of WEAK.matches(text)) {
      const value = whole.trimStart();
      const [start, end] = [index + whole.length - value.length, index + whole.length];
      if (OTHER.test(value)) continue;
      const around = `${text.slice(Math.max(0, start - BEFORE), start)}\n${text.slice(end, end + BEHIND)}`;
      if (TRAFFIC.test(around)) yield { start, end, score: 0.62 };
    }
  },
};
