/** Words for passwords, codes and what they open, in some forty languages, as alternatives of regular expressions. */

/** Behind these stands a secret, of words too. */
export const PASSWORD_WORDS: readonly string[] = [
  String.raw`(?:wi-?fi|wlan|guest|admin|root|master)?[ -]?pass(?:words?|wd|phrases?|codes?)|pw|pwd|(?:verbal |telephone )?(?:pass ?code|code ?word|safe ?word)|pass(?=\s?[:=]|\sis\s)|memorable (?:word|place|name|date)|security (?:word|answer)|secret (?:word|answer)`,
  String.raw`(?:wlan|wi-?fi|gäste|netzwerk|master|start|telefon|kunden)?-?(?:passwort|passwörter|kennwort|codewort|passphrase)(?:es|s)?|losungswort|kennsatz|schlüsselwort|mots? de passe|mdp|phrases? (?:secrète|de passe)|mot de code|contraseñas?|palabra (?:clave|secreta)|clave|frase (?:de paso|secreta|clave)|senhas?|palavras?[ -](?:passe|chave)|frase do cofre(?: digital)?|parola (?:d['’]ordine|chiave)|password|frase segreta`,
  String.raw`(?:wi-?fi-?|gasten)?wachtwoord(?:en)?|wachtzin(?:nen)?|hasł(?:o|a|em|u)|lösenord(?:et|en)?|lösenfras(?:en)?|kodord(?:et)?|passord(?:et)?|passfrase(?:n)?|adgangskode[nr]?|kodeord(?:et)?|sikkerhetsord(?:et)?|hesl(?:o|a|em|u)|kódové slovo|jelsz(?:ó|ava|avam|avát)|jelige|jelmondat|parol[aăe]|parola(?:sı|m|nız)?|şifre(?:si|sini|yi|m|mi|niz|miz|n)?|salasana(?:n|na|ni|si)?|salalause|lozink[aeu]|gesl[oa]|kata ?(?:sandi|laluan)|sandi(?:nya)?|mật khẩu|(?:wi-?fi|wlan)`,
];

export const PASSWORD_WORDS_BEYOND: readonly string[] = [
  String.raw`парол[ьяюіи]|паролем|паролата?|кодов[оеыа]{1,2}[йе]? слов[оаі]|кодове слово|секретн[оеы]{1,2} слов[оаі]|секретне слово|тайна дума|лозинка|κωδικ(?:ός|ό)|συνθηματικό|μυστική λέξη`,
  String.raw`(?:ה)?סיסמ[האת]{1,2}|מילת (?:ה)?(?:קוד|סיסמה)|(?:ال)?كلم(?:ة|ه) (?:ال)?(?:سر|مرور)(?: المؤقتة)?|كلمة المرور|رمز عبور|گذرواژه|पासवर्ड|पासफ़्रेज़|गुप्त शब्द|পাসওয়ার্ড|கடவுச்சொல்|รหัสผ่าน|รหัสลับ`,
  '密码|密碼|口令|暗証番号|暗号|暗號|パスワード|パスフレーズ|合言葉|비밀번호|비번|패스워드|암호|복구 문구|비밀 문구',
];

/** Of one use, or for the day when a password is lost: what has their form behind them is one. */
export const RECOVERY_WORDS: readonly string[] = [
  String.raw`(?:recovery|backup|back-up|scratch|emergency|restore|reset|unlock|share|porting|port|unique port|activation|pairing|redemption|one-time|two-factor|2fa|mfa)[ -](?:codes?|tokens?|keys?)|(?:wiederherstellungs|backup|ersatz|notfall|entsperr|einmal|sicherungs|freischalt|kopplungs)-?codes?|codes? (?:de (?:récupération|secours|restauration|déblocage|couplage)|à usage unique)|códigos? (?:de )?(?:recuperación|respaldo|emergencia|recuperação|reserva|desbloqueo|desbloqueio|emparejamiento)|codic[ei] (?:di )?(?:recupero|backup|emergenza|ripristino|sblocco)`,
  String.raw`(?:herstel|back-?up|nood|ontgrendel)-?codes?|kod(?:y|ów|u|em)? (?:zapasow\p{L}{1,3}|odzyskiwania|ratunkow\p{L}{1,3}|awaryjn\p{L}{1,3})|(?:återställnings|reserv|säkerhets|gjenopprettings|gendannelses|reserve|backup)-?ko(?:d|de)(?:en|er|erna|n|r|rne|ne)?|(?:záložn|obnovovac|zálohov)\p{L}{1,3} kód\p{L}{0,2}|(?:helyreállít\p{L}{1,4}|tartalék|biztonsági) kód\p{L}{0,4}|cod(?:ul|uri|urile)? de (?:rezervă|recuperare|deblocare)|(?:kurtarma|yedek) (?:kodu|kodları|kodlarım)|(?:palautus|vara)koodi\p{L}{0,3}|kode (?:pemulihan|cadangan|pemadanan)|mã (?:khôi phục|dự phòng)`,
];

