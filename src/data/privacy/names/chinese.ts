/** Chinese names, which nothing sets apart: a family name and signs that are likelier in names than in texts. */
import type { Candidate } from '../recogniser.ts';
import { FAMILY_OF_TWO, isScriptWord, scriptLists } from './script-lists.ts';

/** Behind these a person is named. */
const ANNOUNCED =
  /(?:我是|叫做|(?<!呼)叫|复核|審核|审核|制单|签名|签字|簽名|名字是|本人|姓名|联系人|聯絡人|患者|病人|病患|个案|個案|住民|长者|長者|客户|客戶|顾客|顧客|收件人|收货人|寄件人|经办人|承辦人|接待人|负责人|負責人|借用人|申请人|申請人|投保人|被保人|受益人|受託人|担保人|保证人|紧急联络人|紧急联系人|证人|證人|原告|被告|员工|員工|职员|職員|同事|前员工|前員工|学生|學生|学员|學員|考生|新生|租客|租户|房客|房东|房東|业主|業主|户主|戶主|车主|車主|乘客|旅客|住客|访客|訪客|户名|戶名|账户名|收款人|付款人|匯款人|汇款人|持卡人|驾驶人|駕駛人|驾驶员|駕駛|司机|司機|师傅|護理師|护理师|护士|護士|护工|看護|保姆|阿姨|医生|醫生|医师|醫師|大夫|药师|藥師|律师|律師|老师|老師|教师|教練|教练|教授|导师|記者|记者|編輯|编辑|作者|主任|经理|經理|店长|店長|主管|组长|組長|班长|工程师|工程師|师父|志工|队员|隊員|选手|選手|候选人|當事人|当事人|女儿|女兒|儿子|兒子|孙子|孫子|孙女|孫女|外孙|外孫|丈夫|妻子|老公|老婆|太太|先生|母亲|母親|父亲|父親|妈妈|媽媽|爸爸|爷爷|爺爺|奶奶|外公|外婆|姥姥|姥爷|阿公|阿嬤|阿嬷|阿祖|祖母|祖父|媳妇|媳婦|女婿|哥哥|弟弟|姐姐|姊姊|妹妹|大哥|大姐|堂哥|堂姐|堂弟|堂妹|表哥|表姐|表弟|表妹|舅舅|叔叔|伯父|伯伯|姑姑|姑媽|姨媽|姨妈|外甥|侄子|侄女|姪子|姪女|孩子|小孩|小朋友|同学|同學|室友|朋友|好友|邻居|鄰居|男友|女友|未婚妻|未婚夫|尊敬的|亲爱的|親愛的|致|此致)[:：\s「“"（(]{0,2}$/u;
/** What stands behind a name and begins no word with it. */
const GOES_ON =
  /^(?:先生|女士|小姐|太太|同学|同學|老师|老師|医生|醫生|医师|醫師|经理|經理|教授|主任|律师|律師|护士|護士|护理师|護理師|师傅|師傅|大夫|阿姨|叔叔|阿嬤|阿嬷|阿公|奶奶|爷爷|爺爺|敬启|敬啟|敬上|谨上|謹上|家[（(的里]|主诉|主訴|[病摔正很真一那这這走跑喊打的在是于於已将將说說称稱来來到与與和及跟同也都就等等因被把对對住又还還未没沒有要想请請去从從给給让讓为為曾刚剛今昨明晚早上下午出入生患报報提签簽收寄付转轉汇匯打发發做当當任負负带帶陪向])/u;
/** Whoever is called so is named by the two signs of a given name too. */
const RELATIVE =
  /(?:女儿|女兒|儿子|兒子|孙子|孫子|孙女|孫女|丈夫|妻子|老公|老婆|媳妇|媳婦|女婿|哥哥|弟弟|姐姐|姊姊|妹妹|大哥|大姐|孩子|小孩|小朋友|闺女|闺蜜|室友|表哥|表姐|表弟|表妹|堂哥|堂姐|堂弟|堂妹|外甥|侄子|侄女|姪子|姪女|外孙|外孫|男友|女友)$/u;
const KIN = /(?:阿[公嬤嬷姨伯婆祖妈媽爸]|先生|小姐|太太|女士|老师|老師)/u;
/** What is called after people. */
const THING =
  /^(?:路|街|大道|大街|巷|里(?=\d)|馆|館|故居|纪念|紀念|基金|奖|獎|杯|专柜|專櫃|专卖|專賣|旗舰|旗艦|牛排|牌|记(?![者得录])|記(?![者得錄])|公司|集团|集團|银行|銀行|医院|醫院|大学|大學|中学|中學|小学|小學|书店|書店|酒店|饭店|飯店|餐厅|餐廳|村|镇|鎮|县|縣|市|区|區|省|语|語|文(?!说)|国|國|族|站|桥|橋)/u;
/** Seldom a family name, and often something else. */
const NO_FAMILY = '和于於由从從时時哈阿索关關况況位全来來计計';
/** Signs that write foreign names by their sound. */
const SOUNDS =
  '阿艾安奥巴白班贝贝本比彼别波伯博布查茨达大戴丹德登迪蒂丁杜多俄厄恩尔爾法菲芬费弗福富盖冈戈格古哈海汉杭赫亨胡华霍基吉加贾简杰金卡凯坎康柯科克肯库夸拉莱兰兰朗劳勒雷李里理丽莉利列林琳隆卢鲁路吕伦罗洛马玛麦迈曼梅门蒙米明莫默姆木穆纳娜奈南内尼宁诺努欧帕潘培佩彭皮普奇齐钱乔切琼丘热日荣茹瑞萨塞赛桑森沙莎山尚舍申圣施史士斯司丝索塔台泰坦汤特腾提田图托瓦万王威韦维魏温文翁沃乌吾武西希夏香肖谢辛休许雅亚扬耶叶伊依易因英尤约云泽扎詹赞哲珍芝朱兹孜娃宛吐逊热克依木江提买孜古丽帕夏艾合麦托合提买买撒流隆瓦歷斯巴燕瑪亞娜麗達羅蘭瑞貝賽澤尤哈尤幹烏馬納魯萊薩莎飛盧倫凱蘇黛爾德諾葉';
const PAIR = /(?<!\p{Script=Han})\p{Script=Han}{2,7}[·•‧・]\p{Script=Han}{2,7}(?!\p{Script=Han})/gu;

/** Not whose name begins with it, but an aunt, or how a foreign name sounds. */
const NO_GIVEN = /^阿[里姨伯公婆嬤嬷祖爸妈媽爷爺哥姐妹弟舅叔嫂妗拉尔爾富联聯斯根玛瑪Q米巴]/u;
/** "The clerk's family name is 駱". */
const FAMILY_SAID = /(?<=姓(?:氏)?[是为為]?)(?<name>\p{Script=Han})(?![\p{Script=Han}])/gu;

const [LEAST, LEAST_ANNOUNCED, LEAST_OF_ONE, WORTH_ANNOUNCED] = [11, 3, 12, 3];
const SCORE = 0.7;

export function* chineseNames(text: string): Generator<Candidate> {
  const { family } = scriptLists().signs;
  for (const { 0: pair, index } of text.matchAll(PAIR))
    if ([...pair].filter((sign) => SOUNDS.includes(sign)).length >= pair.length - 2)
      yield { start: index, end: index + pair.length, score: SCORE };
  for (const { index, 0: name } of text.matchAll(FAMILY_SAID))
    if (family.has(name)) yield { start: index, end: index + 1, score: SCORE };
  for (let start = 0; start < text.length; start++) {
    if (!isHan(text, start)) continue;
    if (isNicknamed(text, start)) yield { start, end: start + 2, score: SCORE };
    const ofTwo = FAMILY_OF_TWO.test(text.slice(start, start + 2));
    const isFamily = ofTwo || family.has(text[start]);
    const end = (isFamily ? endOfName(text, start, ofTwo) : undefined) ?? givenAlone(text, start);
    if (end === undefined) continue;
    yield { start, end, score: SCORE };
    start = end - 1;
  }
}

function isHan(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x3400 && code <= 0x9fff;
}

function isAnnounced(text: string, start: number): boolean {
  return start > 1 && ANNOUNCED.test(text.slice(Math.max(0, start - 8), start));
}

/** Of the best of the names that may begin there. */
function endOfName(text: string, start: number, ofTwo: boolean): number | undefined {
  const { family } = scriptLists().signs;
  const head = start + (ofTwo ? 2 : 1);
  // Behind her own a wife's may have her husband's family name: "林陳秀鑾".
  const isDouble = !ofTwo && (family.get(text[head]) ?? -9) >= 3;
  const worth = ofTwo ? 8 : family.get(text[start])!;
  const [best] = [head + 2, head + 1, ...(isDouble ? [head + 3] : [])]
    .map((end) => ({ end, worth: worth + worthOf(text, { start, head, end }) }))
    .filter((one) => one.worth >= LEAST_ANNOUNCED - WORTH_ANNOUNCED)
    .sort((one, other) => other.worth - one.worth);
  if (best === undefined) return undefined;
  const is = isAnnounced(text, start);
  const whole = best.worth + (is ? WORTH_ANNOUNCED : beforeWorth(text, start));
  if (is) return whole >= LEAST_ANNOUNCED ? best.end : undefined;
  if (isOfSounds(text, start, best.end) || NO_FAMILY.includes(text[start])) return undefined;
  return whole >= (best.end - head === 1 ? LEAST_OF_ONE : LEAST) ? best.end : undefined;
}

function isOfSounds(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!SOUNDS.includes(text[at])) return false;
  return true;
}

/** Of the given name from `head` to `end` and of what stands behind the whole name. */
function worthOf(text: string, { start, head, end }: { start: number; head: number; end: number }): number {
  if (end > text.length || !isHan(text, end - 1) || !isHan(text, head)) return -99;
  const { given } = scriptLists().signs;
  let worth = 0;
  for (let at = end - head === 3 ? head + 1 : head; at < end; at++) worth += given.get(text[at]) ?? -5;
  // Most stretches are none: nothing more is asked of them.
  if (worth < -6) return -99;
  const name = text.slice(start, end);
  if (isScriptWord(name) || KIN.test(name) || THING.test(text.slice(end, end + 3))) return -99;
  const isKnown = end - head > 1 && scriptLists().given.has(text.slice(head, end));
  if (head - start === 1 && isScriptWord(text.slice(start, head + 1))) worth -= isKnown ? 2 : 6;
  if (!isKnown && end - head > 1 && isScriptWord(text.slice(end - 2, end))) worth -= 5;
  return worth + behindWorth(text, head, end);
}

function beforeWorth(text: string, start: number): number {
  if (start === 0 || !isHan(text, start - 1)) return 2;
  const inWord =
    isScriptWord(text.slice(start - 1, start + 1)) || (start > 1 && isScriptWord(text.slice(start - 2, start + 1)));
  return inWord ? -6 : 0;
}

function behindWorth(text: string, head: number, end: number): number {
  if (end >= text.length || !isHan(text, end)) return 3;
  const behind = text.slice(end, end + 4);
  if (GOES_ON.test(behind)) return 2;
  const last = end - 1;
  const isInWord =
    isScriptWord(text.slice(last, end + 1)) ||
    (end - head > 1 && isScriptWord(text.slice(last - 1, end + 1))) ||
    isScriptWord(text.slice(last, end + 2));
  return isInWord ? -7 : -1;
}

/** "小赵", "老李": behind no other sign or whoever that is, and in front of what goes on. */
function isNicknamed(text: string, start: number): boolean {
  if (!/[小老]/u.test(text[start]) || start + 2 > text.length || !isHan(text, start + 1)) return false;
  if ((scriptLists().signs.family.get(text[start + 1]) ?? -9) < 4 || isScriptWord(text.slice(start, start + 2)))
    return false;
  if (start > 0 && isHan(text, start - 1) && isScriptWord(text.slice(start - 1, start + 1))) return false;
  return start + 2 === text.length || !isHan(text, start + 2) || GOES_ON.test(text.slice(start + 2, start + 6));
}

/** "孩子乐乐说", "阿強": two signs without a family name. */
function givenAlone(text: string, start: number): number | undefined {
  const end = start + 2;
  if (end > text.length || !isHan(text, start + 1)) return undefined;
  const two = text.slice(start, end);
  const { given } = scriptLists().signs;
  const [one, other] = [given.get(two[0]) ?? -5, given.get(two[1]) ?? -5];
  const isNick = two[0] === '阿';
  if (isNick ? other < 0 || NO_GIVEN.test(two) : one < -3 || other < -3) return undefined;
  if (end < text.length && isHan(text, end) && !GOES_ON.test(text.slice(end, end + 4))) return undefined;
  if (isNick) return isScriptWord(two) ? undefined : end;
  if (!RELATIVE.test(text.slice(Math.max(0, start - 4), start))) return undefined;
  const isName = two[0] === two[1] || scriptLists().given.has(two);
  return isName || (one + other >= 0 && !isScriptWord(two)) ? end : undefined;
}
