/** Names in scripts without capitals, by what stands before and behind them: titles, "my name is", labels. */

/** How a language puts names into a sentence. The group `name` of each expression is one. */
export interface ScriptForms {
  /** A text without these letters is not looked at. */
  letters: RegExp;
  forms: readonly RegExp[];
  /** What stands there and is nobody's name. */
  nobody?: RegExp;
  /** Words of everyday language are nobody's names. */
  isNoWord?: boolean;
}

const LABEL = String.raw`\s?[:：]?\s?`;
/** Where words are set apart: "נתיב" begins with no title. */
const APART = String.raw`${LABEL}(?<![\p{L}\p{M}])`;
/** Of China and Taiwan, the most frequent, and those of two signs. */
const CHINESE_FAMILY = String.raw`(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|尉迟|东方|皇甫|令狐|慕容|[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭萧田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付傅方白邹鄒孟熊秦邱江尹薛闫阎段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温康施文牛樊葛邢安齐易乔庞颜庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝])`;
const CHINESE_END = String.raw`(?=$|[^\p{Script=Han}]|先生|女士|小姐|太太|同学|同學|老师|老師|医生|醫師|医师|经理|經理|主诉|主訴|住在|住|的|在|是|于|於|已|将|說|说|来|來|到|与|與|和|及|因|因为|电话|電話|身份|今年)`;
const CHINESE_NAME = String.raw`(?<name>${CHINESE_FAMILY}\p{Script=Han}{1,2}?)`;
const KOREAN_NAME = String.raw`(?<name>(?:남궁|황보|제갈|선우|독고|[김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용])[가-힣]{1,2})`;
const KANA_OR_HAN = String.raw`(?:[\p{Script=Han}々]{1,4}[ \u3000]?[\p{Script=Han}々]{1,3}|[\p{Script=Katakana}ー]{2,8}(?:[・＝ ][\p{Script=Katakana}ー]{2,8})?|[\p{Script=Hiragana}]{2,5})`;
const ARABIC_WORD = String.raw`(?!(?:و|في|من|على|إلى|عن|أن|قد|هو|هي|هل|لا|ما|لم|مع|كان|كانت|الذي|التي|است|را|به|از|در|که|با|برای|این|هستم|هستیم|هیں|ہے|نے|کی|کا|کے|سے|میں|المدير|الرئيس|الوزير|العميل|العميلة|المحترم|المحترمة|محترم|گرامی)(?![\p{Script=Arabic}\p{M}]))[\p{Script=Arabic}\p{M}]{2,14}`;
const ARABIC_NAME = String.raw`(?<name>(?:${ARABIC_WORD})(?:[ ](?:(?:بن|ابن|بنت|أبو|عبد|آل)[ ])?(?!و)(?:${ARABIC_WORD})){0,2})`;
const HEBREW_WORD = String.raw`(?!(?:של|את|על|עם|לא|היא|הוא|אני|גר|גרה|הגיע|הגיעה|ביקש|ביקשה|נכבד|נכבדה|יקר|יקרה)(?!\p{Script=Hebrew}))\p{Script=Hebrew}[\p{Script=Hebrew}'’׳-]{1,12}`;

/** Words of a script with spaces, but for those that end a name: verbs and small words behind it. */
function words(script: string, ends: string, most: number): string {
  const word = String.raw`(?!(?:${ends})(?![\p{Script=${script}}\p{M}]))[\p{Script=${script}}\p{M}]{2,16}`;
  return String.raw`(?<name>${word}(?:[ ]${word}){0,${most - 1}})`;
}

const HINDI = words(
  'Devanagari',
  'है|हैं|हूँ|हूं|ने|को|की|का|के|से|में|और|पर|जी|नहीं|भी|तो|यह|वह|था|थी|थे|छ|हो|लाई|आहे|यांनी|यांचे|यांना',
  3,
);
const BENGALI = words('Bengali', 'এর|কে|ও|এবং|থেকে|এখন|আমি|তিনি|আছেন|সাহেব|বলেছেন|করেন', 3);
const TAMIL = words('Tamil', 'மற்றும்|என்பவர்|அவர்கள்|இல்|ஆகும்', 2);
const TELUGU = words('Telugu', 'మరియు|గారు|అని|లో|ఉన్నారు', 3);
const THAI = String.raw`(?<name>[\p{Script=Thai}]{2,14}(?: [\p{Script=Thai}]{3,16})?)`;
const START = String.raw`(?<![\p{L}\p{M}])`;