export const RECOVERY_WORDS_BEYOND: readonly string[] = [
  String.raw`резервн\p{L}{1,3} код\p{L}{0,3}|код\p{L}{0,3} (?:восстановления|відновлення|возврата)|кодове за възстановяване|κωδικ\p{L}{1,3} (?:ανάκτησης|εφεδρικ\p{L}{1,3})|קוד(?:י)? (?:ה)?(?:שחזור|גיבוי)|(?:رمز|رموز|كود|أكواد) (?:ال)?(?:استرداد|استعادة|احتياطية?)|(?:रिकवरी|बैकअप|पुनर्प्राप्ति|(?:यूनिक )?पोर्ट) कोड`,
  'รหัส(?:กู้คืน|สำรอง)|恢复[码碼]|恢復[码碼]|备用[码碼]|備用[码碼]|(?:リカバリー?|復旧|回復|バックアップ)コード|복구 ?코드|백업 ?코드',
];

/** Sent for one use: a number behind them is one. */
export const SENT_WORDS: readonly string[] = [
  String.raw`otp(?:-(?:kode|kod|code))?|(?:sms|one-time|verification|login|auth)[ -](?:code|passcode|pin|token)|(?:einmal|bestätigungs|sms|verifizierungs|anmelde)-?(?:code|pin|tan)|code (?:sms|reçu|de validation|de vérification)|código(?: de verificación| sms| q(?:ue)? (?:chegou|llegó|te llegó))|codice (?:sms|otp|di verifica)|kod (?:sms|weryfikacyjny|jednorazowy|potwierdzający)|sms-?(?:kod|kode|koden|kód|koodi)|engångskod(?:en)?|engangskode[nr]?|ověřovací kód|megerősítő kód|kod(?:ul)? de verificare|doğrulama kodu|onay kodu|vahvistuskoodi|kode (?:otp|verifikasi)|mã (?:otp|xác (?:nhận|minh|thực))`,
];

export const SENT_WORDS_BEYOND: readonly string[] = [
  String.raw`код\p{L}{0,2} (?:из (?:смс|sms)|подтверждения|підтвердження|з смс|доступа)|(?:смс|sms)-?код\p{L}{0,2}|κωδικός (?:επιβεβαίωσης|μίας χρήσης|επαλήθευσης)|(?:رمز|كود) (?:ال)?(?:تحقق|تأكيد|تفعيل)|קוד (?:ה)?(?:אימות|חד[- ]פעמי)|ओटीपी|(?:सत्यापन|वेरिफिकेशन) कोड`,
  '(?:รหัส ?OTP|รหัสยืนยัน)|验证码|驗證碼|校验码|校驗碼|动态码|動態碼|投屏码|取件码|取件碼|(?:認証|確認|ワンタイム)(?:コード|パスワード|番号)|인증 ?(?:번호|코드)|일회용 ?(?:비밀번호|번호)|입실 ?코드|출입 ?코드',
];

