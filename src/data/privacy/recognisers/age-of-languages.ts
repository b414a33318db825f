/** Ages over 89 in some sixty languages more, by the words behind a number and in front of it. */
import { isOfThing } from '../age-of-things.ts';
import { leanestPattern } from '../planes.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';

const NUMBER = /(?<![\p{N}:/-]|\p{N}[.,])(?:9\d|1[01]\d|12[0-5])(?![\p{N}/:]|[.,]\p{N})/gu;

/** "years old" that may stand right behind the number: signs, and endings behind a hyphen. */
const CLOSE = String.raw`[-‐]?(?:歳|岁|歲|才|세|살|aasta(?:ne|se)|vuotia(?:s|an)|річн\p{L}{1,3}|летн\p{L}{2,3}|годишн\p{L}{1,2}|годишен|letn?[ýáí]|ročn\p{L}{1,2}|éves|jarige)`;
/** Those that are a word of their own. */
const APART = [
  'tuổi|aastane|aastat vana|ára|vuotias|vuotta vanha|metų|metai|gadi|gadus|gadu|vjeç|vjeçare|vjet|éves|ani|de ani',
  'роки|років|рік|лет|года|год|години|година|godina|godine|godinu|let|roků|rokov|rokmi',
  'yaşında(?:dır|ki)?|yaşlı|jaşında|жаста|жашта|ёшда|yoshda|настай|տարեկան|წლის(?:ა)?|ετών|χρονών|χρόνων',
  'ساله|سال|سنة|سنه|عاما|عامًا|عاماً|عام|שנים|שנה|ዓመት',
  'वर्ष(?:ीय)?|साल|वर्षांच[ाीे]|বছর(?:ের)?|বৎসর|વર્ષ|ਸਾਲ|ବର୍ଷ|வயது|ఏళ్ల|సంవత్సరాలు|ವರ್ಷ|വയസ്സ്|අවුරුදු|ปี|ປີ|ឆ្នាំ|နှစ်',
  'tahun|taun|taong gulang|anyos|ka tuig|miaka|blwydd oed|bliadhna|bliain|urteko|anys|jaar oud|jaar gelede',
].join('|');
const BEHIND = leanestPattern(
  new RegExp(String.raw`^(?:[歳岁歲세살]|${CLOSE}(?!\p{L})|[-\s]{1,2}(?:${APART})(?![\p{L}\p{M}]))`, 'iu'),
);

/** What asks for an age. */
const LABELS = [
  'възраст|возраст|вік|starost|věk|vek|kora|életkora?|vârstă|vârsta|varsta|ηλικία|ηλικίας|yaşı?|ასაკი|տարիքը?',
  'العمر|عمره|عمرها|عمر|سن|سنها|سنش|גיל|בן|בת|อายุ|ອາຍຸ|tuổi|umur|usia|berumur|berusia|edad|umri(?: wa)?|shekaru|ዕድሜ',
  'उम्र|आयु|वय|বয়স|ઉંમર|ਉਮਰ|ବୟସ|வயது|వయస్సు|వయసు|ವಯಸ್ಸು|പ്രായം|වයස|年齢|年龄|年齡|享年|行年|나이|연세|향년',
  'ikä|iältään|vanus|amžius|vecums|aldur|alderen|ouderdom|mosha|edat|adina|oed|aois',
].join('|');
const BEFORE = leanestPattern(new RegExp(String.raw`(?<![\p{L}\p{M}])(?:${LABELS})\s?[:：=|]?\s{0,2}$`, 'iu'));
const REACH = 24;
/** Behind a label nothing that is counted. */
const COUNTED = /^\s?(?:%|°|€|\$|kg|cm|mm|km|m\b|ml|mg|元|円|원)/u;

export const recogniser: Recogniser = {
  name: 'age-of-languages',
  kind: 'age',
  needs: { digits: 2 },
  *find(text) {
    for (const { 0: number, index } of matchesOf(NUMBER, text)) {
      const end = index + number.length;
      const behind = text.slice(end, end + REACH);
      const isTold =
        BEHIND.test(behind) || (BEFORE.test(text.slice(Math.max(0, index - REACH), index)) && !COUNTED.test(behind));
      if (isTold && !isOfThing(text, index, end)) yield { start: index, end, score: 0.8 };
    }
  },
};
