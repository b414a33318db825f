/** Names in Arabic, Hebrew and Indian letters, where spaces stand between words: those that lists know, and what follows them. */
import type { Candidate } from '../recogniser.ts';
import { asKnown, scriptLists } from './script-lists.ts';

/** How names stand in one of the languages. */
export interface SpacedForms {
  word: RegExp;
  /** Small words that are written at the beginning of the next one. */
  attached?: RegExp;
  /** Stands between the parts of a name. */
  joint?: RegExp;
  /** Family names by their form. */
  family?: RegExp;
  /** Who is to be named next, in front of a name that is a word too. */
  announced: RegExp;
  /** In front of a street, a school or a firm that is called after somebody. */
  thing: RegExp;
  /** "Father of Turki" is somebody's name by itself. */
  father?: RegExp;
  /** Never a name by itself or at its end. */
  nobody?: RegExp;
}

const [SCORE, SCORE_OF_MORE] = [0.7, 0.76];
const MOST = 4;

const ARABIC: SpacedForms = {
  word: /[\p{Script=Arabic}\p{M}\u200c]+/gu,
  attached: /^(?!لدينا$)[وفبل](?=\p{L}{4})/u,
  joint: /^(?:بن|ابن|بنت|أبو|ابو|أبي|آل|عبد|ال|أم)$/u,
  family: /^ال(?!م?[\p{L}]{0,2}ي$)\p{L}{2,9}(?:ي|اوي|اني|ية)$/u,
  announced:
    /(?:أنا|اسمي|اسمه|اسمها|الاسم|باسم|يدعى|تدعى|إنها|إنه|السيدة?|الآنسة|الأستاذة?|الدكتورة?|الطبيبة?|الممرضة?|المريضة?|الصيدلانية?|المحامية?|المهندسة?|المعلمة?|المدرسة?|الطالبة?|الموظفة?|السائقة?|المالكة?|المستأجرة?|الشاهدة?|الحاجة?|الشيخة?|العميلة?|الزبونة?|المندوب|المشرفة?|المديرة?|السكرتيرة|الجارة?|جاري|جارتي|ابني|ابنتي|ابنه|ابنها|ابنته|ابنتها|بنتي|ولدي|زوجي|زوجتي|زوجها|زوجته|أخي|أخوي|أخوه|أخوها|أختي|أخته|أختها|أمي|أبي|والدي|والدتي|والده|والدته|جدي|جدتي|جده|جدته|خالي|خالتي|عمي|عمتي|صديقي|صديقتي|زميلي|زميلتي|مع|كلم|كلمي|اتصل بـ|عزيزي|عزيزتي|الأخت?|يا|أم|خانم|آقای|دکتر|مهندس|بیمار|همسرم|پسرم|دخترم|مادرم|پدرم|برادرم|خواهرم|دوستم|همکارم|همسایه)[\s:：،]{1,2}$/u,
  thing:
    /(?:شارع|طريق|جادة|ميدان|ساحة|حي|مستشفى|جامعة|مدرسة|مسجد|جامع|مدينة|برج|بنك|مصرف|شركة|مؤسسة|مطعم|مطار|ملعب|كلية|معهد|مركز|سوق|جسر|نفق|محطة|فرع|قصر|متحف|جائزة|كأس|خيابان|بلوار|کوچه|میدان|بیمارستان|دانشگاه|مدرسه|مسجد|بانک|شرکت)(?: (?:الأمير|الملك|الشيخ|الملكة|الإمام|السلطان|الأميرة|شهید|دکتر|السيد))?\s$/u,
  father: /^(?:أبو|ابو|أم|ام)$/u,
  nobody: /^(?:باسم|اسم)$/u,
};

