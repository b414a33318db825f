import { fileChunks } from '../file-chunks.ts';
import { Unreadable } from '../outcome.ts';
import type { Draft, FileInput, InnerFile, ReadContext, Reader } from '../reader.ts';
import { readMail } from './mail/read-mail.ts';

/** "From name date" after an empty line begins a mail. */
const FROM_LINE = /^From \S.* (?:19|20)\d\d(?: [+-]\d{4})?\s*$/;
const MOST_BYTES = 64 * 2 ** 20;

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft | InnerFile> {
  let row = 0;
  for await (const raw of mailsOf(input, context)) {
    row++;
    if (raw === 'too large') {
      context.notes.add('mails of more than 64 MiB', `mail ${row}`);
      continue;
    }
    try {
      yield* readMail(raw, { row, isAlone: false }, context);
    } catch (error) {
      if (error instanceof Unreadable && error.reason === 'bomb') throw error;
      context.notes.add('mails that could not be read', `mail ${row}: ${(error as Error).message.slice(0, 100)}`);
    }
  }
}

/** The mails of a mailbox in order; ">From " is unquoted. */
async function* mailsOf(input: FileInput, context: ReadContext): AsyncGenerator<Buffer | 'too large'> {
  let lines: Buffer[] = [];
  let bytes = 0;
  let afterEmpty = true;
  let isOpen = false;
  const take = (): Buffer | 'too large' => {
    const mail = bytes > MOST_BYTES ? 'too large' : Buffer.concat(lines);
    lines = [];
    bytes = 0;
    return mail;
  };
  for await (const line of linesOf(input, context)) {
    const isStart = afterEmpty && line[0] === 0x46 && FROM_LINE.test(line.toString('latin1').trimEnd());
    if (isStart && isOpen) yield take();
    if (isStart) isOpen = true;
    else {
      bytes += line.length;
      if (bytes <= MOST_BYTES) lines.push(line[0] === 0x3e ? unquoted(line) : line);
      else lines = [];
    }
    afterEmpty = line.length <= 2 && line.toString('latin1').trim() === '';
  }
  if (bytes > 0) yield take();
}

function unquoted(line: Buffer): Buffer {
  return /^>+From /.test(line.toString('latin1', 0, 16)) ? line.subarray(1) : line;
}

/** Lines including their ends, as bytes, since every mail has its own encoding. */
async function* linesOf(input: FileInput, context: ReadContext): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let held = 0;
  for await (const chunk of fileChunks(input)) {
    context.alive();
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end + 1)]);
      rest = [];
      held = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    held += chunk.length - from;
    // Truncates a line without an end: its mail is too large in any case.
    if (held <= MOST_BYTES) continue;
    yield Buffer.concat(rest);
    rest = [];
    held = 0;
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield last;
}

/** Mailboxes of any size. */
export const mbox: Reader = {
  endings: ['mbox', 'mbx'],
  recognise: (head) => {
    const [first, second] = head.toString('latin1').split(/\r?\n/);
    return FROM_LINE.test(first) && /^[!-9;-~]+:/.test(second ?? '');
  },
  read,
};
