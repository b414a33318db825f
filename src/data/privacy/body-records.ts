/** What languages beyond those of biometric.ts call records of somebody's body, as alternatives of regular expressions. */
import type { ScriptForms } from './script-forms.ts';

/** "otisk pravého palce": what was taken, then of which part. Words in between are sides and whose it is. */
const headed = (heads: string, between: string, parts: string): string =>
  String.raw`(?:${heads}) (?:(?:${between}) ){0,4}(?:${parts})`;

/** In Latin letters; the walk of all texts finds where they begin. */
export const LATIN_RECORDS: readonly string[] = [
  // Czech, Slovak, Slovene, Croatian, Bosnian, Serbian
  headed(
    String.raw`otisk\p{L}{0,3}|otisak|odtlač\p{L}{2,4}|odtis\p{L}{0,2}|s[kc]en\p{L}{0,6}|sním(?:ek|ku|ky)|šablon\p{L}{1,2}|predlož\p{L}{2,3}|vzor(?:ek|ku|ky|ka|ca|ec)?|uzor(?:ak|ka|ke|ci)|stěr\p{L}{0,2}|ster|obraz\p{L}{0,2}|model|snimk?[ae]?|mapa`,
    String.raw`(?:pra|le)v\p{L}{1,3}|desn\p{L}{1,3}|lijev\p{L}{1,3}|obou|oboch|obje|jeho|její(?:ho)?|mého|mé|všech|všetkých|deseti|desiatich|otisku|otisků|odtlačku|otiska|krevního|žil|cévní|prostředníčku|její`,
    String.raw`(?:prst|palc|dlan|duhovk|dúhovk|sítnic|sietnic|šarenic|mrežnic|zjenic|obličej|tvář|tvár|lic|hlas|glas|podpis|slin|sliny|dna|dnk|ukazov\p{L}{0,2}k|kažiprst|řečiště|oka|sliznic)\p{L}{0,3}`,
  ),
  String.raw`(?:hlasov|glasovn|biometri[cč]k|genetick|genetsk)\p{L}{1,3} (?:otis(?:k|ak)|vzor(?:ek|ka)|uzorak|profil|odtlačok|šablon\p{L}|predlož\p{L}{2,3}|podac\p{L}|údaj\p{L})\p{L}{0,2}|prstn\p{L}{1,2} odtis\p{L}{0,2}|daktyloskopick\p{L}{1,3} \p{L}{3,12}|uzorak krvi za dnk`,
  // Hungarian
  String.raw`(?:(?:bal|jobb|mindkét|tíz) )?(?:(?:hüvelyk|mutató|középső|gyűrűs|kis)ujj\p{L}{0,4}[ -])?(?:(?:ujj|tenyér|tenyere|hang|arc|írisz|retina|véna|kézvéna|nyál|dn[as]|kézgeometria|szájnyálkahártya|őssejtdonor|genetikai|biometrikus|kéz|fül)[ -]?){1,3}(?:lenyomat|mint[aá](?!s)|szkenn|szken(?!ner)|sablon|profil|adat|kenet)(?!-?olvas|szkenner)\p{L}{0,8}`,
  // Romanian
  headed(
    String.raw`amprent(?:[aăe]|ei|ele|elor)|scan(?:area|ări|ul|are)?|imagin(?:ea|i)|[șs]ablon(?:ul)?|model(?:ul)?|prob(?:[aăe]|ele)|mostr(?:[aăe]|ele)|eșantion(?:ul)?|profil(?:ul)?|tipar(?:ul)?|harta`,
    String.raw`digital[ăeă]|biometric(?:[ăe]|ul)?|de|a|al|ale|lui|cu|celor|mâinii|ambelor|meu|mea|sale|venos`,
    String.raw`deget\p{L}{0,4}|iris\p{L}{0,4}|retin\p{L}{1,3}|f[eț]\p{L}{1,4}|chip\p{L}{0,4}|facial[ăe]?|voc(?:e|ii|al[ăe]?)|palm\p{L}{1,3}|saliv\p{L}{1,3}|adn(?:-ul)?|venelor|mâinii|genetic[ăe]?|papilar[ăe]?`,
  ) + String.raw`(?: (?:mijlociu|inelar|arătător|mare|mic|drept|stâng|drepte|stângi|digital)(?:ului)?){0,3}`,
  String.raw`amprent(?:[aăe]|ei|ele|elor) (?:digital|papilar|vocal|palmar|facial)\p{L}{1,4}|dat(?:e|ele|elor) biometrice|recoltarea de salivă`,
  // Indonesian and Malay, Tagalog, Swahili, Afrikaans
  String.raw`(?<!(?:mesin|alat|pembaca|sensor|pemindai|kunci) )(?:(?:data|templat(?:e)?|pindai(?:an)?|pemindaian|rekam(?:an)?|hasil|imbasan|perekaman|cetakan) )?(?:sidik (?:jari|telapak|suara|bibir)|cap (?:jari|jempol|ibu jari))(?: (?:ibu jari|jempol|telunjuk|tengah|manis|kelingking|tangan|kanan|kiri|kesepuluh)){0,4}`,
  headed(
    String.raw`pindai(?:an)?|pemindaian|rekam(?:an)?|perekaman|imbasan|sampel|contoh|templat(?:e)?|pola|citra|usap(?:an)?|profil|cetak(?:an)?|model`,
    String.raw`pembuluh|darah|urat|air|geometri|telapak`,
    String.raw`wajah|muka|iris|retina|mata|suara(?= (?:pe|nasabah|kar|di))|vena|tangan|dna|liur|ludah|saliva|pipi|gigi|biometrik|biometri`,
  ) + String.raw`(?: (?:anak|ibu|ayah|kanan|kiri|bayi|korban|tersangka|pasien)){0,2}`,
  String.raw`data biometri[ck]|biometrik (?:wajah|suara|mata)|alama (?:ya|za) (?:vidole|kidole|gumba)|sampuli ya (?:dna|mate|sauti)|skani ya (?:uso|macho)|tatak ng (?:daliri|hinlalaki)`,
  // Vietnamese
  String.raw`(?<!(?:máy(?: quét)?|khóa|khoá|cảm biến|đầu đọc) )(?:(?:mẫu|dấu|dữ liệu|bản quét|ảnh|hình|quét|lăn) ){0,2}(?:vân (?:tay|lòng bàn tay)|dấu vân tay)(?: ngón)?(?: (?:tay|trỏ|cái|giữa|áp út|út)){0,2}(?: (?:trái|phải))?`,
  String.raw`(?:mẫu|dữ liệu|bản quét|quét|bản mẫu|ảnh quét|mã hoá|mã hóa|khuôn mẫu|đặc trưng|lấy mẫu) (?:khuôn mặt|gương mặt|mống mắt|võng mạc|giọng nói|giọng|tĩnh mạch(?: lòng bàn tay| ngón tay)?|lòng bàn tay|nước bọt|adn|dna|sinh trắc(?: học)?|niêm mạc miệng)(?: (?:mắt|bên))?(?: (?:trái|phải))?|sinh trắc học khuôn mặt`,
  // Finnish, Estonian, Latvian, Lithuanian
  String.raw`(?:oikean |vasemman |molempien )?(?:käden )?(?:sormen|kämmenen?|peukalon|etusormen|keskisormen|ääni|äänen|sylki|sylje[nst]\p{L}{0,2}|dna|poski\p{L}{0,6}|iiris|iiriksen|kasvo(?:jen)?|verkkokalvo(?:n)?|verisuoni|kantasolu|biometri(?:a|nen|set))[ -]?(?:jäl[kj](?:[ieä]|en|istä|iä)\p{L}{0,4}|näyt(?:e|te)\p{L}{0,4}|profiil\p{L}{1,4}|skannau\p{L}{1,6}|mall(?:i|in|ia|ine|inteen|it)|tunnist(?:e|teen|eet)|kartta|kuvio\p{L}{0,3})(?!n?luki|lukija)`,
  String.raw`(?:sõrme|peopesa|näo|hääle|iirise|sülje|dna-?)(?:jäl[jg]|skanneering|mall|proov|jälj)\p{L}{0,4}|pirkstu nospiedum\p{L}{1,2}|p[iī]rksta nospiedum\p{L}{1,2}|pirštų? atspaud\p{L}{1,3}|piršto atspaud\p{L}{1,3}`,
  // Scandinavian and German compounds; single fingers in western languages
  headed(
    String.raw`(?:av|af)(?:tryck|trykk|tryk)(?:et|en|ket|ene)?|s[ck]ann?(?:ing(?:en|ar|er)?|et|en)?|mall(?:en)?|skabelon(?:en)?|mønster|mönster|prov|prøve[nr]?`,
    String.raw`av|af|på|från|fra|de[ntm]?|di(?:n|t|tt)|mi(?:n|t|tt)|si(?:n|t|tt)|hans|hennes|hendes|højre|høyre|höger|venstre|vänster|begge|båda|alle|alla|ti|tio`,
    String.raw`(?:pege|peke|pek|lang|lång|ring|lille|lill|tommel)?finger(?:en|et)?|fingr(?:e|ene|ar|arna)|tommel(?:tott)?(?:en)?|tumm(?:e|en)|iris(?:en)?|ansi[gk]t(?:et)?|hån[d](?:en|fladen|flaten)?|handflata(?:n)?|stemmen?|röst(?:en)?|nethinden?|netthinnen|näthinnan`,
  ),
  String.raw`ansikt?s-?(?:skann?|scan)(?:et|en|s)?|(?:impresi[oó]n(?:es)?|ficha) dactilar(?:es)?(?: de (?:la |ambas )?manos?)?|digitais (?:d[aeo]s? )?(?:(?:dez|todos os|mãos) )?(?:dedos|mãos)|odcisk\p{L}{0,3} (?:\p{Ll}{3,12} )?palców`,
  String.raw`(?:iris|nethinde|netthinne|näthinne|öron|øre|hand(?:flate)?|hånd(?:flade|flate)?)-?(?:foto(?:t|n|et|er)?|bild(?:en|er)?|billede[tr]?|bilde[tr]?|avtryck(?:et|en)?|aftryk(?:ket)?|avtrykk(?:et)?)|(?:mund|munn|kind|spytt|spyt|saliv|stamcelle|stamcells)-?(?:skrap(?:et)?|prøve[nr]?|prov(?:et|er)?|topsning(?:en)?|vatpind)`,
  String.raw`(?:wangen|mund)?(?:schleimhaut|wangen|mund|speichel)-?abstrich\p{L}{0,2}|zehnfinger-?abdr[uü]ck\p{L}{0,8}|(?:daumen|zeigefinger|mittelfinger|ringfinger|handballen)-?abdr[uü]ck\p{L}{0,3}|abdr[uü]ck(?:e|s|es)? (?:der|des|seine[rs]|ihre[rs]|vom) (?:(?:linken|rechten) )?(?:daumen|zeigefinger|mittelfinger|ringfinger|finger|hand|handfläche)s?`,
  String.raw`empreintes? (?:de l['’]|du |des |de (?:son|sa|ses|mon) )(?:(?:pouce|index|majeur|annulaire|auriculaire|doigts?|main|paume)s?)(?: (?:droite?|gauche))?|huellas? (?:del? |de su )(?:dedo )?(?:pulgar|índice|medio|corazón|anular|meñique)(?: (?:derecho|izquierdo))?|impront[ae] (?:del(?:l['’])? ?|dei )(?:dito )?(?:pollice|indice|medio|anulare|mignolo|pollici)(?: (?:destr[oi]|sinistr[oi]))?|(?:impressão|digital) do (?:dedo )?(?:polegar|indicador|médio|anelar|anular|mínimo|mindinho)(?: (?:direito|esquerdo))?|afdruk(?:ken)? van (?:(?:de|zijn|haar|mijn) )?(?:(?:linker|rechter) ?)?(?:duim|wijsvinger|middelvinger|ringvinger|pink|vingers)`,
  String.raw`(?:wzór|wzor\p{L}{1,3}|wzorzec|obraz\p{L}{0,2}|zapis\p{L}{0,2}|skan\p{L}{0,2}|odcisk\p{L}{0,3}|ślad\p{L}{0,2}) (?:linii papilarnych|(?:(?:lewego|prawego) )?(?:kciuka|palca (?:wskazującego|serdecznego|środkowego)))(?: (?:lewej|prawej) (?:ręki|dłoni))?|ślin[ay] do badań(?: dna)?`,
  String.raw`(?:facial|face) (?:likeness|liveness|recognition)[ -](?:scans?|templates?|data|vectors?|captures?|images?|records?|checks?)|liveness (?:videos?|selfies?|scans?)|(?:left|right) (?:thumb|index|middle|ring|little)(?:[ -]finger)? (?:prints?|scans?|templates?)|(?:thumb|palm|finger|iris|retina|ear|voice|face)s? (?:scanned|enrolled) (?:at|on|by)(?! the (?:door|gate))`,
];

