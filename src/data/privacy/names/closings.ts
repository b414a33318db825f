/** What letters and messages end with, in front of whoever wrote them, and what says that somebody wrote something. */

/** In a line of their own. */
export const CLOSINGS = [
  String.raw`(?:(?:best|kind|kindest|warm|warmest|many|with|and) ){0,2}(?:regards|wishes|thanks)|all the best|best|yours(?: (?:sincerely|faithfully|truly|ever))?|sincerely(?: yours)?|cheers|thanks(?: again| a lot| in advance| so much)?|thank you|respectfully(?: yours)?|love|take care|signed|enjoy|tia|cordially|warmly|see you(?: soon)?`,
  String.raw`(?:mit )?(?:freundlich|best|herzlich|kollegial|lieb|viel|schön|sonnig|freundlichst)e[nrsm]? gr(?:ü|ue)(?:ß|ss)en?(?: aus \p{Lu}\p{Ll}+)?|gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|hochachtungsvoll|herzlichst|mfg|lg|vg|tsch(?:ü|ö|oe)s?s?|danke(?: und gruß)?|vielen dank|bis bald`,
  String.raw`(?:bien )?cordialement|bien à (?:vous|toi)|(?:sincères |meilleures )?salutations(?: distinguées)?|amicalement|bises|à bientôt|merci(?: d['’]avance)?`,
  String.raw`(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|(?:un )?(?:fuerte )?abrazo|besos|(?:muchas )?gracias`,
  String.raw`(?:cordiali|distinti|cari) saluti|(?:un )?(?:caro )?saluto|saluti|a presto|grazie(?: mille)?`,
  String.raw`(?:com os )?(?:melhores )?cumprimentos|atenciosamente|atentamente|(?:um )?(?:forte )?abraços?|beijinhos|(?:muito )?obrigad[oa]|att`,
  String.raw`(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en)?|groet(?:en|jes)?|mvg|(?:alvast )?bedankt|hoogachtend`,
  String.raw`z poważaniem|(?:serdecznie )?pozdrawiam(?: serdecznie)?|pozdrowienia|z wyrazami szacunku|dzięki|dziękuję`,
  String.raw`(?:med )?(?:vänlig|bästa|venn?lig|beste|de bedste|mange|varm|kær)(?:a|t|e)? (?:hälsning(?:ar)?|hilsen|hilsner)|hälsningar|hilsen|hilsner|mvh|vh|tack|takk?`,
  String.raw`s (?:pozdravem|úctou|přáním hezkého dne)|hezký den|zdraví|děkuji|díky|saygılarımla|saygılar|sevgiler(?:le)?|iyi çalışmalar|teşekkürler|(?:ystävällisin )?terveisin|kiitos`,
].join('|');

/** Such as stand in one line with the name too: "lg malte". */
export const SHORT_CLOSINGS =
  'lg|vg|mfg|gru(?:ß|ss)|gr(?:ü|ue)(?:ß|ss)e|liebe grüße|mvh|vh|hilsen|cheers|thx|ta|groet(?:jes|en)?|bises|saluti|abraço|saludos|hälsningar|pozdrawiam|zdraví|terv';

/** Behind whoever wrote what follows. */
export const WROTE = String.raw`wrote|writes|mentioned|a écrit|escribió|ha scritto|escreveu|napisał(?:a|\(a\))?|napsal(?:a|\(a\))?|skrev|kirjoitti|yazdı`;

/** And in front of them: "schrieb Anna Kolb". */
export const WROTE_BEFORE = 'schrieb|schreef|skrev';
