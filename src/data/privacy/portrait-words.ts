/** What some thirty languages more call pictures of somebody, as alternatives of regular expressions. */
import type { ScriptForms } from './script-forms.ts';

/** In Latin letters. */
export const PORTRAITS: readonly string[] = [
  String.raw`live (?:facial )?(?:images?|photos?|captures?|selfies?)|(?:two|three|four|\d|recent) (?:(?:recent|identical) )?(?:colou?r|passport[- ]sized?) (?:photo(?:graph)?s|pictures)|(?:1x1|2x2)(?: id)? (?:photo|picture|pic)s?|wrong photograph|(?:dreiseiten|erkennungs|ganzkörper|badge|mitarbeiter|schüler|frontal)-?(?:aufnahmen?|bild(?:er)?|fotos?)|paspoortfoto['’]?s?`,
  String.raw`(?:igazolvány|útlevél|arc|profil|portré|esküvői |családi |osztály|személyi |tabló|ovis )-?(?:kép|fotó)\p{L}{0,6}|szelfi\p{L}{0,4}`,
  String.raw`(?:poz[aăe]|pozele|fotografi(?:a|e|i|ile)|imagin(?:ea|i)) (?:(?:de|din|tip|cu|a|al|în) ){0,2}(?:buletin\p{L}{0,3}|pașaport\p{L}{0,3}|profil|cartea? de identitate|legitimați\p{L}{1,3}|permis\p{L}{0,3}|nuntă|familie|clasă|faț[ăa]|fe[țt]ei|mamei|tatălui|fiului|fiicei|copil\p{L}{0,4}|bebelușului|pacient\p{L}{0,4}|suspect\p{L}{0,4}|angajat\p{L}{0,4}|mea|ei|lui)(?: (?:a|al) \p{Ll}{3,12})?|portretul`,
  String.raw`(?:pas ?foto|swafoto|potret|(?:foto|gambar) (?:ktp|paspor|profil|diri|wajah|muka|keluarga|bayi|anak|ibu|ayah|korban|pasien|tersangka|termohon|pemohon|nasabah|pelanggan|karyawan|siswa|pernikahan|kelas|selfie|setengah badan|3x4|4x6))(?: (?:di|dengan|saat) \p{Ll}{3,12})?`,
  String.raw`(?:ảnh|hình) (?:thẻ|chân dung|hộ chiếu|đại diện|selfie|khuôn mặt|gia đình|cưới|cccd|căn cước|con (?:gái|trai)|em bé|bệnh nhân|nghi phạm|học sinh|nhân viên|3x4|4x6)|selfie (?:cầm|với|kèm) (?:căn cước|cccd|hộ chiếu|cmnd)`,
  String.raw`(?:bilde[rt]?|bildet|billede[rt]?|foto(?:et|t)?|bild(?:en|er)?) (?:av|af|på) (?:meg|mig|oss|os|hende|henne|ham|honom|oldemor|bestemor|mormor|farmor)(?: (?:ved|i|på|foran|vid|framför) \p{Ll}{3,14})?|(?:henkilökortin|passin|ajokortin|kulkukortin|henkilökortti|opiskelija|työntekijän|vauva|perhe)-? ?kuv(?:a|an|at|aa|assa|ansa|ani)`,
  String.raw`(?:fotografij[aeu]|slik[aeu]|fotk[aeuy]|fotografi[aue]) (?:za (?:putovnicu|osobnu|iskaznicu|pasoš)|lica|djeteta|deteta|pacijenta|dieťaťa|tváre|na občiansky|na pas|obraza|otroka)|(?:pasov|portrétn|profilov)\p{L}{1,2} (?:foto\p{L}{0,8}|snímk\p{L}|obrázok)|picha ya (?:pasipoti|uso|mtoto|mgonjwa|familia|kitambulisho)|(?:litrato|larawan) (?:ng|ni|ko) (?:bata|mukha|anak|\p{Lu}\p{Ll}+)|dokumendifoto|näopilt|paso nuotrauka|pases foto`,
];