/** Both a code and what it opens, in one word. */
const CODES_OF_OPENED = String.raw`(?:port|dörr|larm|grind|hiss|garage|dør|nøgle|nøkkel|alarm|opgangs|låse)-?kode?(?:n|en)?|(?:kapu|ajtó|riasztó|lépcsőház\p{L}?|belépő|bejárati|széf)kód\p{L}{0,3}|(?:cijfer|toegangs|deur|poort|kluis)-?code|fechadura digital`;
/** Of anything: their numbers are secrets only beside what is opened by them. */
export const CODE_WORDS: readonly string[] = [
  String.raw`${CODES_OF_OPENED}|codes?|pin(?:-?(?:code|kod|kode|kód|koodi))?|combo|combination|keypad|código|codice|kod(?:u|em|en|em|ul|unu)?|kode[nr]?|kód(?:ja|ot|em|u|ját)?|cod(?:ul)?|koodi(?:n|lla|na)?|mã(?: số)?|kombinasi(?:nya)?|combinaison|combinación|combinazione|kombinatie|kombination(?:en)?|kombinasjon(?:en)?`,
  // What is done with one.
  String.raw`zadává|zadáš|zadej(?:te)?|bấm|nhập|tekan|pencet|ketik|masukkan|wpisz|wpisujesz|üss be|üsd be|beütöd|nyomd|apasă|tastezi|formezi|introduci|tuşla(?:yın)?|marque|marca|tape[rz]?|composez|tippe|push|press|punch|enter|näppäile|tast|slå|knapp(?:a|er)? in|opens? with|abre com|abre con|si apre con|açılır|gjelder|gäller|gælder|otwiera|hatástal\p{L}{0,8}|opnes|otevřeš|deschide|kommer in[nd]?|komm(?:st|e) (?:man )?rein|on entre|se entra|si entra|wchodzi`,
];
export const CODE_WORDS_BEYOND: readonly string[] = [
  String.raw`код\p{L}{0,3}|пин|пін|шифр|набер\p{L}{1,4}|нажм\p{L}{1,4}|натисн\p{L}{1,4}|κωδικ\p{L}{1,3}|πάτα|πληκτρολόγησε|συνδυασμός|רמז|(?:ב|ה)?קוד\p{L}{0,2}|הקש\p{L}{0,2}|رمز|كود|اضغط|الرقم|کد|कोड|पिन|दबा\p{L}{0,3}`,
  'รหัส|กด|ใช้|コード|暗証番号|番号|開[くき]|押し|[码碼]|密码|密碼|输入|輸入|코드|번호|비번|누르',
];
export const OPENED: readonly string[] = [
  String.raw`${CODES_OF_OPENED}|doors?|gates?|alarm\p{L}{0,6}|key ?(?:box|safe)|lock ?box|padlock|locker|safe|garage|lift|entrance|shed|barrier|(?:haus|keller|hof|garagen)?-?(?:tür|tor)(?:e|en|sicherung|schloss|öffner)?|schließ\p{L}{1,10}|schliess\p{L}{1,10}|tresor|spind|schlüssel\p{L}{0,8}|porte|portail|coffre|cadenas|boîte à clés|immeuble|puerta|portal|caja fuerte|candado|casillero|verja|porta|portone|cancello|cassaforte|armadietto|lucchetto|cofre|cadeado|portão|caixa d[aeo]s? chaves?|armário|quadro elétrico|deur|poort|kluis|kastje|slot|drzwi|bram\p{L}{1,2}|furtk\p{L}{1,2}|klatk\p{L}{1,2}|sejf\p{L}{0,2}|szafk\p{L}{1,2}|kłódk\p{L}{1,2}|domofon\p{L}{0,3}`,
  String.raw`dörr(?:en)?|port(?:en)?|grind(?:en)?|larm(?:et)?|skåp(?:et)?|lås(?:et|en)?|hänglås(?:et)?|kassaskåp(?:et)?|dør(?:en|a)?|nøkkel\p{L}{0,8}|nøgle\p{L}{0,8}|skap(?:et)?|skab(?:et)?|hytt[ae](?:n)?|bod(?:en)?|opgang(?:en)?|vchod\p{L}{0,2}|dveř\p{L}{1,3}|vrat\p{L}{0,3}|brán\p{L}{1,2}|trezor\p{L}{0,2}|kolárn\p{L}{1,2}|sklep\p{L}{0,2}|skříňk\p{L}{1,2}|zám(?:ek|ku)|ajt[óo]\p{L}{0,4}|kapu\p{L}{0,4}|riasztó\p{L}{0,4}|széf\p{L}{0,3}|lakat\p{L}{0,2}|kulcs\p{L}{0,8}|szekrény\p{L}{0,4}|raktár\p{L}{0,3}|ușa|uș[ăi]\p{L}{0,3}|poart\p{L}{1,2}|interfon(?:ul)?|seif\p{L}{0,3}|lacăt\p{L}{0,2}|scar[ăa]`,
  String.raw`kapı\p{L}{0,5}|kasa\p{L}{0,4}|dolap\p{L}{0,4}|apartman\p{L}{0,3}|bina\p{L}{0,3}|otopark|ov(?:i|en|ella|een)|portti|portin|lukko\p{L}{0,5}|kaappi|kaapin|avain\p{L}{0,8}|hälytin|hälytyksen|pintu\p{L}{0,3}|pagar|gerbang|brankas|loker|gembok|cửa|cổng|tủ|két|nhà|khóa|khoá|vrata|ulaz\p{L}{0,2}|mlango|geti|lango|tor(?:funk)?`,
];
export const OPENED_BEYOND: readonly string[] = [
  String.raw`двер\p{L}{1,3}|подъезд\p{L}{0,2}|під['’]їзд\p{L}{0,2}|домофон\p{L}{0,2}|ворот\p{L}{0,2}|калитк\p{L}|хвіртк\p{L}|сейф\p{L}{0,2}|ячейк\p{L}{1,2}|комірк\p{L}{1,2}|зам(?:ок|ка|ку)|сигнал[иі]зац\p{L}{1,2}|шкаф\p{L}{0,5}|гараж\p{L}{0,2}|врат\p{L}{1,3}|вход\p{L}{0,2}|бойлерн\p{L}|камер[аеуы] хранения|πόρτα\p{L}{0,2}|εισόδου|είσοδο\p{L}?|γκαράζ|συναγερμ\p{L}{1,3}|χρηματοκιβ\p{L}{2,5}|θυρίδ\p{L}{1,2}|ντουλάπ\p{L}{1,2}|πολυκατοικ\p{L}{1,3}|λουκέτο|κλειδ\p{L}{1,6}|ρούτερ|(?:ה|ל|ב)?(?:דלת|שער|כספת|ארון|אזעקה|בניין|כניסה|לוקר|מנעול|חניה|מחסן|מעלית|תיבת המפתחות)|(?:ال|لل)?(?:باب|بواب[ةه]|خزن[ةه]|شق[ةه]|بناي[ةه]|عمار[ةه]|إنذار|قفل|خزان[ةه]|مدخل|مصعد|كراج|صندوق)|दरवा[\u095bज]\p{M}*|गेट|लॉकर|तिजोरी|अलार्म|ताल[ाे]|लिफ्ट`,
  '(?:ประตู|คอนโด|ตู้|เซฟ|ล็อก|กุญแจ|รั้ว|ลิฟต์)|ロッカー|ドア|玄関|金庫|オートロック|キーボックス|扉|宅配ボックス|南京錠|警備|[门門柜櫃锁鎖]|保险箱|保險箱|大楼|大樓|현관|도어락|사물함|금고|락커|보관함|프린터|자물쇠|출입|출입문',
];

