/** Words around names: what announces one, what belongs to one, and what shows that it is none. */

/** Forms of address, in front of a name. */
export const TITLES = new Set(
  `mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend fr father sister brother judge justice officer nurse captain capt sgt lt col gen hon
herr herrn frau fräulein doktor monsieur madame mademoiselle m mme mlle maître me docteur señor señora señorita sr sra srta don doña d dña doctor doctora
signor signora signorina sig dott dottor dottore dottoressa dr.ssa avv ing dhr mevr mevrouw meneer mw drs pan pani pana panu panią lek senhor senhora dona doutor doutora herrn fru fröken dra mgr inż mw mevr drs sra srta mecenas shri smt kumari mm mmes mdm hr fräul gent.ma prof.ssa sig.ra dott.ssa me mec adw dipl pfr`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Between the parts of a name. */
export const PARTICLES =
  "von|van|['’]t|het|de|der|den|del|della|di|da|do|dos|das|du|des|la|le|los|las|el|al|bin|ibn|ben|ter|ten|zu|zum|zur|af|av|y|e|i|und|bint|binti|binte|bte|arap|ould|wa|dal|dalla|dei|degli|thoe|nic|ní|ap|st\\.?";

/** After one of these comes a name, whatever its words are. */
export const CUES = [
  String.raw`my (?:full )?name is`,
  String.raw`(?:full|first|last|given|family|legal|maiden|patient|client|customer|employee)[ _]?name(?: is)?\s?[:=-]?`,
  'name\\s?[:=]',
  String.raw`(?:i am|i['’]m|this is|it['’]s)(?= \p{Lu}\p{Ll}+ \p{Lu})`,
  'signed(?: by)?:?',
  '(?:patient|client|customer|attn|attention|contact(?: person)?|from|to|cc|employee|defendant|plaintiff|claimant|tenant|landlord|guarantor|beneficiary|insured|policyholder|account holder|cardholder|next of kin|emergency contact|physician|attending|surgeon|author|sender|recipient)\\s?:',
  '(?:dear|hi|hello|hey|regards|sincerely|cheers|yours|thanks),?',
  'ich heiße|mein name ist|(?:vor|nach|familien)?name\\s?:|(?:patient(?:in)?|kund(?:e|in)|mandant(?:in)?|versicherte[rn]?|ansprechpartner(?:in)?|mieter(?:in)?)\\s?:|liebe[rs]?|hallo|(?:mit freundlichen|viele|beste) grüßen?,?|gez\\.',
  "je m[’']appelle|(?:nom|prénom)(?: et prénom)?\\s?:|(?:patiente?|cliente?|assurée?)\\s?:|cher|chère|bonjour|cordialement,?",
  'signor[ae]?|signorina|señor(?:a|ita)?|monsieur|madame|mademoiselle|(?:de )?heer|meneer|mevrouw|pan[iau]?|senhora?|herrn?|frau|fru|doctora?|dra?\\.?|dott\\.?(?:ssa)?|prof\\.?|mgr\\.?|inż\\.|lek\\.|avv\\.|sig\\.?(?:ra)?|dhr\\.|mevr\\.|mw\\.|drs\\.|sr(?:t?a)?\\.|dottor(?:e|essa)?|doktor|docteur',
  'me llamo|mi nombre es|(?:nombre|apellidos?)(?: completo| y apellidos)?\\s?:|paciente\\s?:|estimad[oa]|querid[oa]|hola|atentamente,?|(?:un )?saludos?,?',
  'mi chiamo|il mio nome è|(?:nome|cognome)(?: e cognome)?\\s?:|paziente\\s?:|gentile|car[oa]|ciao|cordiali saluti,?',
  'mijn naam is|ik heet|(?:achter|voor)?naam\\s?:|patiënt\\s?:|beste|geachte|hoi|groeten,?',
  'nazywam się|mam na imię|(?:imię i nazwisko|imię|nazwisko)\\s?:|pacjent(?:ka)?\\s?:|cześć|pozdrawiam,?',
  'jag heter|mitt namn är|(?:för|efter)?namn\\s?:|hej|hälsningar,?',
  'meu nome é|chamo-me|me chamo|nome completo\\s?:|prezad[oa]|car[oa]|olá|atenciosamente,?',
].join('|');

/** Words with a capital that are no names, or end what looks like one. */
export const NOT_NAMES = new Set(
  `Cheers Mann Heim Auftrag Aadhaar Pesel Pantone Codice Fiscale Tel Mobil Handy Fax Telefon Zwischen Sachen Anbei Hiermit Siehe Market Pat Loan Signed Regards Gruß Grüße Dob Iban Bic Vat Pin Otp Faq January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday
Januar Februar März Mai Juni Juli Oktober Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag
America India Israel Jordan Chad Georgia Virginia Carolina Florida Austria Asia Africa China Kenya Sierra Christian Islam Bible Christmas Easter
The This That These Those He She It We You They And But Or If In On At Of For To From With By As Is Are Was Were A An I My Our Your His Her Their Please Thanks Thank Hello Dear Yes No Not Ok
Team All Sir Madam Everyone Customer Support Service Colleague Colleagues Friends Damen Herren Kunde Kundin Zusammen Alle Sehr Equipe Équipe Tous Todos Tutti Allen
Street Road Avenue Lane Drive Boulevard Square Park River Lake Mount Mountain Bridge Hospital Clinic University College School Church Institute Foundation Company Corporation Inc Ltd LLC GmbH AG Corp Bank Group Center Centre Street Airport Station County City State Department Ministry Court Council Hotel Restaurant Museum Library Press Times Award Prize Theorem Syndrome Disease Method Test Law Act Effect Equation Index Algorithm Transform Distribution
Klinik Krankenhaus Universität Schule Straße Platz Bahnhof Verlag Preis Gesetz Verfahren Krankheit Die Der Das Ein Eine Und Oder Ich Wir Sie Er Es Am Im Bei Mit Von Für Nach Ist War Hat
Le La Les Un Une Des Et Ou Je Il Elle Nous Vous Ils El Los Las Una Y O Yo Lo Gli Uno Ed De Het Een En Ik Hij Zij Wij Na W Z Do Jest Det Den Och Att Os As Um Uma Eu
Windows Linux Debian Ubuntu Python Java Ruby Perl Docker Apache Mozilla Google Apple Microsoft Amazon Version Note Chapter Section Figure Table Appendix License`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** What is nobody where it stands by itself: firms that everyone speaks of, and what people say before they say more. */
export const NOBODY_ALONE = new Set(
  `Yahoo Hotmail Gmail Outlook Facebook Twitter Instagram Whatsapp Youtube Linkedin Ebay Paypal Netflix Skype Zoom Slack Nokia Samsung Motorola Ericsson Intel Sony Siemens Volkswagen Toyota Ikea Lidl Aldi Tesco Vodafone Telekom Enron
Yeah Yep Yup Nope Well What Hmm Huh Wow Ugh Oops Okay Sorry Sure Sweetie Anyway Anyone Someone Everybody Ditto Alas Besides Meanwhile Sheesh Geez Jeez Gee Uh-oh Whoa Yikes Doh Duh Phew Whew Argh Yay Nah Aha Ahem Hurrah Howdy Greetings Congrats Congratulations Agreed Indeed Hash Ive Theres Dont Cant Thats Feb Apr Jun Jul Aug Sept Oct Nov Dec
Hun Hän Umur Muhasebe Jeton Danke Gruß Moin Servus Tschö Tschoe Tschüss Bitte Merci Bonjour Bonsoir Bises Grazie Ciao Hola Saludos Gracias Obrigado Obrigada Oi Olá Bedankt Groet Groeten Groetjes Hoi Dzięki Cześć Díky Ahoj Hej Hei Hejsan Tack Takk Kiitos Terveisin Merhaba`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
