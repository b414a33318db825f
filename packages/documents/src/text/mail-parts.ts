/** Splits a mail's text into the author's own text, quotations, and the signature. */
import { pushAll } from '@attune/base/many';
import { announces, isFurtherHeader, isHeader, isOriginalMark } from './mail-marks.ts';

export interface MailParts {
  text: string;
  quoted?: string;
  signature?: string;
}

const DEVICE =
  /^(?:sent from my |gesendet von meinem |von meinem \w+ gesendet|envoyé de mon |enviado desde mi |enviado do meu |inviato da(?:l mio)? |verzonden vanaf |verstuurd vanaf |skickat från min |sendt fra min |wysłane z |get outlook for )/i;

/** @param isForwarded the forwarded mail is the content, below the author's remarks */
export function mailParts(body: string, { isForwarded = false } = {}): MailParts {
  const lines = body.replaceAll('\r\n', '\n').split('\n');
  const { from, to } = appended(lines);
  if (isForwarded && isMail(lines.slice(from, from + 6))) return forwarded(lines, from);
  const { own, quoted } = sortLines(lines.slice(0, from));
  const below = sortLines(lines.slice(to));
  pushAll(own, below.own);
  pushAll(quoted, lines.slice(from, to));
  pushAll(quoted, below.quoted);
  return partsOf(own, quoted);
}

function partsOf(own: readonly string[], quoted: readonly string[]): MailParts {
  const signatureAt = own.findIndex((line) => /^-- ?$/.test(line) || DEVICE.test(line.trim()));
  const text = trimmed(signatureAt === -1 ? own : own.slice(0, signatureAt));
  const signature = signatureAt === -1 ? '' : trimmed(own.slice(signatureAt).filter((line) => !/^-- ?$/.test(line)));
  const quote = trimmed(quoted);
  return { text, ...(quote !== '' && { quoted: quote }), ...(signature !== '' && { signature }) };
}

/** A line of underscores may also begin the notice of a mailing list. */
function isMail(lines: readonly string[]): boolean {
  return lines.some((line) => isHeader(line.replace(/^\s{0,3}> ?/, '')));
}

/** The remarks and, below them, the forwarded mail without its header and its own quotations. */
function forwarded(lines: readonly string[], from: number): MailParts {
  const about = partsOf(sortLines(lines.slice(0, from)).own, []);
  const rest = lines.slice(from).map((line) => line.replace(/^\s{0,3}> ?/, ''));
  const start = rest.findIndex((line) => !isHeaderLine(line));
  const passed = start === -1 ? { text: '' } : mailParts(rest.slice(start).join('\n'));
  return { ...about, ...passed, text: [about.text, passed.text].filter((text) => text !== '').join('\n\n') };
}

function isHeaderLine(line: string): boolean {
  return line.trim() === '' || isOriginalMark(line) || isHeader(line) || isFurtherHeader(line);
}

/** Another mail appended in full; only its header if its text is marked as quoted, with an answer below. */
function appended(lines: readonly string[]): { from: number; to: number } {
  const from = lines.findIndex((line, index) => {
    if (isOriginalMark(line)) return true;
    return isHeader(line) && lines.slice(index + 1, index + 6).filter(isFurtherHeader).length >= 2;
  });
  if (from === -1) return { from: lines.length, to: lines.length };
  const length = lines.slice(from).findIndex((line) => !isHeaderLine(line));
  const isMarked = length !== -1 && /^\s{0,3}>/.test(lines[from + length]);
  return { from, to: isMarked ? from + length : lines.length };
}

/** Separates the author's lines from quoted ones and their attributions. */
function sortLines(lines: readonly string[]): { own: string[]; quoted: string[] } {
  const [own, quoted]: [string[], string[]] = [[], []];
  for (let at = 0; at < lines.length; at++) {
    const announced = announcementAt(lines, at);
    if (announced > 0) {
      pushAll(quoted, lines.slice(at, at + announced));
      at += announced - 1;
    } else if (/^\s{0,3}>/.test(lines[at])) quoted.push(lines[at].replace(/^\s*>\s?/, ''));
    else own.push(lines[at]);
  }
  return { own, quoted };
}

/** Number of attribution lines here, if quoted lines follow. */
function announcementAt(lines: readonly string[], at: number): number {
  if (lines[at].trim() === '') return 0;
  for (const count of [1, 2]) {
    const words = lines
      .slice(at, at + count)
      .join(' ')
      .trim();
    if (words.length > 300 || !announces(words)) continue;
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
