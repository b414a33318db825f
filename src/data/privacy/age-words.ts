/** Numbers over 89 in letters beyond Latin, who may be so old, and what may be too without being anybody. */

/** Numbers from 90 on with what tells that they are ages around them: in front, the number, behind. */
export const NUMBERS_BEYOND: readonly { script: RegExp; forms: readonly string[] }[] = [
  {
    script: /[\u0370-\u03ff]/,
    forms: [
      String.raw`(?<!\p{L})(?<value>(?:ενενήντα|εκατόν?)(?: (?:ένα|μία|ενός|μιας|δύο|τρία|τριών|τέσσερα|τεσσάρων|πέντε|έξι|επτά|εφτά|οκτώ|οχτώ|εννέα|εννιά))?)(?=,? (?:χρον[ώών]{1,2}|χρόν(?:ων|ια)|ετών|έτη|χρονω))|(?<=(?:έκλεισε|κλείνει|ηλικίας?|στα|γίνεται|είναι)(?: τα)? )(?<value>(?:ενενήντα|εκατόν?)(?: (?:ένα|μία|δύο|τρία|τριών|τέσσερα|τεσσάρων|πέντε|έξι|επτά|εφτά|οκτώ|οχτώ|εννέα|εννιά))?)(?=[.,;!)]|$| (?:και|της|του|φέτος))|(?<=(?<!\p{L})(?:ετών|έτη)[ :]{1,2})(?<value>9\d|1[01]\d)(?![\d.,/]\d|\d)`,
    ],
  },
  {
    script: /[\u0400-\u04ff]/,
    forms: [
      String.raw`(?<!\p{L})(?<value>(?:девяност[оа]|дев['’ʼ]яност[оа]|деветдесет|деведесет|сто)(?:(?: и)? (?:один|одна|одного|два|две|двух|двох|дві|три|тр[её]х|трьох|четыре|четырёх|чотири|чотирьох|пять|пяти|п['’ʼ]ять|шесть|шести|шість|семь|семи|сім|восемь|восьми|вісім|девять|девяти|дев['’ʼ]ять|едно|една|пет|шест|седем|осем|девет|четири))?)(?= (?:год|года|лет|годик\p{L}*|рок\p{L}{1,3}|рік|літ|години|година|годишн\p{L}*)(?!\p{L})(?! (?:назад|тому|опыта|стажа|со дня|преди)))|(?<=(?<!\p{L})(?:исполнилось|исполнится|исполняется|виповнилос[ьи]|виповнилося|виповниться|стукнуло|уже|вже|як(?:ому|ій)|котор(?:ому|ой)|ему|ей|йому|їй|возраст[еу]?|віком|бабушке|дедушке|бабусі|дідусеві|дідові|маме|мамі|на)[,: ]{1,2})(?<value>(?:девяносто|дев['’ʼ]яносто|сто)(?: (?:один|одна|два|две|дві|три|четыре|чотири|пять|п['’ʼ]ять|шесть|шість|семь|сім|восемь|вісім|девять|дев['’ʼ]ять))|девяносто|дев['’ʼ]яносто)(?=[.,;!?)]|$| (?:и|а|але|но|та|і)(?!\p{L}))`,
      String.raw`(?<=\p{L}[,(] ?)(?<value>9\d|1[01]\d)(?= ?(?:р\.|л\.|г\.|рр\.|год|лет|рок))|(?<=(?<!\p{L})(?:бабушке|дедушке|бабусі|дідусеві|маме|мамі|ей|ему|їй|йому|прабабушке|прадедушке)(?: (?:уже|вже|скоро|всего|сейчас|зараз|исполнилось|виповнилось|исполнится|виповниться))? )(?<value>9\d|1[01]\d)(?=[.,;!?)]|$| (?:и|а|але|но|та|і)(?!\p{L}))`,
    ],
  },
  {
    script: /[\u0590-\u05ff]/,
    forms: [
      String.raw`(?<=(?:בן|בת|בני|גיל|בגיל|לגיל|מלאו לו|מלאו לה) )(?<value>תשעים(?: ו?(?:אחת|אחד|שתיים|שניים|שלוש|שלושה|ארבע|חמש|שש|שבע|שמונה|תשע))?|מאה)(?!\p{L})|(?<!\p{L})(?<value>תשעים(?: ו?(?:אחת|שתיים|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע))?)(?= שנ(?:ה|ים)(?! לפני))|(?<=(?:קשיש|קשישה|סבא|סבתא|מטופל|מטופלת|דייר|דיירת|אלמנה|אלמן|פנסיונר|אישה|גבר)(?: רבא| רבתא| \p{L}{2,10})?,? \(?)(?<value>9\d|1[01]\d)(?=[,.)]|$| )`,
    ],
  },
  {
    script: /[\u0600-\u06ff]/,
    forms: [
      String.raw`(?<value>(?:(?:واحد|واحدة|اثنان|اثنين|اثنتان|ثلاث|ثلاثة|أربع|أربعة|خمس|خمسة|ست|ستة|سبع|سبعة|ثمان|ثماني|ثمانية|تسع|تسعة) ?و ?)?(?:ال)?تسع(?:ين|ون)|مئة|مائة)(?= (?:عام|سن[ةه]|ربيع)\p{L}{0,2}\p{M}?)|(?<=(?:عمره|عمرها|العمر|عن عمر(?: يناهز)?|بلغ(?:ت)?|سن) )(?<value>(?:(?:واحد|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة) ?و ?)?(?:ال)?تسعين|مئة|مائة)(?!\p{L})|(?<value>(?:نود|صد)(?: و (?:یک|دو|سه|چهار|پنج|شش|هفت|هشت|نه))?)(?= ?سال)|(?<=(?:الحاج|الحاجة|المريض|المريضة|الجدة|الجد|جدتي|جدي)[^\d\n]{0,24}[(،,] ?)(?<value>9\d|1[01]\d)(?=[)،,])`,
    ],
  },
  {
    script: /[\u0900-\u0dff]/,
    forms: [
      String.raw`(?<![\p{L}\p{M}])(?<value>नब्बे|इक्यान[वब]े|ब[ाय]ान[वब]े|बानवे|तिरान[वब]े|चौरान[वब]े|पं?चान[वब]े|पिचानवे|छियान[वब]े|सत्तान[वब]े|सतानवे|अट्ठान[वब]े|अठ्?ठ?ान[वब]े|निन्यान[वब]े|एक सौ(?: (?:एक|दो|तीन|चार|पाँच|पांच))?|सौ)(?= (?:साल|वर्ष|बरस)(?:ों|ीय)?(?! (?:पहले|पुरान|पूर्व)))|(?<=(?:उम्र|आयु)[: ]{1,2})(?<value>नब्बे|इक्यानवे|बानवे|तिरानवे|चौरानवे|पंचानवे|छियानवे|सत्तानवे|अट्ठानवे|निन्यानवे)|(?<value>নব্বই|একানব্বই|বিরানব্বই|তিরানব্বই|চুরানব্বই|পঁচানব্বই)(?= বছর)`,
    ],
  },
  {
    script: /[\u0e00-\u0e7f]/,
    forms: [
      String.raw`(?<value>เก้าสิบ(?:เอ็ด|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)?|(?:หนึ่ง)?ร้อย(?:เอ็ด|สอง|สาม|สี่|ห้า)?)(?= ?(?:ปี|ขวบ|ชันษา|พรรษา)(?!ก่อน|ที่แล้ว))|(?<=อายุ ?)(?<value>เก้าสิบ(?:เอ็ด|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า)?)`,
    ],
  },
  {
    script: /[\u3040-\u30ff\u3400-\u9fff]/,
    forms: [
      String.raw`(?<![一二三四五六七八九十百千])(?<value>九十[一二三四五六七八九]?|一?百[零〇]?[一二三四五六七八九十]?[一二三四五六七八九]?|九[〇一二三四五六七八九])(?=[歳才岁歲](?!月)|周[岁歲])|(?<=(?:今年|享年|現年|现年|高[龄齢齡]|年[龄齢齡]|行年|已经|已經|将满|年届))(?<value>九十[一二三四五六七八九]?|百[一二三四五六七八九]?)(?![一二三四五六七八九十百千年月日号號元人度])|(?<=(?:[さサ]ん|様|氏|殿|君|翁|さま|阿嬤|阿嬷|阿公|阿祖|奶奶|爷爷|爺爺|老人|婆婆|伯伯|先生|女士|老太太|大爷|大娘)[(（])(?<value>9\d|1[01]\d)(?=[)）])|(?<=[,，、:：。(（])(?<value>9\d|1[01]\d)(?= ?[歳才岁歲](?!月))`,
    ],
  },
  {
    script: /[\uac00-\ud7af]/,
    forms: [
      String.raw`(?<value>아흔(?:하나|한|둘|두|셋|세|넷|네|다섯|여섯|일곱|여덟|아홉)?)(?=[ ]?(?:살|세|이|을|이신|의 나이|에|인|$|[.,]))|(?<value>(?:구십|백)[일이삼사오육칠팔구]?)(?= ?(?:살|세)(?:[이의인로,. ]|$))|(?<=(?:어르신|할머니|할아버지|님|씨|옹|여사|선생)[(（])(?<value>9\d|1[01]\d)(?=[)）])`,
    ],
  },
];

