/** Japanese names: a family name that a list has and a given one behind it, or a title. */
import type { Candidate } from '../recogniser.ts';
import { isScriptWord, scriptLists } from './script-lists.ts';

const HAN_RUN = /[\p{Script=Han}々]+/gu;
/** Behind a name: who that is. */
const TITLE =
  /^(?:さん|様|氏(?![名は])|先生|ちゃん|くん|君(?![が主])|殿|医師|看護師|ナース|ドクター|部長|課長|係長|主任|店長|社長|専務|常務|会長|所長|院長|園長|校長|教授|講師|教諭|弁護士|記者|選手|監督|議員|巡査|刑事|夫妻|家(?=[のにはへ])|より(?=[。\s]|$)|拝$)/u;
const ANNOUNCED =
  /(?:氏名|名前は?|患者|担当者?|運転者|所有者|契約者|被保険者|受取人|名義|名義人|申請者|申込者|届出人|保護者|世帯主|代表者?|責任者|入居者|借主|貸主|利用者|宿泊者|会員|社員|職員|従業員|学生|生徒|児童|選手|講師|教諭|担任|医師|看護師|薬剤師|弁護士|記者|同僚|友人|知人|隣人|夫|妻|息子|娘|長男|次男|長女|次女|孫|祖母|祖父|母|父|兄|姉|弟|妹|叔母|叔父|伯母|伯父|姪|甥|嫁|婿|彼氏|彼女|主治医|介護者|送迎|運転手|乗客|証人|原告|被告|候補|宛|差出人|社員番号 ?[A-Z]?\d{3,8})(?:の|は|が|、|:|：|\s|「|『){0,2}$/u;
const RELATIVE = /(?:孫|息子|娘|長男|次男|三男|長女|次女|三女|夫|妻|兄|姉|弟|妹|姪|甥|孫娘|友人|友達)の$/u;
/** "ヨシ子", as older women's names are written. */
const MIXED = /^\p{Script=Katakana}{1,3}[子江代]$/u;
/** What words end in. */
const NO_GIVEN = /^[子者物人化性的名用部]$/u;
const PERSON_BEFORE =
  /(?:配達員|担当|担当者|営業|受付|看護師|医師|運転手|管理人|大家|上司|部下|同僚|後輩|先輩|友人|隣|隣人|教師|講師|係|店員|店長|社員|職員|新人|技師|保育士|介護士|ヘルパー|ドライバー|マネージャー)の$|、$/u;
/** A house, a street, a firm and what else people's names stand in. */
const THING =
  /^(?:[町村市区県郡駅川山島橋線城寺神社宮港湖峠岳丁通号店館堂屋園荘院邸社行庁署局校学式製杯賞流版型記念科]|株式|商店|工業|建設|産業|電機|銀行|病院|医院|大学|高校|中学|小学|神社|書店|公園|ビル|マンション|ハイツ|クリニック|賞|城)/u;
const KATAKANA_PAIR =
  /(?<![\p{Script=Katakana}ー・])(?<family>[\p{Script=Katakana}ー]{1,7})・(?<given>[\p{Script=Katakana}ー]{2,8}(?:・[\p{Script=Katakana}ー]{2,8})?)(?![\p{Script=Katakana}ー・])/gu;
/** Of Korea, China and Vietnam, as they are written by their sound. */
const NEIGHBOURS =
  /^(?:キム|パク|イ|リー?|チェ|チョン|チャン|カン|チョ|ユン|イム|ハン|オ|ソ|シン|クォン|ファン|アン|ソン|ホン|ワン|チャオ|チェン|ヤン|ホアン|リウ|リュウ|ジャン|グエン|チャン|レ|ファム|フイン|ファン|ヴー|ヴォ|ダン|ブイ|ド|ホー|ゴ)$/u;
const SCORE = 0.7;
const [LONGEST_FAMILY, LONGEST_GIVEN] = [3, 3];

export function* japaneseNames(text: string): Generator<Candidate> {
  for (const { 0: pair, index, groups } of text.matchAll(KATAKANA_PAIR))
    if (isForeign(groups!.family, groups!.given)) yield { start: index, end: index + pair.length, score: SCORE };
  for (const { 0: run, index } of text.matchAll(HAN_RUN)) {
    const found = nameIn(text, index, run);
    if (found !== undefined) yield { ...found, score: SCORE };
  }
}

function isForeign(family: string, given: string): boolean {
  const lists = scriptLists();
  if (NEIGHBOURS.test(family)) return true;
  const parts = [family, ...given.split('・')];
  return parts.filter((part) => lists.given.get(part) === 'plain' || lists.family.get(part) === 'plain').length >= 2;
}

