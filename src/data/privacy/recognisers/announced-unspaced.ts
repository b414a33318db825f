/** Numbers of people behind words of scripts that put no spaces between them: "就诊卡M00781882", "ใบขับขี่เลขที่ 61007691". */
import { identifiersIn, type Identifier } from '../announcing/identifiers.ts';
import { questionAbove } from '../announcing/questions.ts';
import { announcedUnspaced } from '../announcing/unspaced.ts';
import type { Candidate, Recogniser } from '../recogniser.ts';

const SCRIPTS = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** Characters before a number that are looked at, and how far its word may stand. */
const [BEFORE, REACH, REACH_OF_ANSWERS] = [36, 9, 16];
/** Counts people, pages, years, floors, money. */
const COUNTED =
  /^\s?(?:[枚個本円元年月日人名歳岁歲点時分秒回階楼层層室章頁页]|(?:개|명|원|년|월|일|살|회|층|호실|권|대|시간|분|점|쪽|세)|บาท|คน|ปี|ชิ้น|ชั้น|นาที|วัน|%)/u;
const [LEAST, LEAST_UNNUMBERED] = [3, 5];

export const recogniser: Recogniser = {
  name: 'announced-unspaced',
  kind: 'code',
  needs: { digits: 3 },
  *find(text) {
    if (!SCRIPTS.test(text)) return;
    let from = 0;
    for (const one of identifiersIn(text)) {
      const found = candidateOf(text, one, from);
      if (found !== undefined) yield found;
      from = one.end;
    }
  },
};

function candidateOf(text: string, one: Identifier, from: number): Candidate | undefined {
  const { start, end, digits, isCode } = one;
  const above = questionAbove(text, start);
  const line = text.slice(Math.max(from, start - BEFORE), start).replace(/^.*\n/su, '');
  const said = announcedUnspaced(above ?? line, above === undefined ? REACH : REACH_OF_ANSWERS);
  if (said === undefined || said.kind === 'nobody' || COUNTED.test(text.slice(end, end + 4))) return undefined;
  const { kind, isNumbered, apart } = said;
  const least = isNumbered && apart === 0 ? LEAST : LEAST_UNNUMBERED;
  if (digits < least || (!isCode && !(isNumbered && apart === 0))) return undefined;
  // Banks and payments have amounts too.
  if (kind === 'account' && digits < 6) return undefined;
  return { start, end, kind, score: apart === 0 ? 0.85 : 0.7 };
}
