/** Attachments of a mail, as files of their own: a PDF, a sheet, an archive. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from 'postal-mime';
import type { InnerFile, ReadContext } from '../../reader.ts';
import { UnpackBudget } from '../archive/unpack-budget.ts';

/** Signatures, invitations, cards and notices that no one wrote to be read, and sounds. */
const NOT_READ =
  /^(?:audio|video|multipart|font)\/|^application\/(?:pgp-|(?:x-)?pkcs7-|ms-tnef|x-msdownload)|^text\/(?:calendar|x?-?vcard|directory)|^message\/(?:delivery-status|disposition-notification|partial|external-body)/i;

/** One after the other at one place, each overwritten by the next; those that cannot hold text are noted. */
export async function* attachedFiles(
  attachments: readonly Attachment[],
  { row, bytes, isAlone }: { row: number; bytes: number; isAlone: boolean },
  context: ReadContext,
): AsyncGenerator<InnerFile> {
  const budget = new UnpackBudget(bytes, context);
  const names = namesOf(attachments);
  const place = isAlone ? '' : `${row}/`;
  const passed = names.findLastIndex((name) => context.skipped.includes(`${place}${name}`));
  for (const [index, { mimeType, content }] of attachments.entries()) {
    if (index <= passed) continue;
    if (!isRead(attachments[index], context)) {
      context.notes.add('attachments, not read', `${names[index]} (${mimeType})`);
      continue;
    }
    const data = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
    budget.takeEntry();
    budget.take(data.length);
    const path = join(context.folder, 'attachment');
    await writeFile(path, data);
    yield { kind: 'file', name: `${place}${names[index]}`, path, mail: mailPlace(row, isAlone) };
  }
}

/** A mail's place within its file, by which it is known together with what is attached. */
export function mailPlace(row: number, isAlone: boolean): string {
  return isAlone ? '' : String(row);
}

/** The row of the mail whose attachment ended an earlier reader: all before it has been read. 0 without one. */
export function resumedAt({ skipped }: ReadContext): number {
  return skipped.reduce((most, name) => Math.max(most, Number(/^(\d+)\//.exec(name)?.[1] ?? 1)), 0);
}

/** Pictures are read if their text was requested; those inside a mail's HTML are decoration. */
export function isRead({ mimeType, related, disposition }: Attachment, { choices }: ReadContext): boolean {
  if (mimeType.startsWith('image/')) return choices.ocr && related !== true && disposition !== 'inline';
  return !NOT_READ.test(mimeType);
}

/** Each once, and none a path. */
function namesOf(attachments: readonly Attachment[]): string[] {
  const names: string[] = [];
  for (const [index, { filename, mimeType }] of attachments.entries()) {
    const ending = mimeType === 'message/rfc822' ? 'eml' : mimeType.split('/').at(-1)!;
    const given = filename === null || filename.trim() === '' ? `attachment-${index + 1}.${ending}` : filename;
    const name = given.replaceAll(/[/\\\p{Cc}]/gu, '_').slice(-150);
    names.push(names.includes(name) ? `${index + 1}-${name}` : name);
  }
  return names;
}
