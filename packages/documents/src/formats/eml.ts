import { readFile } from 'node:fs/promises';
import { refuseLarge } from '../text/decode.ts';
import type { Draft, FileInput, InnerFile, ReadContext, Reader } from '../reader.ts';
import { readMail } from './mail/read-mail.ts';

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft | InnerFile> {
  refuseLarge(input, context);
  // Mails in one folder may form a thread; those in different folders do not.
  const folder = input.name.split('/').slice(0, -1).join('/') || input.name;
  for await (const item of readMail(await readFile(input.path), { row: 1, isAlone: true }, context)) {
    yield item.kind === 'message' ? { ...item, conversation: folder } : item;
  }
}

const HEADER =
  /^(received|return-path|from|to|date|subject|message-id|delivered-to|mime-version|x-[\w-]+|dkim-signature|content-type|reply-to|sender|cc):[ \t]/i;

/** A single mail per file. */
export const eml: Reader = {
  endings: ['eml'],
  recognise(head) {
    const lines = head.toString('latin1').split(/\r?\n/);
    const end = lines.indexOf('');
    const headers = lines.slice(0, end === -1 ? 40 : end).filter((line) => !/^[ \t]/.test(line));
    const known = headers.filter((line) => HEADER.test(line));
    const hasSender = known.some((line) => /^(from|received|return-path):/i.test(line));
    return (
      hasSender &&
      known.length >= 3 &&
      headers.every((line, index) => /^[!-9;-~]+:/.test(line) || (end === -1 && index === headers.length - 1))
    );
  },
  read,
};