function all(...sources: string[]): RegExp[] {
  return sources.map((source) => new RegExp(source, 'gu'));
}

export const OTHER_SCRIPTS: readonly ScriptForms[] = [
  {
    letters: /\p{Script=Han}/u,
    forms: all(
      String.raw`(?:我叫|我是|名叫|名字是|名字叫|本人|姓名|联系人|聯絡人|患者|病人|病患|客户|客戶|收件人|收货人|寄件人|员工|員工|学生|學生|租客|房东|乘客|户名|戶名)${LABEL}${CHINESE_NAME}${CHINESE_END}`,
      String.raw`(?<name>${CHINESE_FAMILY}\p{Script=Han}{0,2}?)(?=先生|女士|小姐|太太|同学|同學|老师|老師|医生|醫師|医师|经理|經理|教授)`,
    ),
    nobody: /^(?:全体|各位|时尚|华人|金融|古典|温柔|单身|高级)$/u,
    isNoWord: true,
  },
  {
    letters: /[\u3041-\u30ff]/u,
    forms: all(
      String.raw`(?<name>${KANA_OR_HAN})(?=さん|(?<!\p{Script=Hiragana})様|氏(?![名は])|先生|ちゃん(?!と)|くん|殿)`,
      String.raw`(?<name>${KANA_OR_HAN})(?=と申します|と言います|といいます)`,
      String.raw`(?:私の名前は|名前は|氏名|お名前|担当者?|患者|契約者|受取人|名義)${LABEL}(?<name>${KANA_OR_HAN})(?=です|$|[\s、。,，)）])`,
    ),
    nobody:
      /^(?:お?客|お客|皆|みな|みんな|奥|患者|担当者?|お母|お父|母|父|姉|兄|おば|おじ|おばあ|おじい|医者|お医者|店員|子供?|お子|業者|会社|貴社|各位|先方|両|同|某|諸|王者|屋|本屋|お嬢|お隣|隣|新郎|新婦|営業|たく|ご苦労|お疲れ|ご馳走|神|仏|有様|王|模|仕|多|異|一|無|摂|彼|彼女|老|医|もたく|がたく|その|どの|この|にど)$|たく$|[仕模多有異]$/u,
  },
  {
    letters: /[\u3041-\u30ff]/u,
    forms: all(
      String.raw`(?<name>[\p{Script=Katakana}ー]{2,8}(?:[・＝ ][\p{Script=Katakana}ー]{2,8})?)(?=さん|様|先生|ちゃん|くん|と申します)`,
    ),
    nobody: /^(?:ママ|パパ|ユーザー|メーカー|スタッフ|オーナー|ドクター)$/u,
  },
  {
    letters: /[가-힣]/u,
    forms: all(
      String.raw`(?<![가-힣])${KOREAN_NAME}(?= ?(?:씨|님|선생님|환자|과장|부장|대리|사원|교수|의원|차장|팀장|원장|간호사|어르신|할머니|할아버지)(?![가-힣]{3}))`,
    ),
    nobody:
      /^(?:과장|부장|차장|팀장|소장|대리|주임|반장|실장|교수|의원|간호사|조교|이사|감독|선수|작가|변호|약사|고객|선생|부모|사장|회장|원장|기사|주인|손님|이용자|어머|아버|할머|하느|조합원|임직원|신청|이웃|전문|담당|보호|여러|모두|누구|전체|해당|이상|이하|지역)$/u,
  },
  {
    letters: /\p{Script=Arabic}/u,
    forms: all(
      String.raw`${START}(?:أنا اسمي|اسمي|الاسم(?= ?:)|اسم المريض|اسم العميل|المريضة?|السيدة?|الآنسة|الدكتورة?|د\.|الأستاذة?|الشيخ|المهندسة?|الموظفة?|الطالبة?|الحاج|المستأجرة?|الشاهدة?|آقای|خانم|نام من|اسم من|جناب آقای|سرکار خانم|دکتر|مهندس|بیمار|میرا نام|جناب|محترمہ|ڈاکٹر)${APART}${ARABIC_NAME}`,
    ),
  },
  {
    letters: /\p{Script=Hebrew}/u,
    forms: all(
      String.raw`${START}(?:שמי|קוראים לי|מר|גב['׳’]|גברת|ד["״”]ר|פרופ['׳’]|עו["״”]ד|הרב|שם מלא|שם(?=:)|מטופלת?|המטופלת?|החולה|לקוחה?)${APART}(?<name>${HEBREW_WORD}(?:[ ]${HEBREW_WORD})?)`,
    ),
    nobody: /^(?:אמא|אבא|אחר|חדש|קובץ|היישום|השם|הקבוצה|משפחה|פרטי|מלא|המשתמש|משתמש|הקובץ|החברה)(?: .*)?$/u,
  },
  {
    letters: /\p{Script=Devanagari}/u,
    forms: all(
      String.raw`${START}(?:मेरा नाम|नाम(?= ?[:：])|श्रीमती|श्री|सुश्री|कुमारी|डॉ\.?|डॉक्टर|मरीज़?|रोगी|ग्राहक|किरायेदार|माझे नाव|माझं नाव|नाव|मेरो नाम)${APART}${HINDI}`,
      String.raw`${START}${words('Devanagari', 'है|हैं|और|के|की|का|को|ने|से|में|यह|पर|माता|पिता|गुरु|माँ|दादा|दादी|नाना|नानी', 2)}(?= (?:जी|भाई|दीदी)(?![\p{L}\p{M}]))`,
    ),
    nobody: /^(?:बदल|दर्ज|और|पता|कुमार|संख्या).*$/u,
  },
  {
    letters: /\p{Script=Bengali}/u,
    forms: all(String.raw`${START}(?:আমার নাম|নাম|জনাব|মিসেস|মিস্টার|বেগম|ডাঃ|ডা\.|ডক্টর|শ্রীমতী|শ্রী|রোগী)${APART}${BENGALI}`),
  },
  {
    letters: /[\p{Script=Tamil}\p{Script=Telugu}]/u,
    forms: all(
      String.raw`${START}(?:என் பெயர்|பெயர்|திருமதி|திரு\.?|டாக்டர்|நோயாளி)${APART}${TAMIL}`,
      String.raw`${START}(?:నా పేరు|పేరు|శ్రీమతి|శ్రీ|డాక్టర్|రోగి)${APART}${TELUGU}`,
    ),
  },
  {
    letters: /\p{Script=Thai}/u,
    forms: all(
      String.raw`(?<!\p{Script=Thai})(?:นางสาว|นาย|นาง|คุณ|ด\.ช\.|ด\.ญ\.|ดร\.|นพ\.|พญ\.|น\.ส\.|ผมชื่อ|ดิฉันชื่อ|ฉันชื่อ|ชื่อ(?= ?[:：]))${LABEL}${THAI}`,
    ),
    nobody:
      /^(?:ภาพ|ลักษณะ|ลั_|ตั้งใจ|แน่ใจ|ยืนยัน|อาจ|กำลัง|เลือก|ใช้|เคย|ไม่|ควร|แม่|พ่อ|หมอ|ครู|ลูกค้า|เรื่อง|ของ|ที่|ทำ|เปิด|ปิด|อยู่|ใน|กับ|ให้|ไป|มา|เพิ่ม|ลบ|สร้าง|แก้|เพียง|จึง|ก็|ยัง|รู้|คิด|อยาก|พิมพ์ |แล้ว|สมบัติ|ค่า|ต้อง|สามารถ|จะ|ได้|เป็น|มี|ไฟล์|ผู้|สินค้า|บริษัท|จ้าง|หน้า|ทุน|แบบ).*$/u,
  },
];
