import type { Email } from 'postal-mime';
import { htmlSections } from '../../text/html-sections.ts';
import { mailParts } from '../../text/mail-parts.ts';
import { noteDamage } from '../../text/decode.ts';
import type { Draft, ReadContext } from '../../reader.ts';

/** Parts within parts; no mail program nests deeper. */
const NESTING = 32;

/** One mail as a message; undefined, and noted, where it has no text. */
export async function readMail(raw: Buffer, row: number, context: ReadContext): Promise<Draft | undefined> {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(raw, { maxNestingDepth: NESTING });
  for (const { filename, mimeType } of mail.attachments)
    context.notes.add('attachments, not read', filename ?? mimeType);
  const parts = mailParts(await bodyOf(mail));
  if (parts.text === '') {
    context.notes.add('mails without text of their own', `mail ${row}`);
    return undefined;
  }
  noteDamage(parts.text, context);
  const id = mail.messageId?.trim();
  const answers = [mail.inReplyTo, mail.references].flatMap((header) => header?.match(/<[^<>\s]+>/g) ?? []);
  const at = mail.date === undefined ? Number.NaN : Date.parse(mail.date);
  return {
    kind: 'message',
    ...(id !== undefined && id !== '' && { id }),
    ...(answers.length > 0 && { answers: [...new Set(answers)] }),
    ...(mail.subject !== undefined && mail.subject !== '' && { subject: mail.subject.replace(/\s+/g, ' ').trim() }),
    author: (mail.from?.address || mail.from?.name || 'unknown').toLowerCase(),
    ...(Number.isFinite(at) && { at }),
    ...parts,
    place: { row },
  };
}

async function bodyOf({ text, html }: Email): Promise<string> {
  if (text !== undefined && text.trim() !== '') return text;
  if (html === undefined) return '';
  const quoteMarked = html.replace(/<blockquote[^>]*>/gi, '<blockquote>');
  const { sections } = await htmlSections(quoteMarked, { onlyMain: false });
  return sections.map(({ heading, text: body }) => [heading, body].filter(Boolean).join('\n\n')).join('\n\n');
}