/** "Security question", in front of the question itself. */
export const QUESTION_WORDS: readonly string[] = [
  String.raw`security (?:questions?|reset|check|details?)|secret question|memorable|sicherheitsfrage\p{L}{0,2}|geheimfrage|question (?:secrète|de sécurité)|pregunta (?:secreta|de seguridad)|domanda (?:segreta|di sicurezza)|pergunta (?:secreta|de segurança)|(?:beveiligings|controle|geheime )vraag|geheime vraag|pytani\p{L}{1,2} (?:zabezpieczające|pomocnicze|bezpieczeństwa|kontrolne)|säkerhetsfråga\p{L}{0,2}|sikkerhetsspørsmål\p{L}{0,3}|sikkerhedsspørgsmål\p{L}{0,3}|(?:bezpečnostní|kontrolní) otázk\p{L}{1,2}|biztonsági kérdés\p{L}{0,3}|întrebar\p{L}{1,3} de securitate|güvenlik soru\p{L}{0,6}|turvakysymy\p{L}{1,5}|pertanyaan keamanan\p{L}{0,3}|câu hỏi bảo mật|verification question|mother['’]s maiden name`,
];
export const QUESTION_WORDS_BEYOND: readonly string[] = [
  String.raw`(?:контрольн|секретн|проверочн)\p{L}{1,3} (?:вопрос\p{L}{0,2}|запитан\p{L}{1,2}|питан\p{L}{1,2})|таен въпрос|ερώτηση ασφαλείας|שאלת (?:ה)?(?:אבטחה|ביטחון)|سؤال (?:ال)?(?:أمان|سري)|(?:सुरक्षा|सिक्योरिटी) (?:प्रश्न|सवाल)`,
  '(?:คำถาม(?:กันลืม|ความปลอดภัย|รักษาความปลอดภัย))|密保问题|安全问题|安全性問題|安全問題|提示答案|秘密の質問|보안 ?질문|본인 ?확인 ?질문',
];
