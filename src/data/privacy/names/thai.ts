/** Thai names: a given name that a list has, behind a title or set apart, and the family name behind a space. */
import type { Candidate } from '../recogniser.ts';
import { isScriptWord, scriptLists } from './script-lists.ts';

const RUN = /\p{Script=Thai}[\p{Script=Thai}\p{M}]+/gu;
/** Who is named next, at once or behind a space. */
const TITLE =
  /(?:นางสาว|นาย|นาง|คุณ|ด\.ช\.|ด\.ญ\.|น\.ส\.|ดร\.|นพ\.|พญ\.|ทพ\.|ทพญ\.|เด็กชาย|เด็กหญิง|พี่|น้อง|ป้า|ลุง|ตา|ยาย|ปู่|ย่า|น้า|หลวงปู่|แม่|พ่อ|หมอ|ครู|อาจารย์|แพทย์|ทันตแพทย์|เภสัชกร|พยาบาล|ทนาย|ทนายความ|คนขับ|ผู้โดยสาร|ผู้ป่วย|คนไข้|ลูกค้า|เจ้าของ|ผู้เช่า|ผู้ซื้อ|ผู้ขาย|ผู้รับ|ผู้ส่ง|ผู้ติดต่อ|ผู้เอาประกัน|พยาน|นักเรียน|นักศึกษา|พนักงาน|สมาชิก|ช่าง|ชื่อ|นามสกุล|เพื่อน|ลูกชาย|ลูกสาว|หลานชาย|หลานสาว|สามี|ภรรยา|พี่ชาย|พี่สาว|น้องชาย|น้องสาว|แฟน|เรียน|ถึง|กับ|เรียกว่า|ลงชื่อ|ขอแสดงความนับถือ) ?$/u;
/** What family names are made of. */
const FAMILY_SIGNS =
  /^(?:แซ่|ณ |เจ๊ะ|บิน|บุญ|ทอง|แก้ว|คำ|ศรี|สุข|จันทร์|อินทร์|พรหม|มณี|สิงห์|ไชย|ชัย|เจริญ|วงศ์|พงษ์|พงศ์|รัตน|สุวรรณ|ธรรม|เพชร|แสง|ใจ|มี|พันธ์|ปัญญา)|(?:วงศ์|วงษ์|กุล|สกุล|ศรี|ชัย|พงษ์|พงศ์|ทรัพย์|แก้ว|บุญ|ทอง|สุข|รัตน์|จันทร์|เจริญ|พันธ์|พันธุ์|คำ|มณี|สิงห์|วัฒน์|นนท์|ศักดิ์|เดช|ใหญ่|งาม|ดี|มา|ชาติ|ภักดี|ไพร|กิจ|โชติ|แสน|สาร|สมบัติ)$/u;
const THING_BEFORE =
  /(?:ถนน|ซอย|วัด|โรงเรียน|โรงพยาบาล|มหาวิทยาลัย|ร้าน|บริษัท|ธนาคาร|ตลาด|หมู่บ้าน|จังหวัด|อำเภอ|ตำบล|แยก|สะพาน|สนาม|ห้าง|บจก\.?|หจก\.?) ?$/u;
const SCORE = 0.7;
const LONGEST = 16;

export function* thaiNames(text: string): Generator<Candidate> {
  const runs = [...text.matchAll(RUN)].map(({ 0: run, index }) => ({ run, index }));
  for (const [at, { run, index }] of runs.entries()) {
    const given = givenIn(text, index, run);
    if (given === undefined) continue;
    const next = runs[at + 1];
    const isWhole = given.end === index + run.length;
    const isFamily = isWhole && next?.index === given.end + 1 && text[given.end] === ' ' && isFamilyName(next.run);
    if (given.isWordToo && !isFamily) continue;
    yield { start: given.start, end: isFamily ? next.index + next.run.length : given.end, score: SCORE };
  }
}

interface Given {
  start: number;
  end: number;
  isWordToo: boolean;
}

/** A name that is all of the signs side by side, or stands behind a title among them. */
function givenIn(text: string, index: number, run: string): Given | undefined {
  const { given } = scriptLists();
  const before = text.slice(Math.max(0, index - 20), index);
  if (THING_BEFORE.test(before)) return undefined;
  const isBehind = TITLE.test(before);
  for (let skip = 0; skip < Math.min(run.length - 1, 60); skip++) {
    const isTitled = skip === 0 ? isBehind : TITLE.test(run.slice(Math.max(0, skip - 16), skip));
    if (skip > 0 && (!isTitled || THING_BEFORE.test(run.slice(0, skip)))) continue;
    for (let length = Math.min(LONGEST, run.length - skip); length > 1; length--) {
      const standing = given.get(run.slice(skip, skip + length));
      const isWhole = skip + length === run.length;
      if (standing === undefined || (!isWhole && (!isTitled || !goesOn(run, skip + length)))) continue;
      if (skip > 0 && isWithWord(run, skip, skip + length, standing)) continue;
      const start = index + skip;
      return {
        start,
        end: start + length,
        isWordToo: !isTitled && (standing !== 'plain' || isScriptWord(run.slice(skip, skip + length))),
      };
    }
  }
  return undefined;
}

/** "คุณสมบัติ" is a quality, and "หน้าคำ" before a word: what looks like a title is a part of it. */
function isWithWord(run: string, start: number, end: number, standing: 'plain' | 'ambiguous'): boolean {
  const title = TITLE.exec(run.slice(Math.max(0, start - 16), start))![0];
  if (isScriptWord(run.slice(start - title.length, end))) return true;
  return standing !== 'plain' && !/^(?:นาย|นาง|นางสาว|คุณ)$/u.test(title) && isScriptWord(run.slice(start, end));
}

/** A new word begins there: no vowel or tone of the one before. */
function goesOn(run: string, at: number): boolean {
  return /^(?:ที่|ด้วย|แพ้|ป่วย|หาย|ลืม|กำลัง|อยาก|ต้อง|คง|เคย|ตอน|ใน|เอา|นำ|ซื้อ|ขาย|กิน|นั่ง|นอน|เดิน|พูด|คุย|เขียน|อ่าน|สอน|เรียน|ดู|เห็น|ค่ะ|ครับ|คะ|จ้า|และ|กับ|ได้|จะ|มา|ไป|เป็น|มี|ไม่|ขอ|โทร|แจ้ง|ส่ง|รับ|โอน|อยู่|อายุ|วัย|เบอร์|ของ|จาก|ให้|บอก|ถาม|พา|นัด|ลา|ว่า|ยัง|ก็|ชื่อ|หมายเลข|เลขที่|นะ|ทำ|เข้า|ออก|ลง|ขึ้น)/u.test(
    run.slice(at),
  );
}

function isFamilyName(run: string): boolean {
  if (run.length < 2 || run.length > 18) return false;
  if (scriptLists().family.has(run)) return true;
  return run.length > 3 && FAMILY_SIGNS.test(run) && !isScriptWord(run);
}
