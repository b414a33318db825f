/** Korean names: a family name of one sign, seldom two, and a given name of two that a list has or such signs make. */
import type { Candidate } from '../recogniser.ts';
import { isScriptWord, scriptLists } from './script-lists.ts';

const FAMILY =
  /^(?:남궁|황보|제갈|선우|독고|사공|서문|[김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용봉경사부가복태목형피두감음빈동온호])(?=[가-힣])/;
/** What a name ends in within its word. */
const ENDING =
  /^(?:이?(?:는|가|와|랑|의|도|만|를|라고|라는|라며|고|며|나|네|에요|예요|입니다|였습니다|었습니다|였고|었고)|은|이|과|을|에|에게|에게서|한테|한테서|께|께서|께는|으로|로|부터|까지|인데|인지|씨|님|양|군|옹|아|야|앞|명의|댁)?(?:은|는|이|가|을|를|의|과|와|도|께|께서|에게)?$/;
const RELATIVE =
  /(?:배우자|남편|아내|부인|아들|딸|큰딸|작은딸|막내|손자|손녀|외손녀|외손자|며느리|사위|동생|여동생|남동생|언니|오빠|누나|형|조카|친구|아이|원아|자녀|룸메이트|여자친구|남자친구|약혼자|이모|고모|삼촌|동료|반려인|강아지 주인)(?:인|는|은)? $/;
const ANNOUNCED =
  /(?:이름은|성함은|본명은|저는|제 이름은|나는|성명|이름|성함|환자명?|담당자|담당|고객명?|수신인?|발신인?|받는 ?(?:사람|분)|보내는 ?(?:사람|분)|예금주|입금자명?|보호자|수령인|임차인|임대인|대표자?|운전자|기사|차주|소유자|신청인|신청자|민원인|피보험자|계약자|수익자|증인|원고|피고|피고인|학생|교사|담임|간호사|의사|약사|주치의|변호사|기자|작가|감독|선수|후보|직원|사원|승객|탑승자|투숙객|세입자|집주인|회원|참가자|당첨자|어르신|할머니|할아버지|어머니|아버지|모친|부친|엄마|아빠|동승자|작성자|등록자|배우자|남편|아내|아들|딸|며느리|사위|손녀|손자|동생|친구|조카|이웃)(?:은|는|인|의)?[\s:：]{1,2}$/;
const TITLE =
  /^ ?(?:씨|님|선생|환자|과장|부장|대리|사원|교수|의원|차장|팀장|원장|간호사|의사|어르신|할머니|할아버지|후보|기자|변호사|소장|사장|이사|감독|선수|작가|주임|반장|회장|실장|본부장|기사|학생|군(?![가-힣])|양(?![가-힣])|고객|회원|드림|올림|배상)/;
/** "탁 소장님": of the family name alone. */
const FAMILY_ALONE =
  /(?<![가-힣])(?<name>남궁|황보|제갈|선우|[김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용]) ?(?=(?:소장|과장|부장|대리|교수|의원|차장|팀장|원장|사장|이사|감독|주임|반장|회장|실장|본부장|선생|변호사|기사|간호사|약사)님)/g;
/** "이 과장님" is whoever is here as well. */
const WORDS_TOO = /^(?:이|전|현|주|한|두|고|명|인|위|기|제|모|각)$/;
const WORD = /(?<![가-힣])[가-힣]{2,9}(?![가-힣])/g;

const SCORE = 0.7;

let signs: { first: Set<string>; second: Set<string> } | undefined;

/** Signs that three given names and more begin with, and end in. */
function givenSigns(): { first: Set<string>; second: Set<string> } {
  if (signs !== undefined) return signs;
  const counts = [new Map<string, number>(), new Map<string, number>()];
  for (const [name] of scriptLists().given)
    if (/^[가-힣]{2}$/.test(name))
      for (const [at, map] of counts.entries()) map.set(name[at], (map.get(name[at]) ?? 0) + 1);
  const [first, second] = counts.map(
    (map) => new Set([...map].filter(([, count]) => count >= 3).map(([sign]) => sign)),
  );
  return (signs = { first, second });
}

export function* koreanNames(text: string): Generator<Candidate> {
  for (const { index, groups } of text.matchAll(FAMILY_ALONE))
    if (!WORDS_TOO.test(groups!.name)) yield { start: index, end: index + groups!.name.length, score: SCORE };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const length = lengthOfName(
      word,
      text.slice(Math.max(0, index - 12), index),
      text.slice(index + word.length, index + word.length + 8),
    );
    if (length > 0) yield { start: index, end: index + length, score: SCORE };
  }
}

function lengthOfName(word: string, before: string, behind: string): number {
  const family = FAMILY.exec(word)?.[0] ?? '';
  const given = word.slice(0, 2);
  const isGiven = scriptLists().given.has(given);
  // Most words are neither a name nor begin with one: nothing more is asked of them.
  if (!isGiven && (family === '' || isScriptWord(word))) return 0;
  // "딸 서연이가": of the given name alone, before it is read as a family name and another.
  const isAlone = isGiven && ENDING.test(word.slice(2)) && RELATIVE.test(before);
  if (/^[아야]$/.test(word.slice(2)) && /^[,!?.]/.test(behind) && scriptLists().given.get(given) === 'plain') return 2;
  if (isAlone && scriptLists().given.get(given) === 'plain') return 2;
  if (family !== '' && !isScriptWord(word)) {
    const isAnnounced = ANNOUNCED.test(before);
    const end = family.length + 2;
    if (isNamed(word, family, { isAnnounced, behind })) return end;
    // Of one sign: "제갈윤 후보", "허준 환자".
    const isShort = family.length === 2 || isAnnounced || TITLE.test(word.slice(2) + behind);
    if (isShort && word.length > family.length && isShortNamed(word, family.length + 1, isAnnounced, behind))
      return family.length + 1;
  }
  return isAlone ? 2 : 0;
}

function isNamed(word: string, family: string, near: { isAnnounced: boolean; behind: string }): boolean {
  const end = family.length + 2;
  const [name, given, rest] = [word.slice(0, end), word.slice(family.length, end), word.slice(end)];
  if (
    given.length < 2 ||
    !ENDING.test(rest) ||
    isScriptWord(name) ||
    isScriptWord(word) ||
    (/^(?:이나|해진|하는)$/.test(given) && !near.isAnnounced)
  )
    return false;
  // "조정은": a word of two signs and what it ends in.
  const isWord =
    isScriptWord(name.slice(0, 2)) && /[은는이가을를의에도만로과와라나고며하되한된할함해자인성적화용서]/.test(name[2]);
  const isBeside = near.isAnnounced || TITLE.test(rest + near.behind);
  const standing = scriptLists().given.get(given);
  if (standing !== undefined) return isBeside || !isWord;
  const isLikely = [givenSigns().first.has(given[0]), givenSigns().second.has(given[1])];
  // Of rarer signs as well where the word ends as a name does.
  const isClosed =
    /^(?:입니다|이에요|예요|이라고|라고|씨|님)/.test(rest) || (rest === '' && /^(?:$|[^가-힣 ])/.test(near.behind));
  return isBeside && !isWord && (isClosed ? isLikely.includes(true) : !isLikely.includes(false));
}

function isShortNamed(word: string, end: number, isAnnounced: boolean, behind: string): boolean {
  const [name, rest] = [word.slice(0, end), word.slice(end)];
  if (isScriptWord(name) || isScriptWord(word)) return false;
  if (!givenSigns().second.has(name.at(-1)!)) return false;
  return end === 3 ? ENDING.test(rest) : isAnnounced && TITLE.test(rest + behind);
}
