/** A mail's text taken apart: what its author wrote, what is quoted, and the signature. */

export interface MailParts {
  text: string;
  quoted?: string;
  signature?: string;
}

/** "On … wrote:" in the languages of common mail programs; it may go over two lines. */
const ATTRIBUTION =
  /^(?:(?:on|am|le|el|il|op|em|dne|den|w dniu)\s.{4,200}?(?:wrote|schrieb[^:]*|a écrit|escribió|ha scritto|schreef[^:]*|escreveu|napsal[^:]*|skrev|napisał[^:]*)\s?:|.{1,80}\s(?:wrote|writes|schrieb):)$/i;
/** Where whole mails are appended below the answer. */
const ORIGINAL =
  /^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale)\s*-{2,}|_{20,})\s*$/i;
const HEADER = /^\s*\*?(?:from|von|de|da|van)\s?:\*?\s+\S/i;
const FURTHER_HEADER =
  /^\s*\*?(?:sent|date|to|subject|cc|gesendet|an|betreff|datum|envoyé|à|objet|enviado|para|asunto|inviato|oggetto)\s?:\*?\s/i;
const DEVICE =
  /^(?:sent from my |gesendet von meinem |von meinem \w+ gesendet|envoyé de mon |enviado desde mi |inviato da(?:l mio)? |get outlook for )/i;

export function mailParts(body: string): MailParts {
  const lines = body.replaceAll('\r\n', '\n').split('\n');
  const { from, to } = appended(lines);
  const { own, quoted } = sortLines(lines.slice(0, from));
  const below = sortLines(lines.slice(to));
  own.push(...below.own);
  quoted.push(...lines.slice(from, to), ...below.quoted);
  const signatureAt = own.findIndex((line) => /^-- ?$/.test(line) || DEVICE.test(line.trim()));
  const text = trimmed(signatureAt === -1 ? own : own.slice(0, signatureAt));
  const signature = signatureAt === -1 ? '' : trimmed(own.slice(signatureAt).filter((line) => !/^-- ?$/.test(line)));
  const quote = trimmed(quoted);
  return { text, ...(quote !== '' && { quoted: quote }), ...(signature !== '' && { signature }) };
}

/** Another mail that is appended whole; only its header where its text is marked as quoted, with an answer below. */
function appended(lines: readonly string[]): { from: number; to: number } {
  const from = lines.findIndex((line, index) => {
    if (ORIGINAL.test(line)) return true;
    return (
      HEADER.test(line) && lines.slice(index + 1, index + 5).filter((next) => FURTHER_HEADER.test(next)).length >= 2
    );
  });
  if (from === -1) return { from: lines.length, to: lines.length };
  const isHeader = (line: string): boolean =>
    line.trim() === '' || ORIGINAL.test(line) || HEADER.test(line) || FURTHER_HEADER.test(line);
  const length = lines.slice(from).findIndex((line) => !isHeader(line));
  const isMarked = length !== -1 && /^\s{0,3}>/.test(lines[from + length]);
  return { from, to: isMarked ? from + length : lines.length };
}

/** Lines of the author, and quoted ones with what announces them. */
function sortLines(lines: readonly string[]): { own: string[]; quoted: string[] } {
  const [own, quoted]: [string[], string[]] = [[], []];
  for (let at = 0; at < lines.length; at++) {
    const announced = announcementAt(lines, at);
    if (announced > 0) {
      quoted.push(...lines.slice(at, at + announced));
      at += announced - 1;
    } else if (/^\s{0,3}>/.test(lines[at])) quoted.push(lines[at].replace(/^\s*>\s?/, ''));
    else own.push(lines[at]);
  }
  return { own, quoted };
}

/** How many lines say who wrote what follows, where quoted lines do follow. */
function announcementAt(lines: readonly string[], at: number): number {
  for (const count of [1, 2]) {
    const words = lines
      .slice(at, at + count)
      .join(' ')
      .trim();
    if (words.length > 300 || !ATTRIBUTION.test(words)) continue;
    const next = lines.slice(at + count).find((line) => line.trim() !== '');
    if (next !== undefined && /^\s{0,3}>/.test(next)) return count;
  }
  return 0;
}

function trimmed(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
