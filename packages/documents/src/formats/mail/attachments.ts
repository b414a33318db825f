/** Attachments of a mail as separate files: a PDF, a sheet, an archive. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from 'postal-mime';
import type { InnerFile, ReadContext } from '../../reader.ts';
import { UnpackBudget } from '../archive/unpack-budget.ts';

/** Signatures, invitations, contact cards and notices, which contain no prose, and audio. */
const NOT_READ =
  /^(?:audio|video|multipart|font)\/|^application\/(?:pgp-|(?:x-)?pkcs7-|ms-tnef|x-msdownload)|^text\/(?:calendar|x?-?vcard|directory)|^message\/(?:delivery-status|disposition-notification|partial|external-body)/i;

/** Writes attachments to one path in turn, each overwriting the previous one; notes those without text. */
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

/** A mail's id within its file, shared with its attachments. */
export function mailPlace(row: number, isAlone: boolean): string {
  return isAlone ? '' : String(row);
}

/**
 * Row of the mail whose attachment crashed an earlier reader, since everything before it has been read; 0 if there is
 * none.
 */
export function resumedAt({ skipped }: ReadContext): number {
  return skipped.reduce((most, name) => Math.max(most, Number(/^(\d+)\//.exec(name)?.[1] ?? 1)), 0);
}

/** Reads pictures only if OCR was requested; those inline in a mail's HTML are decoration. */
export function isRead({ mimeType, related, disposition }: Attachment, { choices }: ReadContext): boolean {
  if (mimeType.startsWith('image/')) return choices.ocr && related !== true && disposition !== 'inline';
  return !NOT_READ.test(mimeType);
}

/** Unique names that are not paths. */
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
