/** Recognises the lines with which mail programs in many languages mark another mail. */

/** "On … wrote:" in the languages of common mail programs. */
const ATTRIBUTION =
  /^(?:(?:on|am|le|el|il|op|em|dne|den|w dniu)\s.{4,200}?(?:wrote|schrieb[^:]*|a écrit|escribió|ha scritto|schreef[^:]*|escreveu|napsal[^:]*|skrev|napisał[^:]*)\s?:|.{1,80}\s(?:wrote|writes|schrieb|said|says|skrev|escribió|a écrit|ha scritto):)$/i;
/** Any other line that ends in a colon and contains an address or a date with a time is an attribution too. */
const TELLS_WHO = /<?[\w.+-]+@[\w-]+\.[\w.-]+>?|\d{1,2}:\d{2}/;
/** "[Ann Lee]", another form of attribution. */
const BRACKETED = /^\[\p{Lu}[\p{L}.' -]{2,60}\]$/u;

/** Whether a line attributes the quotation below it. */
export function announces(words: string): boolean {
  return ATTRIBUTION.test(words) || (/[:：]$/.test(words) && TELLS_WHO.test(words)) || BRACKETED.test(words);
}

const ORIGINAL =
  /^\s*(?:-{2,}\s*(?:original message|original appointment|forwarded message|forwarded by .*|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original|mensagem encaminhada|oorspronkelijk bericht|doorgestuurd bericht|originalmeddelande|vidarebefordrat meddelande|oprindelig meddelelse|videresendt melding|wiadomość oryginalna|wiadomość przekazana|исходное сообщение|пересылаемое сообщение)\s*-{2,}|begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message réexpédié :|inicio del mensaje reenviado:|inizio messaggio inoltrato:|_{20,})\s*$/i;

/** The mark before a complete mail that is appended below the answer. */
export function isOriginalMark(line: string): boolean {
  return ORIGINAL.test(bare(line));
}

const HEADER =
  /^(?:from|von|de|da|van|fra|från|od|lähettäjä|от|发件人|寄件者|差出人|보낸 ?사람|kimden|feladó|από)\s?[:：]\s*\S/i;
const FURTHER_HEADER =
  /^(?:sent|date|to|subject|cc|importance|reply-to|gesendet|an|betreff|datum|envoyé|à|objet|enviad[oa](?: em)?|para|fecha|data|asunto|assunto|inviato|a|oggetto|verzonden|aan|onderwerp|sendt|til|emne|dato|skickat|till|ämne|kopia|wysłano|do|temat|lähetetty|vastaanottaja|aihe|отправлено|дата|кому|копия|тема|发送时间|收件人|抄送|主题|寄件日期|收件者|主旨|送信日時|宛先|件名|보낸 ?날짜|받는 ?사람|제목|gönderildi|tarih|kime|konu)\s?[:：]\s*(?:\S|$)/i;

/** The first line of another mail's header. */
export function isHeader(line: string): boolean {
  return HEADER.test(bare(line));
}

export function isFurtherHeader(line: string): boolean {
  return FURTHER_HEADER.test(bare(line));
}

/** Removes the bold formatting that HTML gives such words. */
function bare(line: string): string {
  return line.trim().replaceAll('*', '');
}

/** Whether a subject is that of a forwarded mail. */
export function isForward(subject: string): boolean {
  return /^\s*(?:(?:re|aw|sv|antw)\s?:\s*)*(?:fwd?|wg|tr|rv|enc|vb|vs|vl|doorst|pd|i|inoltra|переслать)\s?:/i.test(
    subject,
  );
}

/** Whether a subject is that of a reply. */
export function isReply(subject: string): boolean {
  return /^\s*(?:re|aw|sv|antw|odp|ref|vá|ynt|r|回复|答复|回覆)(?:\[\d+\])?\s?[:：]/i.test(subject);
}
