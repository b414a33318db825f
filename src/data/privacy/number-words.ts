/** Figures in words, as people spell out codes: "five five zero nine", "hét-hét-egy-nulla". */

const FIGURES = [
  'zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double',
  'null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun',
  'zéro|un|deux|trois|quatre|cinq|sept|huit|neuf',
  'cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve',
  'due|tre|quattro|cinque|sei|sette|otto|nove',
  'um|dois|três|quatro|sete|oito|meia',
  'nul|een|één|twee|drie|vijf|zes|zeven|negen',
  'jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć',
  'noll|ett|två|fyra|fem|sex|sju|åtta|nio|en|et|to|fire|seks|syv|åtte|otte|ni',
  'nula|jedna|dva|tři|čtyři|pět|šest|sedm|osm|devět|dvě|tri|štyri|päť|šesť|sedem|osem|deväť',
  'nulla|egy|kettő|két|három|négy|öt|hat|hét|nyolc|kilenc',
  'unu|doi|trei|patru|cinci|șase|șapte|opt|nouă',
  'sıfır|bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz',
  'nolla|yksi|kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän',
  'kosong|nol|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan',
  'không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín',
  "ноль|нуль|один|два|три|четыре|пять|шесть|семь|восемь|девять|чотири|п[’']ять|шість|сім|вісім|дев[’']ять",
  'μηδέν|ένα|δύο|τρία|τέσσερα|πέντε|έξι|επτά|εφτά|οκτώ|οχτώ|εννέα|εννιά',
  'صفر|واحد|اثنان|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة',
  'אפס|אחת|אחד|שתיים|שתים|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע',
  'शून्य|एक|दो|तीन|चार|पाँच|पांच|छह|छः|सात|आठ|नौ',
];
const TENS =
  'vingt|trente|quarante|cinquante|soixante|dix|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|zwanzig|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|venti|trenta|quaranta|cinquanta|sessanta|vinte|trinta|quarenta|sessenta|oitenta|(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)';
const ONE = `(?:${FIGURES.join('|')}|${TENS})`;

/** Three and more in a row. */
export const SPELT_FIGURES = String.raw`${ONE}(?:(?:,? |-|, ?)${ONE}){2,11}(?!\p{L})`;
/** Of Chinese and Japanese. */
export const SIGN_FIGURES = '[〇零一二三四五六七八九]{4,8}';