/** In letters beyond Latin: they are looked for in texts that have such letters only. */
export const SCRIPT_RECORDS: readonly ScriptForms[] = [
  {
    script: /[\u0370-\u03ff]/,
    isOfWords: true,
    forms: [
      headed(
        String.raw`αποτ[υύ]π[ωώ]μ\p{L}{1,4}|δε[ιί]γμα\p{L}{0,4}|σ[αά]ρωσ\p{L}{1,3}|πρότυπ\p{L}{1,2}|σκαν[αά]ρισμα|εικόνα|μοτίβο|προφίλ|λήψη|ηχογράφηση|χάρτης`,
        String.raw`του|της|των|από|αριστερ\p{L}{1,3}|δεξι\p{L}{1,3}|δε[ιί]κτη|μεγάλου|μέσου|δύο|σάρωσης`,
        String.raw`(?:dna|δακτ[υύ]λ\p{L}{1,4}|αντίχειρα|δείκτη|[ιί]ριδ\p{L}{1,3}|προσώπου|φωνής|παλάμης|χεριού|σάλιου|σιέλου|αμφιβληστροειδ\p{L}{1,4}|φλεβών|κόρης|στόματος|παρειάς)`,
      ),
      String.raw`(?:δακτυλικ|φωνητικ|βιομετρικ|γενετικ)\p{L}{1,2} (?:αποτ[υύ]π[ωώ]μ|πρ[οό]τ[υύ]π|δεδομ[εέ]ν|στοιχε[ιί]|προφ[ιί]λ|σ[αά]ρωσ|δε[ιί]γμα|υλικ)\p{L}{0,4}(?: (?:του|της) (?:(?:αριστερ|δεξι)\p{L}{1,3} )?(?:αντίχειρα|δείκτη|προσώπου|χεριού))?`,
    ],
  },
  {
    script: /[\u0400-\u04ff]/,
    isOfWords: true,
    forms: [
      headed(
        String.raw`отпечат(?:ок|к\p{L}{1,3})|оттиск\p{L}{0,3}|відбит(?:ок|к\p{L}{1,3})|отиск|отисак|отисци|пръстов\p{L}{1,2}|шаблон\p{L}{0,3}|скан\p{L}{0,8}|сн[иі]м(?:ок|к\p{L})|образ(?:ец|ц\p{L}{1,2})|зраз(?:ок|к\p{L}{1,2})|проб\p{L}{1,2}|маз(?:ок|к\p{L})|слеп(?:ок|к\p{L})|зліпок|рисун(?:ок|к\p{L})|малюн(?:ок|к\p{L})|модел\p{L}{1,2}|вектор|геометри\p{L}|профил\p{L}{0,2}|профіл\p{L}{0,2}|узор(?:ак|ка|ци)|запис\p{L}{0,2}|слик[ае]|мостр[аи]`,
        String.raw`прав\p{L}{1,3}|лев\p{L}{1,3}|лів\p{L}{1,3}|десн\p{L}{1,3}|ляв\p{L}{1,3}|указательн\p{L}{1,3}|вказівн\p{L}{1,3}|больш\p{L}{2,3}|велик\p{L}{1,3}|средн\p{L}{1,3}|безымянн\p{L}{1,3}|безіменн\p{L}{1,3}|обеих|обоих|обох|всех|усіх|десяти|его|её|ее|його|її|моего|мого|моїх|на|с|со|з|зі|из|от|для|внутренн\p{L}{1,3}|радужн\p{L}{1,3}|райдужн\p{L}{1,3}|сетчат\p{L}{1,3}|вен|вени|биометрическ\p{L}{1,3}|біометричн\p{L}{1,3}|отпечатк\p{L}{1,3}|відбитк\p{L}{1,3}`,
        String.raw`(?:пальц|пальч|пръст|прст|ладон|долон|дланов|длан|голос|глас|радужк|райдужк|радужн|райдужн|шаренице|ириса|сетчатк|сітківк|ретин|лиц[аеу]|обличч|слюн|слин|слюнк|пљувачк|днк|кист|оболочк|щек[иі]|щоки|вен|папил|подпис|почерк|ушн|рук[и])\p{L}{0,4}`,
      ) + String.raw`(?: (?:(?:прав|лев|лів|ляв|десн)\p{L}{1,3} )?(?:глаза|ока|руки|кисти|рук|око))?`,
      String.raw`(?:голосов|біометричн|биометрическ|биометричн|генетическ|генетичн|дактилоскопическ|дактилоскопічн|буккальн|букальн)\p{L}{1,3} (?:отпечат|слепо?к|відбит|зліпо?к|зраз|образ|профил|профіл|шаблон|данн|дани|подпис|карт|модел|мазо?к|материал|матеріал|вект|зіскріб|соскоб)\p{L}{0,4}(?: (?:лица|голоса|ладони|пальц\p{L}{1,2}|обличчя|голосу|долоні))?|(?:дакто|дактило)карт\p{L}{1,2}`,
    ],
  },
  {
    script: /[\u0590-\u05ff]/,
    forms: [
      String.raw`(?:טביע(?:ת|ות)|תבני(?:ת|ות)|סריק(?:ת|ות)|דגימ(?:ת|ות)|מדגם|צילום|מפת|חתימת) (?:ה)?(?:אצבע(?:ות|ותיו|ותיה)?|כף(?: ה)?[ -]?יד|אגודל|קול(?:ית)?|קשתית|רשתית|פנים(?= (?:ביומטרי|תלת))|רוק|dna|דנ["״]?א|ורידים|יד|לשון)(?: (?:ה)?(?:ימנית|שמאלית|ימין|שמאל|ימני|שמאלי|עין|יד))*|(?:תבני(?:ת|ות)|סריק(?:ת|ות)) (?:ה)?פנים|(?:נתונים|מידע|תבנית|מאפיינים|תיעוד) (?:ה)?ביומטרי(?:ים|ת)?|מטוש (?:ה)?(?:לחי|פה)`,
    ],
  },
  {
    script: /[\u0600-\u06ff]/,
    forms: [
      String.raw`(?:بصم(?:ة|ات|ه)|أثر|قالب|نموذج|مسح|صورة|عين(?:ة|ات|ه)|مسحة|خريطة|تخطيط|أخذ عينة) (?:ال)?(?:وجه|[إاأ]صبع|[أا]صابع|[إاأ]بهام|سبابة|بنصر|خنصر|صوت(?:ية|ي)?|عين(?=\s|[.,،؛]|$)|قزحية|شبكية|كف|راحة|لعاب|حمض النووي|حمض نووي|dna|ريق|أوردة|وريد|لسان|فم|بيومتري|حيوية)(?: (?:ال)?(?:وجه|يد|كف|عين|يمنى|يسرى|أيمن|أيسر|بنصر|سبابة|إصبع|نووي|ثلاثي(?:ة)?|أبعاد))*|(?:ال)?(?:بيانات|سمات|قياسات|بصمة|سجلات) (?:ال)?(?:بيومترية|حيوية|بايومترية|وراثية|جينية)|اثر انگشت|(?:اسکن|تصویر) (?:عنبیه|شبکیه|صورت|چهره)|نمونه (?:بزاق|دی‌?ان‌?ای|صدا)|انگوٹھے کا نشان|(?:انگلیوں|فنگر) کے نشان(?:ات)?|فنگر ?پرنٹ`,
    ],
  },
  {
    script: /[\u0900-\u0dff]/,
    forms: [
      String.raw`(?:(?:दाए[ँं]|बाए[ँं]|दायें|बायें|दाहिने|दोनों) ?(?:हाथ )?(?:के |की |का )?)?(?:उंगली|उँगली|अंगुली|उंगलियों|उँगलियों|अंगुलियों|अंगूठे|अँगूठे|हथेली|तर्जनी) (?:के|का|की) (?:निशान|छाप|प्रिंट|स्कैन|टेम्पलेट|नसों का पैटर्न)|(?:अंगूठा|अँगूठा) निशान|[\u095eफ]\u093c?िंगर[ -]?प्रिंट(?: (?:टेम्पलेट|टेम्प्लेट|डेटा|स्कैन))?`,
      String.raw`(?:आइरिस|आयरिस|रेटिना|पुतली|चेहरे|[\u095eफ]\u093c?ेस|आवा[\u095bज]\u093c?|हथेली|डीएनए|डी\.?एन\.?ए\.?|लार|थूक|बायोमेट्रिक|dna)(?: (?:का|की|के|फेशियल))? (?:स्कैन|टेम्पलेट|टेम्प्लेट|नमून[ाेों]{1,2}|सैंपल|सैम्पल|प्रोफ़ाइल|प्रोफाइल|डेटा|डाटा|प्रिंट|छाप|वेक्टर|पैटर्न|रिकॉर्ड)`,
      'আঙুলের ছাপ|(?:মুখের|আইরিস|রেটিনা) স্ক্যান|(?:ডিএনএ|লালার) নমুনা|கைரேகை|விரல் ?ரேகை|வேலிముద்ర|వేలిముద్ర\\p{M}*|ಬೆರಳಚ್ಚು|വിരലടയാളം|બાયોમેટ્રિક ડેટા|આંગળીની છાપ|ਉਂਗਲਾਂ ਦੇ ਨਿਸ਼ਾਨ|ਅੰਗੂਠੇ ਦਾ ਨਿਸ਼ਾਨ|बोटांचे ठसे|अंगठ्याचा ठसा|औंठाछाप',
    ],
  },
  {
    script: /[\u0e00-\u0e7f]/,
    forms: [
      String.raw`(?<!เครื่องสแกน|เครื่องอ่าน|กลอน|ล็อก)(?:สแกน|การสแกน|ภาพ|ข้อมูล|แม่แบบ)?(?:ลายนิ้ว(?:หัวแม่มือ|มือ|ชี้|กลาง|นาง|ก้อย)?|ลายพิมพ์นิ้วมือ|ลายฝ่ามือ|ลายเส้นเลือด(?:ดำ)?(?:ฝ่ามือ|นิ้ว)?|เส้นเลือดฝ่ามือ|ลายม่านตา)(?:มือ|นิ้ว)?(?:หัวแม่มือ|ชี้)?(?:ข้าง)?(?:ขวา|ซ้าย)?`,
      String.raw`(?:แม่แบบ|เทมเพลต|สแกน|การสแกน|ข้อมูล|ภาพสแกน|ผลสแกน|ต้นแบบ|โมเดล|จดจำ)(?:ใบหน้า|หน้า|ม่านตา|จอประสาทตา|จอตา|ฝ่ามือ|เสียง(?:พูด)?|ดวงตา)(?:ข้าง)?(?:สามมิติ|ขวา|ซ้าย|3 มิติ)?|(?:ตัวอย่าง|เก็บ)(?:น้ำลาย|ดีเอ็นเอ| ?DNA|เสียง|เยื่อบุกระพุ้งแก้ม)|ข้อมูล(?:ชีวมิติ|ชีวภาพ|อัตลักษณ์ใบหน้า|ไบโอเมตริกซ์?)|พิมพ์ลายนิ้วมือ`,
    ],
  },
  {
    script: /[\u3040-\u30ff\u3400-\u9fff]/,
    forms: [
      String.raw`(?:(?:右|左|両)(?:手)?の?)?(?:人差し指|人さし指|親指|中指|薬指|小指|手のひら|掌|目|眼)?の?(?:指紋|掌紋|声紋|虹彩)(?!認証(?!用?(?:データ|情報))|センサ|リーダ|スキャナ|認識|ロック|読取|読み取り(?:機|装置)|錠|登録機)(?:の?(?:テンプレート|データ|情報|スキャン|サンプル|検体|パターン|特徴量|画像|認証データ|鑑定資料))*`,
      String.raw`(?:(?:右|左)(?:手|目|眼)?の?)?(?:(?:指|手のひら|掌|手の甲)の?)?(?:静脈|網膜|顔|顔面|顔の特徴|歩容|筆跡|音声|声|DNA|ＤＮＡ|唾液|口腔粘膜|口腔内|生体|遺伝子|臍帯血)(?:認証)?の?(?:テンプレート|特徴量|特徴点|スキャン|検体|パターン|試料|型データ|認証データ|認証情報|サンプル|ぬぐい液|3Dデータ|テンプレ)(?:データ|情報)*|生体(?:情報|認証データ)|遺伝子情報|(?:顔|顔認証|静脈|声)データ`,
      String.raw`(?:(?:左|右|双|雙|其)(?:手|眼)?)*(?:(?:大拇指|拇指|食指|中指|无名指|無名指|小指|手掌|眼睛|十指)的?)?(?:指纹|掌纹|掌紋|虹膜|声纹|聲紋|指紋)(?!锁|鎖|机|機|识别(?!信息|数据)|辨識|辨识|打卡|解锁|解鎖|考勤|仪|儀|支付|登录|登入|认证|認證|传感|感應|感应|门|門|認証|センサ|リーダ|スキャナ|認識|ロック|読|錠)(?:模板|範本|范本|特征值|特徵值|特征|特徵|数据|資料|信息|資訊|扫描|掃描|样本|樣本|图像|影像|采集|採集|记录|紀錄|檔案)*`,
      String.raw`(?:(?:左|右|双|雙)(?:手|眼|耳|掌)?)*(?:人脸|人臉|面部|脸部|臉部|面容|脸型|视网膜|視網膜|(?:手|掌|指)?(?:静脉|靜脈)|DNA|dna|基因|唾液|口腔黏膜|口腔粘膜|步态|步態|语音|語音|聲音|声音|笔迹|筆跡|生物)(?:识别|辨識|特征|特徵|的)*(?:模板|範本|范本|特征值|特徵值|特征|特徵|样本|樣本|采样|採樣|检体|檢體|扫描|掃描|图谱|建模|识别数据|數據|数据|資料|信息|資訊|拭子|比对数据)+|(?:口腔|咽颊|頰)拭子`,
    ],
  },
  {
    script: /[\uac00-\ud7af]/,
    forms: [
      String.raw`(?<!다음 |아래 |위 |긴 |읽기 |독해 )(?:(?:오른|왼)(?:손|쪽)? ?)?(?:(?:엄지|검지|중지|약지|소지|집게|새끼)(?:손가락)? ?)?(?:손)?(?<!시험 |영어 )(?:지문|장문|성문|홍채)(?! ?(?:인식(?!용? ?(?:정보|데이터))|인증|센서|리더|스캐너|잠금|도어|을 읽|과 문제|이 길))(?: ?(?:정보|데이터|템플릿|특징값|특징점|스캔|샘플|시료|패턴|검체|이미지|기록))*`,
      String.raw`(?:(?:오른|왼)(?:손|쪽)? ?)?(?:손바닥 ?|손가락 ?|손등 ?)?(?:망막|정맥|얼굴|안면|안구|음성|목소리|DNA|디엔에이|유전자|타액|침|구강 ?(?:상피)?|생체|장정맥|걸음걸이)(?: ?인식)? ?(?:정보|데이터|템플릿|특징값|특징점|스캔|샘플|시료|검체|패턴 ?정보|본)(?:를|을|은|는|가|이|의|로)?(?!\p{L}{3})`,
    ],
  },
];