/** Somebody, in front of "is" and an age. */
export const PEOPLE = String.raw`(?:my |our |her |his |the |great-)*(?:mother|father|mum|mam|mom|dad|nan|nana|nani|nanna|gran|granny|grandma|grandpa|grandmother|grandfather|grandad|ouma|oupa|gogo|mkhulu|lola|lolo|aunty?|auntie|uncle|wife|husband|brother|sister|neighbou?r|patient|client|resident|guarantor|plaintiff|claimant|defendant|tenant|widow|widower|pensioner|he|she|sister \p{L}+|sr\.? \p{L}+|bed \d+: [^\n]{2,30}|aunt \p{L}+|uncle \p{L}+)|(?:ouma|oupa|oma|opa|uroma|uropa|urli-oma|tante|onkel|gogo|nonn[oa]|vov[óô]|babcia|dziadek|lola|lolo|auntie|nana) \p{L}+|(?:(?:meine?|unsere?|ihre?|seine?|der|die|mein) )?(?:mutter|vater|oma|opa|uroma|urli-oma|uropa|großmutter|grossmutter|grossvater|großvater|mann|frau|schwester|bruder|nachbar(?:in)?|patient(?:in)?|bewohner(?:in)?|jubilar(?:in)?|tante|onkel|schwiegermutter|schwiegervater)|sie|er|(?:ma |mon |sa |son |la |le |notre )?(?:mère|père|grand-mère|grand-père|mamie|papi|tante|oncle|voisine?|patiente?|résidente?|arrière-grand-mère|arrière-grand-père)|elle|il|(?:mi |su |la |el )?(?:madre|padre|abuel[ao]|bisabuel[ao]|tí[ao]|vecin[ao]|paciente)|(?:mia |mio |la |il )?(?:nonn[ao]|bisnonn[ao]|mamma|zi[ao])|(?:minha |meu |a |o )?(?:mãe|pai|av[óô]|bisav[óô]|tia|tio|sogr[ao]|vizinh[ao]|utente)|(?:mijn |de |onze )?(?:moeder|vader|oma|opa|overgrootmoeder|buurvrouw|buurman|bewoonster|bewoner)|zij|hij|ze|(?:moja |mój |nasza )?(?:babcia|dziadek|mama|matka|ojciec|prababcia|pradziadek|ciocia|sąsiadka)|(?:min |vår |hennes |hans )?(?:mor|mormor|morfar|farmor|farfar|mamma|pappa|far|bestemor|bestefar|oldemor|oldefar|besteforeldre|tante|nabo)|hun|hon|han|(?:moje |můj )?(?:babička|dědeček|děda|prababička|matka|otec|maminka)|(?:nagymam[aá]\p{L}{0,2}|nagyap[aá]\p{L}{0,2}|dédi|anyám|apám)|(?:bunic[ao]?\p{L}{0,3}|mama|tata|străbunica)|(?:büyükannem|babaannem|anneannem|dedem|ninem|annem|babam)|(?:isoäitini|isoisäni|mummoni|mummo|ukki|äitini|isäni|mies|nainen)|(?:oma|opa|nenek|kakek|eyang|ibu|bapak|mbah)(?: saya| kami)?|(?:bà|ông|cụ|bà ngoại|bà nội|ông ngoại)(?: \p{L}+)?`;
/** Between somebody and the age, as the last word. */
export const AGE_VERBS = String.raw`is|['’]s|was|turned|turns|turning|will be|be|now|already|just|nearly|almost|ist|war|wird|wurde|schon|heuer|heute|bereits|a|aura|avait|eu|tiene|cumple|cumplió|ya tiene|ha|compie|compirà|ha già|tem|fez|faz|completou|is nu|wordt|werd|is al|ma|kończy|skończył[ay]?|ma już|är|fyller|blir|blev|er|fylder|bliver|er nå|er nu|je|bude|oslavil[ay]?|bylo|van|lesz|are|are deja|împlinește|on|täytti|täyttää|jo|berumur|berusia|năm nay|đã|oldu|olacak`;
/** What else may be as old: it is nobody's age. */
export const THINGS = String.raw`building|oaks?|trees?|houses?|home|towers?|bridges?|pubs?|jetty|pier|school|church|chapel|clubs?|society|compan(?:y|ies)|firm|business|tradition|clock|piano|violin|ship|boat|car|tractor|wine|lease|library|station|hotel|lighthouse|mill|barn|eiche|linde|baum|gebäude|haus|turm|brücke|kirche|verein|firma|schule|betrieb|mühle|orgel|hütte|glocke|torre|casa|edificio|puente|iglesia|pizzería|árbol|empresa|club|escuela|roble|pont|tour|école|église|bâtiment|maison|chêne|immeuble|entreprise|moulin|funiculaire|campanile|chiesa|palazzo|edificio|albero|quercia|ditta|scuola|fontana|ponte|prédio|igreja|árvore|escola|fábrica|moinho|loja|gebouw|brug|kerk|toren|boom|eik|school|molen|huis|kamienica|dąb|most|wieża|kościół|szkoła|budynek|firma|byggnaden?|huset|bron|kyrkan|eken|bygningen|kirken|broen|skolen|firmaet|dub|budova|škola|kostel|věž|ház|híd|templom|tölgy|clădirea|podul|școala|bina|köprü|cami|ağaç|okul|çınar|talo|silta|kirkko|koulu|gedung|jembatan|masjid|pohon|tòa nhà|ngôi chùa|cây cầu|дуб\p{L}?|здани[еюя]|будівл[яі]|дом(?:у|а)?|мост\p{L}?|міст|школ[аеі]|церк[оі]в\p{L}{1,2}|башн[яе]|κτίριο|γέφυρα|σχολείο|εκκλησία|πλάτανος`;