/** Within signs side by side: all of them, or behind the word that announces it. */
function nameIn(text: string, index: number, run: string): { start: number; end: number } | undefined {
  for (let skip = 0; skip <= Math.min(4, run.length - 1); skip++) {
    const start = index + skip;
    if (!mayBegin(run.slice(skip))) continue;
    const isAnnounced = ANNOUNCED.test(text.slice(Math.max(0, start - 14), start));
    if (skip > 0 && !isAnnounced) continue;
    const end = endOfName(text, start, index + run.length, isAnnounced);
    if (end !== undefined) return { start, end };
    if (isAnnounced && isGivenAlone(text, start, index + run.length)) return { start, end: index + run.length };
  }
  return undefined;
}

/** With a family name, or all of a given one. */
function mayBegin(rest: string): boolean {
  const { family, given } = scriptLists();
  for (let length = 1; length <= LONGEST_FAMILY; length++) if (family.has(rest.slice(0, length))) return true;
  return given.has(rest);
}

/** "中村です。", "配達員の小林が": a frequent family name by itself. */
function isPerson(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 14), start);
  const behind = text.slice(end, end + 6);
  if (/^(?:です[。、\s]|でした|と申|といい|と言い|が伺|が参|が担当|と(?:連絡|会|話|面談)|本人)/u.test(behind))
    return true;
  if (/^[がはもにへのをと、]/u.test(behind) && PERSON_BEFORE.test(before)) return true;
  return /^の(?:両名|携帯|自宅|妻|夫|息子|娘|父|母|件)/u.test(behind);
}

/** "孫の陽菜が": of a child or a parent. */
function isGivenAlone(text: string, start: number, end: number): boolean {
  if (end - start < 2 || !scriptLists().given.has(text.slice(start, end)) || isScriptWord(text.slice(start, end)))
    return false;
  return (
    RELATIVE.test(text.slice(Math.max(0, start - 4), start)) &&
    /^(?:$|[がはもにをと、。\s(（])/u.test(text.slice(end, end + 1))
  );
}

function endOfName(text: string, start: number, stop: number, isAnnounced: boolean): number | undefined {
  const { family } = scriptLists();
  for (let head = Math.min(stop, start + LONGEST_FAMILY); head > start; head--) {
    const name = text.slice(start, head);
    const standing = family.get(name);
    if (standing === undefined) continue;
    const near = { isAnnounced, isPlain: standing === 'plain' && head - start > 1 };
    const end = endOfGiven(text, start, head, near);
    if (end !== undefined) return end;
    if (near.isPlain && head === stop && isPerson(text, start, head)) return head;
    const isAlone = near.isPlain || (head - start > 1 && !isScriptWord(name));
    if (isAlone && TITLE.test(text.slice(head, head + 4))) return head;
  }
  return undefined;
}

/** Of the given name behind a family name: at once, or behind a space. */
function endOfGiven(
  text: string,
  start: number,
  head: number,
  near: { isAnnounced: boolean; isPlain: boolean },
): number | undefined {
  const hasSpace = /^[ \u3000]/.test(text[head] ?? '');
  const from = hasSpace ? head + 1 : head;
  const [run] = (hasSpace
    ? /^(?:[\p{Script=Han}々]+|\p{Script=Hiragana}{2,4}(?!\p{Script=Hiragana})|[\p{Script=Katakana}ー]{2,6}(?![\p{Script=Katakana}ー]))/u
    : /^[\p{Script=Han}々]+/u
  ).exec(text.slice(from, from + 8)) ?? [''];
  for (
    let length = Math.min(run.length, /^\p{Script=Han}/u.test(run) ? LONGEST_GIVEN : run.length);
    length > 0;
    length--
  ) {
    const given = run.slice(0, length);
    const standing = MIXED.test(given) ? 'plain' : scriptLists().given.get(given);
    if (!hasSpace && NO_GIVEN.test(given)) continue;
    const end = from + length;
    if (standing === undefined || !endsHere(text, end, run.length - length)) continue;
    if (!hasSpace && isScriptWord(text.slice(start, end))) continue;
    const isApart = hasSpace && length > 1 && head - start > 1;
    const isSure =
      isApart ||
      (near.isPlain || (length > 1 && head - start > 1 && length === run.length)
        ? standing === 'plain' || hasSpace || length > 1
        : standing === 'plain' && length > 1);
    if (isSure || near.isAnnounced || TITLE.test(text.slice(end, end + 4))) return end;
  }
  return undefined;
}

/** No sign of the same word goes on, but for a title. */
function endsHere(text: string, end: number, left: number): boolean {
  const behind = text.slice(end, end + 4);
  if (THING.test(behind)) return TITLE.test(behind) && !/^(?:家|院|社)/.test(behind);
  return left === 0 || TITLE.test(behind);
}
