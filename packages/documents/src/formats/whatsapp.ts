import { NoteBook } from '../outcome.ts';
import { readTextLines } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { chatLine, saidBy, type ChatLine } from './whatsapp/chat-line.ts';

/** Placeholders for media and deleted messages in the most common phone languages. */
const PLACEHOLDER =
  /^(?:<[^<>]+>|<?attached: [^>]*>?|null|.{1,40}\S \((?:file attached|archivo adjunto|arquivo anexado|fichier joint|file allegato|Datei angehängt|bestand bijgevoegd|файл добавлен)\)|(?:.* )?(?:image|video|audio|sticker|gif|document|contact card|media|voice message|video note) omitted|(?:imagen|video|audio|sticker|gif|documento|tarjeta de contacto) omitid[oa]|(?:imagem|vídeo|áudio|figurinha|gif|documento|cartão do contato) (?:ocultad[oa]|omitid[oa])|(?:image|vidéo|audio|sticker|gif|document) (?:absente?|omise?|omis)|(?:bild|video|audio|sticker|gif|dokument|kontaktkarte) weggelassen|(?:immagine|video|audio|sticker|gif|documento) omess[oa]|(?:afbeelding|video|audio|sticker|gif|document) weggelaten|(?:изображение|видео|аудио|стикер|gif|документ) (?:отсутствует|пропущено)|this message was deleted\.?|you deleted this message\.?|diese nachricht wurde gelöscht\.?|du hast diese nachricht gelöscht\.?|(?:se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado)\.?|(?:mensagem apagada|essa mensagem foi apagada|você apagou esta mensagem)\.?|(?:ce message a été supprimé|vous avez supprimé ce message)\.?|(?:questo messaggio è stato eliminato|hai eliminato questo messaggio)\.?|(?:dit bericht is verwijderd|je hebt dit bericht verwijderd)\.?|(?:данное сообщение удалено|вы удалили данное сообщение)\.?)$/iu;
/** Suffix of edited messages. */
const EDITED =
  /\s*<(?:this message was edited|diese nachricht wurde bearbeitet|se editó este mensaje|(?:mensagem editada|essa mensagem foi editada)|ce message a été modifié|questo messaggio è stato modificato|dit bericht is bewerkt|сообщение изменено)\.?>$/iu;

interface OpenMessage {
  author: string;
  at?: number;
  lines: string[];
  row: number;
}

async function* read(input: FileInput, context: ReadContext): AsyncGenerator<Draft> {
  const { order, authors } = await lookThrough(input, context);
  let open: OpenMessage | undefined;
  for await (const { number, text } of readTextLines(input, context)) {
    const line = chatLine(text);
    if (line === undefined) {
      open?.lines.push(text.replace(/[\u200e\u200f]/g, ''));
      continue;
    }
    if (open !== undefined) yield* finished(open, context);
    const { author, said } = saidBy(line);
    if (line.isPlaceholder) {
      open = undefined;
      context.notes.add('media and deleted messages', `line ${number}`);
      continue;
    }
    const isOfService = author === undefined || speaksOf(author, authors);
    open = isOfService ? undefined : { author, at: timeOf(line, order), lines: [said], row: number };
    if (isOfService) context.notes.add('messages of the service itself', `line ${number}`);
  }
  if (open !== undefined) yield* finished(open, context);
}

function* finished({ author, at, lines, row }: OpenMessage, context: ReadContext): Generator<Draft> {
  const text = lines.join('\n').replace(EDITED, '').trim();
  if (text === '' || PLACEHOLDER.test(text)) context.notes.add('media and deleted messages', `line ${row}`);
  else yield { kind: 'message', author, ...(at !== undefined && { at }), text, place: { row } };
}

/** `Ann changed the subject to "a: b"` has no author: the colon is within quotation marks, and the line is unique. */
function speaksOf(author: string, authors: ReadonlyMap<string, number>): boolean {
  const marks = author.match(/["“”„«»「」『』]/gu) ?? [];
  return marks.length % 2 === 1 && author.includes(' ') && (authors.get(author) ?? 0) < 2;
}

type DateOrder = 'day first' | 'month first';

/** Number of lines searched for authors; later ones are recognised by the usual form of names. */
const LOOKED_AT = 20_000;

/**
 * Determines the order of day and month: by a number that cannot be a month, otherwise by the separator (slashes are
 * American).
 */
async function lookThrough(
  input: FileInput,
  context: ReadContext,
): Promise<{ order: DateOrder; authors: Map<string, number> }> {
  const authors = new Map<string, number>();
  let separator = '/';
  let order: DateOrder | undefined;
  for await (const { number, text } of readTextLines(input, { ...context, notes: new NoteBook() })) {
    const line = chatLine(text);
    if (line === undefined) continue;
    const { author } = saidBy(line);
    if (author !== undefined) authors.set(author, (authors.get(author) ?? 0) + 1);
    separator = line.separator;
    if (line.date[0].length < 4 && order === undefined) {
      if (Number(line.date[0]) > 12) order = 'day first';
      else if (Number(line.date[1]) > 12) order = 'month first';
    } else order ??= 'day first';
    if (number > LOOKED_AT) break;
  }
  if (order !== undefined) return { order, authors };
  order = separator === '/' ? 'month first' : 'day first';
  context.notes.add(`dates that could be read either way, taken as ${order}`);
  return { order, authors };
}

function timeOf({ date: [first, second, third], time: [hour, minute, seconds], half }: ChatLine, order: DateOrder) {
  const isYearFirst = first.length === 4;
  const [month, day] = isYearFirst ? [second, third] : order === 'day first' ? [second, first] : [first, second];
  const year = Number(isYearFirst ? first : third);
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
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

/** WhatsApp's text export, one message per line. */
export const whatsapp: Reader = {
  endings: [],
  recognise(head) {
    const lines = head
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .slice(0, 20)
      .filter((line) => line.trim() !== '');
    const found = lines.map(chatLine);
    const matching = found.filter((line) => line !== undefined);
    return (
      matching.length >= 2 &&
      found[0] !== undefined &&
      matching.length * 2 >= lines.length &&
      matching.some((line) => saidBy(line).author !== undefined)
    );
  },
  read,
};
