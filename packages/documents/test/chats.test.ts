import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageDocument, RecordDocument } from '../src/index.ts';
import { readFiles, type ReadResult } from './reading.ts';

/** The same two messages as phones of many countries export them. */
const WHATSAPP = {
  'de.txt': ['31.12.23, 22:15 - Ann: Offen?', '31.12.23, 22:17 - Shop: Ja'],
  'us.txt': ['12/31/23, 10:15\u202fPM - Ann: Open?', '12/31/23, 10:17\u202fPM - Shop: Yes'],
  'es.txt': ['[31/12/2023 10:15:00 p.\u00a0m.] Ann: ¿Abierto?', '[31/12/2023 10:17:00 p.\u00a0m.] Shop: Sí'],
  'fr.txt': ['31/12/2023 à 22:15 - Ann: Ouvert ?', '31/12/2023 à 22:17 - Shop: Oui'],
  'sv.txt': ['2023-12-31 22:15 - Ann: Öppet?', '2023-12-31 22:17 - Shop: Ja'],
  'fi.txt': ['[31.12.2023, 22.15.00] Ann: Auki?', '[31.12.2023, 22.17.00] Shop: Joo'],
  'bg.txt': ['31.12.2023 г., 22:15 - Ann: Отворено?', '31.12.2023 г., 22:17 - Shop: Да'],
  'ko.txt': ['2023. 12. 31. 오후 10:15, Ann: 열어요?', '2023. 12. 31. 오후 10:17, Shop: 네'],
  'zh.txt': ['[2023/12/31 下午10:15:00] Ann: 開嗎?', '[2023/12/31 下午10:17:00] Shop: 開'],
  'ar.txt': ['٣١\u200f/١٢\u200f/٢٠٢٣، ١٠:١٥ م - Ann: مفتوح؟', '٣١\u200f/١٢\u200f/٢٠٢٣، ١٠:١٧ م - Shop: نعم'],
};

const comment = (id: number, author: number, body: string): object => ({ id, author_id: author, body });

let folder: string;
let result: ReadResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-chats-'));
  result = await readFiles(folder, {
    ...Object.fromEntries(Object.entries(WHATSAPP).map(([name, lines]) => [name, lines.join('\n')])),
    'left-out.txt': [
      '[31.12.23, 22:15:00] Ann: Look',
      '\u200e[31.12.23, 22:16:00] Ann: \u200eweggelassenes Bild',
      '[31.12.23, 22:17:00] Shop: Nice \u200e<This message was edited>',
      '[31.12.23, 22:18:00] Ann: Mensagem apagada',
      '[31.12.23, 22:19:00] Ann changed the subject from "a: b" to "c"',
      '[31.12.23, 22:20:00] Shop: Bye',
    ].join('\n'),
    'like-another.txt': [
      '31.12.23, 22:15 - Ann: One',
      '31.12.23, 22:16 - Ann: Two',
      '31.12.23, 22:17 - Ann Bell: Three',
      '31.12.23, 22:18 - Bob "Bo" Lee: Four',
      '31.12.23, 22:19 - Ann Bell created group “Trip: 2024”',
    ].join('\n'),
    'tickets.json': JSON.stringify({
      tickets: [
        {
          id: 7,
          requester_id: 1,
          comments: [comment(1, 1, 'Broken'), comment(2, 9, '<ul><li>Re&#233;start</li></ul>')],
        },
      ],
      count: 1,
    }),
    'rows.json': JSON.stringify({ data: [{ q: 'a' }, { q: 'b' }], next_page: null }),
    'record.json': JSON.stringify({ order: 1, lines: [{ item: 'a' }] }),
    'slack/users.json': JSON.stringify([{ id: 'U1', real_name: 'Ann' }]),
    'slack/channels.json': JSON.stringify([{ id: 'C1', name: 'general', members: ['U1'] }]),
    'slack/general/2024-01-01.json': JSON.stringify([
      { type: 'message', user: 'U1', ts: '1704103200.1', text: 'See <#C1|general>, <!here> <!subteam^S1|@ops>' },
      {
        type: 'message',
        subtype: 'bot_message',
        bot_id: 'B',
        ts: '1704103201.1',
        text: '',
        attachments: [{ text: 'Built' }],
      },
    ]),
    'discord.json': JSON.stringify({
      guild: { name: 'g' },
      channel: { name: 'c' },
      messages: [
        {
          id: '1',
          type: '20',
          content: 'Ask <@!5> <:ok:12>',
          author: { name: 'a' },
          mentions: [{ id: '5', name: 'Kim' }],
        },
        { id: '2', type: 'Default', content: 'Done', author: { name: 'b' } },
      ],
    }),
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const messagesOf = (file: string): MessageDocument[] =>
  result.documents.filter(({ kind, origins }) => kind === 'message' && origins[0].file === file) as MessageDocument[];

describe('exports of WhatsApp', () => {
  it.each(Object.keys(WHATSAPP))('of a phone as in %s are read with their times', (file) => {
    expect(messagesOf(file).map(({ author, at }) => [author, new Date(at!).toISOString()])).toEqual([
      ['Ann', '2023-12-31T22:15:00.000Z'],
      ['Shop', '2023-12-31T22:17:00.000Z'],
    ]);
  });

  it('lose pictures, deleted messages and what the service says, in any language', () => {
    expect(messagesOf('left-out.txt').map(({ text }) => text)).toEqual(['Look', 'Nice', 'Bye']);
    expect(result.outcomes.get('left-out.txt')!.notes).toMatchObject([{ count: 2 }, { count: 1 }]);
  });
});

describe('a chat of WhatsApp', () => {
  it('keeps who writes once under a name that begins as another does', () => {
    expect(messagesOf('like-another.txt').map(({ author }) => author)).toEqual([
      'Ann',
      'Ann',
      'Ann Bell',
      'Bob "Bo" Lee',
    ]);
    expect(result.outcomes.get('like-another.txt')!.notes).toMatchObject([{ count: 1 }]);
  });
});

describe('exports in JSON', () => {
  it('are found within the answer of a service', () => {
    expect(messagesOf('tickets.json').map(({ role, text }) => [role, text])).toEqual([
      ['customer', 'Broken'],
      ['agent', '- Reéstart'],
    ]);
    const records = result.documents.filter(({ kind }) => kind === 'record') as RecordDocument[];
    expect(records.map(({ values, origins }) => [origins[0].file, origins[0].row, values])).toEqual([
      ['record.json', 1, { order: 1, lines: [{ item: 'a' }] }],
      ['rows.json', 1, { q: 'a' }],
      ['rows.json', 2, { q: 'b' }],
    ]);
  });

  it('of Slack give what was said, also by programs, and no lists of people and channels', () => {
    const said = messagesOf('slack/general/2024-01-01.json').map(({ author, text }) => [author, text]);
    expect(said).toEqual([
      ['Ann', 'See #general, @here @ops'],
      ['B', 'Built'],
    ]);
    expect(result.outcomes.get('slack/users.json')).toMatchObject({ documents: 0, reason: 'no-text' });
  });

  it('of Discord name who is mentioned, and where each message stands', () => {
    const said = messagesOf('discord.json').map(({ text, origins }) => [text, origins[0].row]);
    expect(said).toEqual([
      ['Ask @Kim :ok:', 1],
      ['Done', 2],
    ]);
  });
});
