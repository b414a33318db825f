/** Files of courts and authorities by the form that their countries give them. */
import { patternRecogniser } from '../recogniser.ts';

const FORMS = [
  // United States: "2:19-cr-00321"; district and year alone, "20-CV-1183"
  String.raw`\d:\d\d-(?:cv|cr|mc|md|mj|bk|ap|po)-\d{3,6}(?:-[A-Z]{2,4}){0,3}|\d\d-(?:CV|CR|MC|MJ|BK|cv|cr|mj|bk)-\d{3,6}|[1-9]:\d\d(?:cv|cr)\d{3,6}`,
  // Germany and Austria: "12 O 334/20", "3 StR 12/19", "5 Cs 210 Js 3344/20"
  String.raw`(?:[IVX]{1,4}|\d{1,4}) (?:[A-Z]|[A-Z][a-z]{1,2}|[IVX]{2,5}|StR|AZR|AR|OWi|VRs|[A-Z][a-z] \d{1,4} Js) \d{1,6}\/(?:19|20)?\d\d(?: ?[a-z])?`,
  // The Netherlands: "8204471 CV EXPL 20-4471"; Portugal: "447/21.0T8LSB"
  String.raw`\d{6,8} (?:[A-Z]{2} ){1,2}(?:EXPL|VERZ|RK|ZA) \d\d-\d{1,5}|\d{1,5}\/\d\d\.\d[A-Z]{1,2}[A-Z\d]{2,6}(?:-[A-Z]{1,2})?`,
  // Poland's prosecutors; Czech files behind their abbreviation
  String.raw`[A-Z]{2,4}(?:-\d)? \d{1,2} Ds\.? ?\d{1,5}\.\d{4}|(?<=(?:č\. ?j\.|sp\. ?zn\.):? )[A-Z]{2,6}[- ]\d{2,7}(?:-\d{1,4})?\/(?:[A-ZČŘŠ]{2,3}-)?(?:19|20)\d\d`,
  // Poland: "II K 418/20", "I ACa 12/19"
  String.raw`[IVX]{1,5} (?:[A-Z]{1,3}[a-z]{0,2}) \d{1,5}\/\d\d`,
  // Netherlands: "C/13/662914", "C/13/662914 / HA ZA 19-214"
  String.raw`C\/\d\d\/\d{5,7}(?: \/ [A-Z]{2} [A-Z]{2} \d\d-\d{1,4})?`,
  // France: "RG 20/01184"
  String.raw`(?:RG|R\.G\.) ?(?:n[°º] ?)?\d\d\/\d{3,6}(?:\/[A-C])?`,
  // Brazil: the national number of the Council of Justice
  String.raw`\d{7}-\d\d\.\d{4}\.\d\.\d\d\.\d{4}`,
  // Korea: "2024가단12345"
  String.raw`20\d\d(?:[가나다]|가합|가단|가소|고합|고단|노|도|구합|구단|드합|드단|카합|카단|느단|타경|개회|하단)\d{2,7}`,
  // Sweden: "T 4418-20", "B 1234-19"
  String.raw`(?<=(?:mål|målet|dom|nr|nummer|tingsrätts?|hovrätten)\.? )[TBÖFKMÄ] \d{2,6}-\d\d`,
];

/** No space need stand around these: China, Japan, Taiwan. */
const UNSPACED = [
  String.raw`[(（〔]20\d\d[)）〕][一-鿿]{1,2}\d{0,5}[一-鿿]{1,4}\d{1,7}号`,
  String.raw`(?:令和|平成)(?:\d{1,2}|元)年[(（][ァ-ヺ一-鿿]{1,3}[)）]第?\d{1,6}号`,
  String.raw`\d{2,3}年度?[一-鿿]{1,5}字第\d{1,7}號`,
];

export const recogniser = patternRecogniser({
  name: 'court-file',
  kind: 'code',
  needs: { digits: 4 },
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}./-])(?:${FORMS.join('|')})(?![\p{L}\p{N}]|[./-]\d)|${UNSPACED.join('|')}`,
    'gu',
  ),
  score: 0.75,
});
