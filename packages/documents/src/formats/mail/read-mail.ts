import { withFeature } from '@attune/base/optional-packages';
import type { Email } from 'postal-mime';
import { htmlSections } from '../../text/html-sections.ts';
import { isForward, isReply } from '../../text/mail-marks.ts';
import { mailParts } from '../../text/mail-parts.ts';
import { noteDamage } from '../../text/decode.ts';
import type { Draft, InnerFile, ReadContext } from '../../reader.ts';
import { attachedFiles, isRead, mailPlace, resumedAt } from './attachments.ts';

/** Maximum nesting of parts; no mail program nests deeper. */
const NESTING = 32;

/** A mail as a message, if it has text, followed by its attachments. `isAlone`: it is the only mail in the file. */
export async function* readMail(
  raw: Buffer,
  { row, isAlone }: { row: number; isAlone: boolean },
  context: ReadContext,
): AsyncGenerator<Draft | InnerFile> {
  const resumed = resumedAt(context);
  if (row < resumed) return;
  const { default: PostalMime } = await withFeature('documents', () => import('postal-mime'));
  const mail = await PostalMime.parse(raw, { maxNestingDepth: NESTING });
  const message = row === resumed ? undefined : await messageOf(mail, row, context);
  const isJoined = mail.attachments.some((attachment) => isRead(attachment, context));
  const place = { row, ...(isJoined && { mail: mailPlace(row, isAlone) }) };
  if (message !== undefined) yield { ...message, place };
  yield* attachedFiles(mail.attachments, { row, bytes: raw.length, isAlone }, context);
}

/** Undefined, with a note, if the mail has no text. */
async function messageOf(mail: Email, row: number, context: ReadContext): Promise<Draft | undefined> {
  const parts = mailParts(await bodyOf(mail), { isForwarded: passesOn(mail) });
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
  };
}

/** A mail that is not a reply but contains another one forwards it. */
function passesOn({ subject = '', inReplyTo, references }: Email): boolean {
  return isForward(subject) || (inReplyTo === undefined && references === undefined && !isReply(subject));
}

async function bodyOf({ text, html }: Email): Promise<string> {
  if (text !== undefined && text.trim() !== '') return text;
  if (html === undefined) return '';
  const quoteMarked = html.replace(/<blockquote[^>]*>/gi, '<blockquote>');
  const { sections } = await htmlSections(quoteMarked, { onlyMain: false });
  return sections.map(({ heading, text: body }) => [heading, body].filter(Boolean).join('\n\n')).join('\n\n');
}