const HEBREW: SpacedForms = {
  word: /\p{Script=Hebrew}[\p{Script=Hebrew}\p{M}]*(?:['’׳-]\p{Script=Hebrew}+)*['’׳]?/gu,
  attached: /^[ולבשמכ](?=\p{L}{4})/u,
  joint: /^(?:בן|בת|אבו|בר|אל|דה|הכהן)$/u,
  family:
    /^\p{L}{2,9}(?:ביץ['׳’]?|סקי|שטיין|ברג|מן|זון|צ['׳’]ק|שוילי|יאן|פלד|פלדר|בלום|טל|נוב|נובה|ייב|ייבה)$|^(?:בן|בר|אבו|לב|גל)-\p{L}{2,9}$/u,
  announced:
    /(?:אני|שמי|שמו|שמה|שם|קוראים ל(?:ו|ה|י|ך)|בשם|מר|גב['׳’]|גברת|ד["״”]ר|פרופ['׳’]|עו["״”]ד|הרב|האחות|האח|המטפלת?|המטופלת?|מטופלת?|מבוטחת?|המבוטחת?|החולה|הרופאה?|הרוקחת?|המורה|הגננת|הנהגת?|נהג(?: מלווה)?|הסייעת|הדיירת?|דיירת?|השוכרת?|הלקוחה?|לקוחה?|העדה?|הבעלים|בעלים|בעלת? הרכב|השכנה?|שכנה?|הנכדה?|הבן|הבת|הבעל|האישה|אשתי|אשתו|בעלי|בעלה|בנו|בנה|בתי|בתו|בתה|אחי|אחותי|אחיו|אחותו|אמא(?: שלי)?|אבא(?: שלי)?|אמי|אבי|סבא(?: שלי)?|סבתא(?: שלי)?|דוד|דודה|חבר|חברה שלי|חברתי|גיסי|גיסתי|חמותי|כלתי|חתני|היי|שלום|לכבוד|תודה,?|בברכה,?|אצל|זכו|משתתפים|וגם|וכן)[\s:]{1,2}$/u,
  thing:
    /(?:רחוב|רח['׳’]|שדרות|שד['׳’]|דרך|כיכר|שכונת|קריית|קרית|גבעת|רמת|כפר|נווה|מושב|קיבוץ|בית|בית חולים|בית ספר|ביה["״]ס|תיכון|אולפנת|ישיבת|מכללת|אוניברסיטת|אצטדיון|תחנת|מגדל|מגדלי|קניון|חברת|בנק|מסעדת|פרס|גן|יד|פארק|שוק|כביש|מחלף|מאפיית|חנות|קפה|סניף|הצגת|המחזה|הספר|השיר|הסרט)\s["״]?$/u,
  nobody: /^(?:בן|בת|בר|גל|שלי|אמא|אבא)$/u,
};

const HINDI: SpacedForms = {
  word: /[\p{Script=Devanagari}\p{M}\u200c\u200d]+/gu,
  joint: /^(?:कुमार|कुमारी|सिंह|लाल|चंद्र|चन्द्र|प्रसाद|नाथ|दास|राम|बाई|देवी|बेन|भाई|बेगम|बीबी|कौर|मोहन|कांत|किशोर|आनंद)$/u,
  announced:
    /(?:मैं|मेरा नाम|नाम|उर्फ़|श्री|श्रीमती|सुश्री|कुमारी|डॉ\.?|डॉक्टर|नर्स|वकील|एडवोकेट|शिक्षक|शिक्षिका|टीचर|धन्यवाद,?|मास्टर|प्रोफेसर|इंस्पेक्टर|कांस्टेबल|ड्राइवर|चालक|मालिक|मालकिन|किरायेदार|मकान मालिक|ग्राहक|मरीज़?|रोगी|छात्रा?|अभ्यर्थी|कर्मचारी|संयोजक|प्लंबर|इलेक्ट्रीशियन|माली|चौकीदार|गार्ड|सदस्य|साथी|गवाह|आवेदक|शिकायतकर्ता|प्रबंधक|बेटा|बेटी|बेटे|पोता|पोती|पोते|नाती|नातिन|बहू|दामाद|पति|पत्नी|माँ|मां|पिता|माता|दादा|दादी|नाना|नानी|चाचा|चाची|मामा|मामी|बुआ|मौसी|भैया|भाभी|बहन|दीदी|भाई|दोस्त|सहेली|पड़ोसी|पड़ोसन|बच्चे|बच्ची|बाबा|अम्मा|ताई|काका|प्रिय|नमस्ते|सूची|रजिस्टर|लंबित|पूछो तो)[\s:：,-]{1,2}$/u,
  thing:
    /(?:सड़क|मार्ग|नगर|चौक|रोड|गली|मोहल्ला|विहार|अस्पताल|विद्यालय|स्कूल|कॉलेज|बैंक|कंपनी|होटल|मंदिर|पार्क|बाज़ार|मिठाई|दुकान)\s$/u,
  nobody: /^(?:देवी|बाई|लाल|राय|दास|भाई|बेन|खान|मल|चंद|सोनी|जाट|मोरे|प्रसाद|गिल)$/u,
};

/** What goes on behind a name and makes it one of a street, a town or a shop. */
const THING_BEHIND =
  /^[ -]?(?:नगर|मार्ग|रोड|चौक|विहार|पुर|कॉलोनी|स्टोर|ट्रेडर्स|मेडिकल|मिष्ठान|होटल|अस्पताल|विद्यालय|स्कूल|एंड|एण्ड|मिठाई|स्वीट्स|ज्वेलर्स|हॉस्पिटल|इंटर|पार्क|मंदिर|ستريت|مول|للتجارة|للصيانة|للمقاولات|للاتصالات)(?![\p{L}\p{M}])/u;

interface Word {
  start: number;
  end: number;
  known: string;
}

function finderOf(forms: SpacedForms): (text: string) => Iterable<Candidate> {
  return function* find(text) {
    const words = [...text.matchAll(forms.word)].map(({ 0: word, index }): Word => {
      return { start: index, end: index + word.length, known: asKnown(word) };
    });
    for (let at = 0; at < words.length; at++) {
      const found = nameAt(text, words, at, forms);
      if (found === undefined) continue;
      // Of several words the lists know better where it ends than what stands in front of it does.
      const score = found.last > at ? SCORE_OF_MORE : SCORE;
      yield { start: found.start, end: words[found.last].end, score };
      at = found.last;
    }
  };
}

/** The name that begins with a word, or behind the small word that is written with it. */
function nameAt(
  text: string,
  words: readonly Word[],
  at: number,
  forms: SpacedForms,
): { start: number; last: number } | undefined {
  const before = text.slice(Math.max(0, words[at].start - 24), words[at].start);
  if (forms.thing.test(before)) return undefined;
  const first = firstOf(words, at, forms, text);
  if (first === undefined) return undefined;
  const last = lastOf(text, words, first.at, forms);
  if (THING_BEHIND.test(text.slice(words[last].end, words[last].end + 14))) return undefined;
  const isPlain = first.standing === 'plain' || last > first.at;
  return isPlain || forms.announced.test(before) ? { start: first.start, last } : undefined;
}

/** The given name that a word is, with whatever stands in front of it. */
function firstOf(
  words: readonly Word[],
  at: number,
  forms: SpacedForms,
  text: string,
): { start: number; at: number; standing: 'plain' | 'ambiguous' } | undefined {
  const { given, family } = scriptLists();
  const { start, end, known } = words[at];
  const next = words[at + 1];
  const isBeside = next !== undefined && next.start === end + 1 && text[end] === ' ';
  if (known === 'عبد' && isBeside && next.known.startsWith('ال')) return { start, at: at + 1, standing: 'plain' };
  if (forms.father?.test(text.slice(start, end)) === true && isBeside && given.has(next.known))
    return { start, at: at + 1, standing: 'plain' };
  const standing = given.get(known) ?? (known.startsWith('عبدال') && known.length > 6 ? 'plain' : undefined);
  if (standing !== undefined && forms.nobody?.test(known) !== true) return { start, at, standing };
  const attached = forms.attached?.exec(known)?.[0].length ?? 0;
  if (attached > 0 && given.get(known.slice(attached)) === 'plain')
    return { start: start + attached, at, standing: 'plain' };
  const isFamily = family.get(known) === 'plain' && forms.nobody?.test(known) !== true;
  return isFamily && isTitled(text.slice(Math.max(0, start - 8), start), text.slice(end, end + 6))
    ? { start, at, standing: 'plain' }
    : undefined;
}

/** "ד"ר זועבי", "तिवारी सर": of family names alone. */
function isTitled(before: string, behind: string): boolean {
  return (
    /(?:ד["״”]ר|מר|גב['׳’]|פרופ['׳’]|עו["״”]ד|الدكتورة?|د\.|الأستاذة?|श्री|श्रीमती|डॉ\.?|मिस्टर)\s$/u.test(before) ||
    /^ (?:सर|जी|साहब|मैडम|मैम|अंकल|आंटी)(?![\p{L}\p{M}])/u.test(behind)
  );
}

/** The last word of the name that begins there. */
function lastOf(text: string, words: readonly Word[], first: number, forms: SpacedForms): number {
  const { given, family } = scriptLists();
  let last = first;
  for (let at = first + 1; at < words.length && at < first + MOST; at++) {
    const { start, end, known } = words[at];
    if (!/^[ -]$/.test(text.slice(words[at - 1].end, start))) break;
    const written = text.slice(start, end);
    if (family.has(known) || given.get(known) === 'plain' || forms.family?.test(written) === true) last = at;
    else if (forms.joint?.test(written) === true) {
      // What joins has something to join, but for "Devi" and "Singh".
      if (forms === HINDI) last = at;
    } else if (isJoined(words, at, text, forms)) last = at;
    else break;
  }
  return last;
}

/** "بن عمر": behind a small word of names any word is one. */
function isJoined(words: readonly Word[], at: number, text: string, forms: SpacedForms): boolean {
  if (forms === HINDI || at === 0) return false;
  return forms.joint?.test(text.slice(words[at - 1].start, words[at - 1].end)) === true && words[at].known.length > 2;
}

export const arabicNames = finderOf(ARABIC);
export const hebrewNames = finderOf(HEBREW);
export const hindiNames = finderOf(HINDI);
