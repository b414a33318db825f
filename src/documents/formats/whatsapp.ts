import { NoteBook } from '../outcome.ts';
import { readTextLines } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';

/** "12/31/23, 10:15 PM - Name: text" of Android, "[31.12.23, 22:15:03] Name: text" of iOS. */
const LINE =
  /^[\u200e\u200f]?\[?(\d{1,4})([./-])(\d{1,2})\2(\d{1,4}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[\s\u202f]*([ap])\.?\s?m\.?)?\]?(?:\s+-)?\s+(.*)$/i;
const NAMED = /^([^:]{1,80}):\s([^]*)$/;
const PLACEHOLDER = /^[\u200e\u200f]?(<[^>]+>|[a-z]+ omitted|this message was deleted|null)$/i;

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const order = await dateOrder(input, context);
  let open: { author: string; at?: number; lines: string[]; row: number } | undefined;
  const finish = function* finish(): Generator<Draft> {
    if (open === undefined) return;
    const { author, at, lines, row } = open;
    const text = lines.join('\n').trim();
    if (text === '' || PLACEHOLDER.test(text)) context.notes.add('media and deleted messages', `line ${row}`);
    else yield { kind: 'message', author, ...(at !== undefined && { at }), text, place: { row } };
  };
  for await (const { number, text } of readTextLines(input, context)) {
    const parts = LINE.exec(text);
    if (parts === null) {
      open?.lines.push(text);
      continue;
    }
    yield* finish();
    const [, author, said] = NAMED.exec(parts[9]) ?? [];
    open =
      author === undefined
        ? undefined
        : { author: author.trim(), at: timeOf(parts, order), lines: [said], row: number };
    if (author === undefined) context.notes.add('messages of the service itself', `line ${number}`);
  }
  yield* finish();
}

type DateOrder = 'day first' | 'month first';

/** By a number that can be no month; else by the separator: slashes are American, and told to be taken so. */
async function dateOrder(input: FileInput, context: ReadContext): Promise<DateOrder> {
  let separator = '/';
  for await (const { number, text } of readTextLines(input, { ...context, notes: new NoteBook() })) {
    const [, first, mark, second] = LINE.exec(text) ?? [];
    if (first === undefined) continue;
    separator = mark;
    if (Number(first) > 12) return 'day first';
    if (Number(second) > 12) return 'month first';
    if (number > 20_000) break;
  }
  const order = separator === '/' ? 'month first' : 'day first';
  context.notes.add(`dates that could be read either way, taken as ${order}`);
  return order;
}

function timeOf(
  [, first, , second, third, hour, minute, seconds, half]: RegExpExecArray,
  order: DateOrder,
): number | undefined {
  const isYearFirst = first.length === 4;
  const [month, day] = isYearFirst ? [second, third] : order === 'day first' ? [second, first] : [first, second];
  const year = Number(isYearFirst ? first : third);
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const time = Date.UTC(
    year < 100 ? year + 2000 : year,
    Number(month) - 1,
    Number(day),
    hours,
    Number(minute),
    Number(seconds ?? 0),
  );
  return Number.isFinite(time) ? time : undefined;
}

/** Chats as WhatsApp exports them: text, a message a line. */
export const whatsapp: Reader = {
  endings: [],
  recognise(head) {
    const lines = head
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .slice(0, 20)
      .filter((line) => line.trim() !== '');
    const matching = lines.filter((line) => LINE.test(line));
    return (
      matching.length >= 2 &&
      LINE.test(lines[0]) &&
      matching.length * 2 >= lines.length &&
      matching.some((line) => NAMED.test(LINE.exec(line)![9]))
    );
  },
  read,
};