/** In letters beyond Latin. */
export const PORTRAITS_BEYOND: readonly ScriptForms[] = [
  {
    script: /[\u0370-\u03ff]/,
    isOfWords: true,
    forms: [
      String.raw`(?:φωτογραφ[ιί]\p{L}{1,3}|φωτό|πορτρέτο|σέλφι) (?:(?:του|της|των|από|για|με|στο|στην|τύπου|το|την) ){0,2}(?:προφίλ|διαβατηρίου|διαβατήριο|ταυτότητ\p{L}{1,3}|πρόσωπο|προσώπου|παιδι\p{L}{1,2}|γιου|κόρης|ασθεν\p{L}{1,3}|γάμου|οικογένειας|μαμάς|μητέρας|διπλώματος|γιαγιάς|μωρού|υπαλλήλου|υπόπτου)|σέλφι|πορτρέτο`,
    ],
  },
  {
    script: /[\u0400-\u04ff]/,
    isOfWords: true,
    forms: [
      String.raw`(?:скан(?:-?копи[яю])? )?(?:фото(?:графи\p{L}{1,3}|снимок|карточк\p{L})?|сним(?:ок|к\p{L})|знім(?:ок|к\p{L})|світлин\p{L}{1,2}|портрет\p{L}{0,2}|селфи|селфі|слик[ае]|снимка) (?:анфас|в профиль|(?:(?:в|на|для|из|з|із|с|со|до|у|за|моей|моего|моєї|мого|его|её|ее|її|його|нашей|нашої) ){0,2}(?:паспорт\p{L}{0,3}|пропуск\p{L}{0,2}|удостоверен\p{L}{1,3}|посвідчен\p{L}{1,2}|загран\p{L}{0,8}|бейдж\p{L}{0,3}|лиц[ао]м?|лицето|обличч\p{L}|реб[её]нк\p{L}|дитин\p{L}|дете(?:то)?|сына|сина|дочери|доньки|жены|дружини|мужа|чоловіка|мамы|мами|отца|бабушки|бабусі|пациент\p{L}{1,2}|пацієнт\p{L}{1,2}|подозреваем\p{L}{2,3}|підозрюван\p{L}{2,3}|водител\p{L}|водія|профил\p{L}|профіл\p{L}|сотрудни\p{L}{1,3}|працівни\p{L}{1,3}|раны|шрама|класса|семьи|родини|свадьб\p{L}|лична карта))|(?:паспортн|портретн|семейн|свадебн|сімейн|весільн|групов)\p{L}{1,3} (?:фото|снимок|знімок|портрет)|фото 3 ?[xх×] ?4|аватарк\p{L}|селфи|селфі`,
    ],
  },
  {
    script: /[\u0590-\u05ff]/,
    forms: [
      String.raw`(?:תמונ(?:ת|ות)|צילום|צילומי) (?:ה)?(?:פנים|פספורט|דרכון|פרופיל|תעודת זהות|מחזור|משפחתית|רישיון|חתונה)|תמונ(?:ה|ות) של (?:ה)?(?:מורה|בן|בת|אמא|אבא|אימא|ילד\p{L}{0,3}|תינוק\p{L}{0,2}|סבתא|סבא|מטופל\p{L}?|חשוד\p{L}?|אשתי|אשתו|בעלי|לקוח\p{L}?|עובד\p{L}?|נהג\p{L}?|אחות\p{L}?|אח שלי|בני|בתי|הקטינ\p{L}{1,2}|תלמיד\p{L}{0,3})(?!\p{L})|סלפי`,
    ],
  },
  {
    script: /[\u0600-\u06ff]/,
    forms: [
      String.raw`صور(?:ة|ه) (?:ال|لل)?(?:عائل[ةه]|شخصية|وجه|جواز(?: السفر)?|هوية|طفل\p{L}{0,2}|ابن\p{L}{0,2}|بنت\p{L}{0,2}|زوج\p{L}{0,2}|مريض(?:ة)?|موظف(?:ة)?|عروس|زفاف|مشتبه|ملف الشخصي|سيلفي|والد\p{L}{0,3}|جد\p{L}{0,2}|رخصة|طالب(?:ة)?)(?!\p{L})(?: (?:عند|في|مع) (?:ال)?\p{L}{3,12})?|سيلفي|عکس (?:پرسنلی|پروفایل|چهره|خانوادگی|پاسپورت)`,
    ],
  },
  {
    script: /[\u0900-\u0dff]/,
    forms: [
      String.raw`(?:स्टूडियो|पासपोर्ट(?: साइ[ज\u095b]\u093c?| आकार)?(?: की)?|प्रो[फ\u095e]\u093c?ाइल|चेहरे की|[फ\u095e]\u093c?ैमिली|पारिवारिक|शादी की|पहचान|आईडी|मेरी|उसकी|उनकी|बच्चे की|मरी[ज\u095b]\u093c? की|बेटे की|बेटी की|पत्नी की|माँ की) (?:[फ\u095e]\u093c?ोटो|तस्वीर|चित्र)|(?:लाइव )?सेल्[फ\u095e]\u093c?ी|पासपोर्ट साइज`,
    ],
  },
  {
    script: /[\u0e00-\u0e7f]/,
    forms: [
      String.raw`(?:รูป|ภาพ)(?:ถ่าย)?(?:ใน)?(?:หน้าตรง|หนังสือเดินทาง|พาสปอร์ต|บัตรประชาชน|ติดบัตร|ใบหน้า|โปรไฟล์|เซลฟี่|ครอบครัว|แต่งงาน|ลูก(?:สาว|ชาย)?|คนไข้|ผู้ป่วย|ผู้ต้องสงสัย|นักเรียน|พนักงาน|รับปริญญา)|เซลฟี่(?:คู่บัตร)?`,
    ],
  },
  {
    script: /[\u3040-\u30ff\u3400-\u9fff]/,
    forms: [
      String.raw`(?:顔|証明|パスポート|プロフィール|本人|家族|結婚|集合|卒業|宣材|履歴書|免許証|社員証|学生証|旅券|自撮り|全身|傷の?|患部の?)の?(?:写真|画像|静止画)|(?:[映写]っ(?:ている|た))[^、。\n]{0,10}(?:写真|静止画|画像)|自撮り|セルフィー|遺影|アー写`,
      String.raw`(?:手持(?:身份[证證]|[护護]照|[证證]件|[健社]保卡)的?)?自拍(?!杆|桿|机)(?:照|照片)?|(?:[证證]件|半身|正面|侧面|一寸|二寸|两寸|工牌|[护護]照|身份[证證]|沙[龍龙]|婚[纱紗]|全家|家庭|生活|免冠|登[记記]|大[头頭]|人[脸臉]|面部|入[职職])照(?!明|顾|顧|常|例|旧)片?|(?:阿祖|阿嬤|阿公|奶奶|[爷爺]{2}|[妈媽]{2}|爸爸|[儿兒]子|女[儿兒]|孩子|[宝寶]{2}|老[师師]|[学學]生|病人|患者|嫌疑人|司[机機]|老人|[她他]|我和)[^,，。、\n]{0,8}?的?(?:照片|相片|截[图圖])|(?<!默认|預設)[头頭]像(?!标|尺)`,
    ],
  },
  {
    script: /[\uac00-\ud7af]/,
    forms: [
      String.raw`(?:(?:증명|여권|프로필|얼굴|상반신|가족|결혼|웨딩|졸업|반명함|신분증|아이|아기|환자|단체|본인|영정|이력서|사원증|학생증|수험표)(?: ?(?:컬러|흑백))? ?(?:사진|이미지)|셀카(?!봉)|셀피|영정)`,
    ],
  },
];
