import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document, MessageDocument, RecordDocument, TextDocument } from '../src/index.ts';
import { linesAt, makePdf } from './pdf-writer.ts';
import { readFiles, type ReadResult } from './reading.ts';
import * as samples from './samples.ts';
import { makeZip } from './zip-writer.ts';

let folder: string;
let result: ReadResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-formats-'));
  result = await readFiles(folder, {
    'a.docx': samples.docx(),
    'b.pptx': samples.pptx(),
    'c.xlsx': await samples.xlsx(),
    'd.epub': samples.epub(),
    'e.html': samples.html(),
    'f.md': samples.markdown(),
    'g.eml': samples.eml(),
    'h.mbox': samples.mbox(),
    'i.txt': samples.whatsapp(),
    'j.json': samples.discord(),
    'k.json': samples.zendesk(),
    'l.json': samples.intercom(),
    'm.csv': samples.csv(),
    'n.parquet': samples.parquet(),
    'o.db': samples.sqlite(),
    'slack/general/2024-01-01.json': samples.slack(),
    'p.txt': 'Guide\n=====\n\nHello.\n\n2.1 Voltage limits\n\nAt most 5 V.\n',
    'q.py': 'def f():\n    return 1\n',
    's.1': samples.manPage(),
    't.1': samples.mdocPage(),
    'r.tsv': Buffer.from('stadt\tpreis\nKöln\t7\n', 'latin1'),
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function of<Kind extends Document>(file: string): Kind[] {
  return result.documents.filter(({ origins }) => origins[0].file === file) as Kind[];
}

const sectionsOf = (file: string) =>
  of<TextDocument>(file).flatMap(({ sections }) =>
    sections.map(({ heading, level, text, page }) => [level, heading, text, page]),
  );

describe('every format', () => {
  it('is read without a skip, and each document names its file and the hash of its bytes', () => {
    for (const outcome of result.outcomes.values()) expect(outcome).toMatchObject({ status: 'read' });
    for (const { origins } of result.documents)
      expect(origins[0].sha256).toBe(result.outcomes.get(origins[0].file)!.sha256);
  });

  it('is recognised as what it is', () => {
    const formats = Object.fromEntries([...result.outcomes].map(([file, { format }]) => [file, format]));
    expect(formats).toMatchObject({
      'i.txt': 'whatsapp',
      'p.txt': 'plain-text',
      'q.py': 'source-code',
      'h.mbox': 'mbox',
      'o.db': 'sqlite',
    });
  });
});

describe('documents', () => {
  it('of Word keep headings, tables, code and equations', () => {
    const table = '| Part | Price |\n| --- | --- |\n| Valve | 12 |';
    expect(sectionsOf('a.docx')).toEqual([
      [1, 'Manual', '', undefined],
      [2, 'First', 'Read this first.\n\np=1\n\n```\nrun()\n  stop()\n```', undefined],
      [3, 'Parts', table, undefined],
    ]);
  });

  it('of PowerPoint come in the order of the show, with notes and without slide numbers', () => {
    expect(sectionsOf('b.pptx')).toEqual([
      [1, 'Welcome', 'First line\nSecond line', 1],
      [1, 'Figures', '| Year | Sales |\n| --- | --- |\n| 2024 | 7 |\n\nSay it slowly.', 2],
    ]);
  });

  it('of e-books follow the spine', () => {
    expect(sectionsOf('d.epub')).toEqual([
      [1, 'One', 'It begins.', 1],
      [1, 'Two', 'It ends.', 2],
    ]);
    expect(of<TextDocument>('d.epub')[0].title).toBe('The Book');
  });

  it('of the web are their main content, with tables and code', () => {
    const [first, second] = sectionsOf('e.html');
    expect(first).toEqual([1, 'Pump', 'The pump moves water.', undefined]);
    expect(second[2]).toBe('| What | Most |\n| --- | --- |\n| Heat | 80 \\| 90 |\n\n```\nrun()\n  stop()\n```');
  });

  it('in Markdown are divided at headings, not within code', () => {
    expect(sectionsOf('f.md')).toEqual([
      [0, undefined, 'Before.', undefined],
      [1, 'Start', 'Text.\n\n```sh\n# no heading\n```', undefined],
      [2, 'Deep code', 'More.', undefined],
    ]);
    expect(of<TextDocument>('f.md')[0].title).toBe('Handbook');
  });

  it('of plain text have their underlined and numbered headings', () => {
    expect(sectionsOf('p.txt').map(([level, heading]) => [level, heading])).toEqual([
      [1, 'Guide'],
      [2, '2.1 Voltage limits'],
    ]);
  });
});

describe('tables', () => {
  it('of Excel become records with dates as dates, computed values and no hidden sheets', () => {
    expect(
      of<RecordDocument>('c.xlsx')
        .filter(({ kind }) => kind === 'record')
        .map(({ values }) => values),
    ).toEqual([
      { name: 'Ann', born: '1990-05-17', seen: '2024-02-29T13:30:00', share: 0.25 },
      { name: 'Bob', born: '1980-12-31', seen: '', share: 0.3 },
    ]);
    expect(of('c.xlsx')[1].origins[0]).toMatchObject({ section: ['People'], row: 3 });
    expect(result.outcomes.get('c.xlsx')!.notes).toEqual([{ reason: 'hidden sheets', count: 1, first: ['Secret'] }]);
  });

  it('in CSV keep their lines, and ragged rows are told', () => {
    expect(of<RecordDocument>('m.csv').map(({ values, origins }) => [values.name, origins[0].row])).toEqual([
      ['Lamp; red', 2],
      ['Chair', 3],
    ]);
    expect(result.outcomes.get('m.csv')!.notes[0]).toMatchObject({
      count: 1,
      first: ['line 4: the row has 1 cell, the header 2'],
    });
  });

  it('in another encoding are decoded, which is told', () => {
    expect(of<RecordDocument>('r.tsv').map(({ values }) => values)).toEqual([{ stadt: 'Köln', preis: '7' }]);
    expect(result.outcomes.get('r.tsv')!.encoding).toMatch(/1252|8859/);
  });

  it('of a database are read without its bytes', () => {
    expect(of<RecordDocument>('o.db').map(({ values }) => values)).toEqual([
      { name: 'Lamp', price: 12.5 },
      { name: 'Chair', price: 7, picture: null },
    ]);
  });
});

describe('messages', () => {
  it('of mail are decoded, with quotes and signatures apart', () => {
    const [first, answer] = of<MessageDocument>('h.mbox');
    expect(first).toMatchObject({
      author: 'ann@example.org',
      subject: 'Café order',
      text: 'Where is my café order?',
      signature: 'Ann Lee\nExample Ltd',
    });
    expect(answer).toMatchObject({
      text: 'It left yesterday.',
      answers: ['<1@example.org>'],
      at: Date.UTC(2024, 0, 2, 10, 30),
    });
    expect(answer.quoted).toContain('Where is my café order?');
  });

  it('of WhatsApp go over several lines, and media are left out', () => {
    expect(of<MessageDocument>('i.txt').map(({ author, text, at }) => [author, text, at])).toEqual([
      ['Ann', 'Is it open?\nI mean today', Date.UTC(2023, 11, 31, 22, 16)],
      ['Shop', 'Until noon.', Date.UTC(2023, 11, 31, 22, 18)],
    ]);
  });

  it('of Slack, Discord, Zendesk and Intercom say who speaks, without internal notes', () => {
    const said = ['slack/general/2024-01-01.json', 'j.json', 'k.json', 'l.json'].map((file) =>
      of<MessageDocument>(file).map(({ author, role, text }) => [author, role, text]),
    );
    expect(said).toEqual([
      [
        ['Ann', undefined, 'Does the site work?'],
        ['U2', undefined, 'Yes & fast'],
      ],
      [
        ['ann', undefined, 'How do I start?'],
        ['bot', 'agent', 'Press the button.'],
      ],
      [
        ['1', 'customer', 'My lamp is broken.'],
        ['2', 'agent', 'We send a new one.'],
      ],
      [
        ['u', 'customer', 'Can I pay by card?'],
        ['x', 'agent', 'Yes, any card.'],
      ],
    ]);
  });
});

describe('a page of a manual', () => {
  it('by the macros of man gives headings, lists, code and tables', () => {
    expect(of<TextDocument>('s.1')[0].title).toBe('find(1)');
    expect(sectionsOf('s.1').map(([level, heading, body]) => [level, heading, body])).toEqual([
      [1, 'NAME', 'find - look for files'],
      [1, 'OPTIONS', '- -v, --verbose: Say more; version 1.2 — or later.\n\n- A mark.'],
      [2, 'Codes', '```\nfind . \\\n  -v\n```\n\nSee ls(1).\n\n| Code | Meaning |\n| --- | --- |\n| 0 | all is well |'],
    ]);
  });

  it('by the macros of mdoc gives the words as a reader sees them', () => {
    expect(sectionsOf('t.1').map(([, heading, body]) => [heading, body])).toEqual([
      ['NAME', 'find - look for files'],
      ['SYNOPSIS', 'find [-v] [-n count]'],
      ['DESCRIPTION', 'Reads /etc/find, see ls(1).\n\n- -v: Say more.'],
    ]);
  });
});

describe('a mail with attachments', () => {
  const part = (type: string, name: string, content: Buffer | string) =>
    `--x\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}` +
    `"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(content).toString('base64')}\r\n`;
  const mail =
    'From: ann@a.example\r\nTo: bob@b.example\r\nSubject: Papers\r\nDate: Mon, 01 Jan 2024 10:00:00 ' +
    '+0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n' +
    '--x\r\nContent-Type: text/plain\r\n\r\nSee both.\r\n' +
    part('application/pdf', 'plan.pdf', makePdf([{ texts: linesAt(72, 700, ['The plan of the year']) }])) +
    part('application/octet-stream', 'parts.docx', samples.docx()) +
    part('image/png', 'logo.png', 'x') +
    '--x--\r\n';

  it('gives them as documents of their own, which say what they were attached to', async () => {
    const place = mkdtempSync(join(tmpdir(), 'attune-attached-'));
    try {
      const read = await readFiles(place, { 'a.eml': mail });
      expect(read.documents.map(({ kind, origins }) => [kind, origins[0].file])).toEqual([
        ['message', 'a.eml'],
        ['text', 'a.eml/plan.pdf'],
        ['text', 'a.eml/parts.docx'],
      ]);
      expect((read.documents[1] as TextDocument).sections[0].text).toBe('The plan of the year');
      expect(read.outcomes.get('a.eml/plan.pdf')).toMatchObject({ format: 'pdf', status: 'read', documents: 1 });
      expect(read.outcomes.get('a.eml')!.notes).toEqual([
        { reason: 'attachments, not read', count: 1, first: ['logo.png (image/png)'] },
      ]);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

describe('an export of Slack', () => {
  const said = [
    { type: 'message', user: 'U1', ts: '1704103200.000100', text: 'Ask <@U2> or <@U9|carl>' },
    { type: 'message', user: 'U3', ts: '1704103201.000100', text: 'ok' },
  ];
  const users = [
    { id: 'U1', name: 'ann', real_name: 'Ann Lee' },
    { id: 'U2', name: 'bob', profile: { display_name: 'Bob' } },
  ];

  it('names people as its list of users does, in a folder and in an archive', async () => {
    const place = mkdtempSync(join(tmpdir(), 'attune-slack-'));
    try {
      const files = { 'general/2024-01-01.json': JSON.stringify(said), 'users.json': JSON.stringify(users) };
      const zip = makeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
      const read = await readFiles(place, {
        ...Object.fromEntries(Object.entries(files).map(([name, data]) => [`export/${name}`, data])),
        'z.zip': zip,
      });
      const messages = read.documents.filter((one): one is MessageDocument => one.kind === 'message');
      expect(messages.map(({ author, text }) => [author, text])).toEqual([
        ['Ann Lee', 'Ask @Bob or @carl'],
        ['U3', 'ok'],
        ['Ann Lee', 'Ask @Bob or @carl'],
        ['U3', 'ok'],
      ]);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
