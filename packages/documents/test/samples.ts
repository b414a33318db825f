/** Generates one real file of each format, with the content that the tests expect. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from 'node:sqlite';
import ExcelJS from 'exceljs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { linesAt, makePdf } from './pdf-writer.ts';
import { makeTar, makeZip } from './zip-writer.ts';

const W =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';
const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

function contentTypes(part: string, type: string): string {
  return (
    `<?xml version="1.0"?><Types xmlns="${TYPES}"><Default Extension="xml" ` +
    'ContentType="application/xml"/><Default Extension="rels" ' +
    `ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/${part}` +
    `" ContentType="${type}"/></Types>`
  );
}

function rootRelation(target: string): string {
  return (
    `<?xml version="1.0"?><Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}` +
    `/officeDocument" Target="${target}"/></Relationships>`
  );
}

export function docx(): Buffer {
  const paragraph = (text: string, style?: string): string =>
    `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;
  const cell = (text: string): string => `<w:tc>${paragraph(text)}</w:tc>`;
  const table = `<w:tbl><w:tr>${cell('Part')}${cell('Price')}</w:tr><w:tr>${cell('Valve')}${cell('12')}</w:tr></w:tbl>`;
  const equation = '<w:p><m:oMath><m:r><m:t>p=1</m:t></m:r></m:oMath></w:p>';
  const code =
    paragraph('run()', 'Code') + paragraph('  stop()', 'Code').replace('<w:t>', '<w:t xml:space="preserve">');
  const body =
    `${paragraph('Manual', 'Title')}${paragraph('First', 'Heading1')}${paragraph('Read this first.')}` +
    `${equation}${code}${paragraph('Parts', 'Heading2')}${table}`;
  const styles =
    `<w:styles ${W}>` +
    `${[1, 2].map((level) => `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/></w:style>`).join('')}` +
    `${['Title', 'Code'].map((name) => `<w:style w:type="paragraph" w:styleId="${name}"><w:name w:val="${name}"/></w:style>`).join('')}` +
    '</w:styles>';
  return makeZip([
    {
      name: '[Content_Types].xml',
      data: contentTypes(
        'word/document.xml',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml',
      ),
    },
    { name: '_rels/.rels', data: rootRelation('word/document.xml') },
    {
      name: 'word/_rels/document.xml.rels',
      data: `<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: 'word/styles.xml', data: styles },
    { name: 'word/document.xml', data: `<?xml version="1.0"?><w:document ${W}><w:body>${body}</w:body></w:document>` },
  ]);
}

export function pptx(): Buffer {
  const namespaces =
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ' +
    `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="${OFFICE}"`;
  const shape = (text: string, placeholder: string): string =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${placeholder}"/></p:nvPr></p:nvSpPr><p:txBody>${text
      .split('\n')
      .map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`)
      .join('')}</p:txBody></p:sp>`;
  const cell = (text: string): string => `<a:tc><a:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></a:txBody></a:tc>`;
  const table =
    `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr>${cell('Year')}${cell('Sales')}</a:tr><a:tr>` +
    `${cell('2024')}${cell('7')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  const slide = (content: string): string =>
    `<p:sld ${namespaces}><p:cSld><p:spTree>${content}</p:spTree></p:cSld></p:sld>`;
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  return makeZip([
    {
      name: '[Content_Types].xml',
      data: contentTypes(
        'ppt/presentation.xml',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml',
      ),
    },
    {
      name: 'ppt/presentation.xml',
      data: `<p:presentation ${namespaces}><p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId1"/></p:sldIdLst></p:presentation>`,
    },
    {
      name: 'ppt/_rels/presentation.xml.rels',
      data:
        `<Relationships xmlns="${RELATIONS}">${relation('rId1', 'slide', 'slides/slide1.xml')}` +
        `${relation('rId2', 'slide', 'slides/slide2.xml')}</Relationships>`,
    },
    { name: 'ppt/slides/slide1.xml', data: slide(shape('Figures', 'title') + table + shape('12', 'sldNum')) },
    {
      name: 'ppt/slides/slide2.xml',
      data: slide(shape('Welcome', 'ctrTitle') + shape('First line\nSecond line', 'body')),
    },
    {
      name: 'ppt/slides/_rels/slide1.xml.rels',
      data: `<Relationships xmlns="${RELATIONS}">${relation('rId1', 'notesSlide', '../notesSlides/notesSlide1.xml')}</Relationships>`,
    },
    {
      name: 'ppt/notesSlides/notesSlide1.xml',
      data: `<p:notes ${namespaces}><p:cSld><p:spTree>${shape('Say it slowly.', 'body')}</p:spTree></p:cSld></p:notes>`,
    },
  ]);
}

export async function xlsx(): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  const people = workbook.addWorksheet('People');
  people.addRow(['List of people']);
  people.addRow(['name', 'born', 'seen', 'share']);
  people.addRow([
    'Ann',
    new Date(Date.UTC(1990, 4, 17)),
    new Date(Date.UTC(2024, 1, 29, 13, 30)),
    { formula: '1/4', result: 0.25 },
  ]);
  people.addRow(['Bob', new Date(Date.UTC(1980, 11, 31)), '', 0.1 + 0.2]);
  people.getCell('B3').numFmt = 'dd/mm/yyyy';
  workbook.addWorksheet('Note').addRow(['Only a line of text']);
  const hidden = workbook.addWorksheet('Secret');
  hidden.addRow(['a', 'b']);
  hidden.state = 'hidden';
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

export function epub(): Buffer {
  const chapter = (title: string, text: string): string =>
    `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
  return makeZip([
    { name: 'mimetype', data: 'application/epub+zip', isDeflated: false },
    {
      name: 'META-INF/container.xml',
      data: '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    },
    {
      name: 'OEBPS/book.opf',
      data:
        '<package><metadata><dc:title>The Book</dc:title></metadata><manifest><item id="b" ' +
        'href="two%20.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref ' +
        'idref="b"/></spine></package>',
    },
    { name: 'OEBPS/one.xhtml', data: chapter('One', 'It begins.') },
    { name: 'OEBPS/two .xhtml', data: chapter('Two', 'It ends.') },
  ]);
}

export const html = (): Buffer =>
  Buffer.from(`<!DOCTYPE html><html><head><title>Pump manual</title></head><body><nav>Home | Shop</nav>
<main><h1>Pump<a class="headerlink" href="#p">¶</a></h1><p>The pump moves <a href="w.html">water</a>.</p>
<h2>Limits</h2><table><tr><th>What</th><th>Most</th></tr><tr><td>Heat</td><td>80 | 90</td></tr></table>
<pre><code>run()
  stop()</code></pre></main><footer>© 2024</footer><script>alert(1)</script></body></html>`);

export const markdown = (): Buffer =>
  Buffer.from(
    '---\ntitle: Handbook\n---\nBefore.\n\n# Start\n\nText.\n\n```sh\n# no heading\n```\n\n## Deep `code`\n\nMore.\n',
  );

const MAIL = `From: Ann Lee <Ann@Example.org>
To: help@example.com
Subject: =?utf-8?q?Caf=C3=A9_order?=
Date: Tue, 2 Jan 2024 10:00:00 +0100
Message-ID: <1@example.org>
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Where is my caf=E9 order?

--=20
Ann Lee
Example Ltd
`;

const ANSWER = `From: Help <help@example.com>
To: ann@example.org
Subject: Re: =?utf-8?q?Caf=C3=A9_order?=
Date: Tue, 2 Jan 2024 11:30:00 +0100
Message-ID: <2@example.com>
In-Reply-To: <1@example.org>
Content-Type: text/plain; charset=utf-8

It left yesterday.

On Tue, 2 Jan 2024 at 10:00, Ann Lee <ann@example.org> wrote:
> Where is my café order?
`;

export const eml = (): Buffer => Buffer.from(MAIL.replaceAll('\n', '\r\n'));

export const mbox = (): Buffer =>
  Buffer.from(
    `From ann@example.org Tue Jan  2 10:00:00 2024\n${MAIL}\nFrom help@example.com Tue Jan  2 11:30:00 2024\n${ANSWER}\n`,
  );

export const whatsapp = (): Buffer =>
  Buffer.from(
    '31/12/2023, 22:15 - Messages are end-to-end encrypted.\n31/12/2023, 22:16 - Ann: Is it open?\nI ' +
      'mean today\n31/12/2023, 22:18 - Shop: Until noon.\n31/12/2023, 22:19 - Ann: <Media omitted>\n',
  );

export const slack = (): Buffer =>
  Buffer.from(
    JSON.stringify([
      {
        type: 'message',
        user: 'U1',
        ts: '1704103200.000100',
        thread_ts: '1704103200.000100',
        text: 'Does <https://a.example|the site> work?',
        user_profile: { real_name: 'Ann' },
      },
      {
        type: 'message',
        user: 'U2',
        ts: '1704103260.000100',
        thread_ts: '1704103200.000100',
        text: 'Yes &amp; fast',
      },
      { type: 'message', subtype: 'channel_join', user: 'U3', ts: '1704103270.000100', text: 'joined' },
    ]),
  );

export const discord = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      guild: { id: '1', name: 'Fans' },
      channel: { id: '2', name: 'help' },
      messages: [
        {
          id: '10',
          type: 'Default',
          timestamp: '2024-01-01T10:00:00+00:00',
          content: 'How do I start?',
          author: { id: 'a', name: 'ann' },
        },
        {
          id: '11',
          type: 'Reply',
          timestamp: '2024-01-01T10:01:00+00:00',
          content: 'Press the button.',
          author: { id: 'b', name: 'bot', isBot: true },
          reference: { messageId: '10' },
        },
        {
          id: '12',
          type: 'GuildMemberJoin',
          timestamp: '2024-01-01T10:02:00+00:00',
          content: 'x',
          author: { id: 'c' },
        },
      ],
    }),
  );

export const zendesk = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: 7,
      subject: 'Broken lamp',
      requester_id: 1,
      comments: [
        { author_id: 1, plain_body: 'My lamp is broken.', created_at: '2024-01-01T10:00:00Z', public: true },
        { author_id: 2, body: 'check stock', created_at: '2024-01-01T10:05:00Z', public: false },
        { author_id: 2, html_body: '<p>We send a new one.</p>', created_at: '2024-01-01T10:06:00Z', public: true },
      ],
    }),
  );

export const intercom = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: '5',
      created_at: 1704103200,
      source: { body: '<p>Can I pay by card?</p>', author: { type: 'user', id: 'u' } },
      conversation_parts: {
        conversation_parts: [
          {
            part_type: 'comment',
            body: '<p>Yes, any card.</p>',
            author: { type: 'admin', id: 'x' },
            created_at: 1704103260,
          },
        ],
      },
    }),
  );

export const csv = (): Buffer => Buffer.from('name;price\n"Lamp; red";12\nChair;7\nragged\n');

export function parquet(): Buffer {
  return Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'name', data: ['Lamp', 'Chair'], type: 'STRING' }] }));
}

export function sqlite(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'attune-sample-'));
  try {
    const database = new DatabaseSync(join(folder, 'x.db'));
    database.exec(
      "CREATE TABLE items (name TEXT, price REAL, picture BLOB); INSERT INTO items VALUES ('Lamp', 12.5, x'00'), ('Chair', 7, NULL)",
    );
    database.close();
    return readFileSync(join(folder, 'x.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A page by the macros of man(7), with a string, a condition, a list, code and a table. */
export function manPage(): string {
  return String.raw`.\" a comment
.ds VERSION 1.2
.if n .nh
.TH FIND 1 "2024-01-01" "tool \*[VERSION]"
.SH NAME
find \- look \fBfor\fP files
.SH OPTIONS
.TP
.BR \-v ", " \-\-verbose
Say more; version \*[VERSION] \(em or later.
.IP \(bu 2
A mark.
.SS Codes
.nf
find . \e
  \-v
.fi
.PP
See
.BR ls (1).
.TS
l l.
Code	Meaning
0	T{
all is
well
T}
.TE
`;
}

/** The same in mdoc(7). */
export function mdocPage(): string {
  return String.raw`.Dd January 1, 2024
.Dt FIND 1
.Sh NAME
.Nm find
.Nd look for files
.Sh SYNOPSIS
.Nm find
.Op Fl v
.Op Fl n Ar count
.Sh DESCRIPTION
Reads
.Pa /etc/find ,
see
.Xr ls 1 .
.Bl -tag
.It Fl v
Say more.
.El
`;
}

/** One whole file of each kind. */
export async function allSamples(): Promise<{ name: string; data: Buffer }[]> {
  const files: Record<string, Buffer | string> = {
    'a.pdf': makePdf([{ texts: linesAt(72, 700, ['The plan of the year', 'in two lines']) }]),
    'b.docx': docx(),
    'c.pptx': pptx(),
    'd.xlsx': await xlsx(),
    'e.epub': epub(),
    'f.html': html(),
    'g.md': markdown(),
    'h.eml': eml(),
    'i.mbox': mbox(),
    'j.txt': whatsapp(),
    'k.json': discord(),
    'l.csv': csv(),
    'm.parquet': parquet(),
    'n.db': sqlite(),
    'o.1': manPage(),
    'p.tar': makeTar([{ name: 'x.md', data: markdown() }]),
    'q.md.gz': gzipSync(markdown()),
    'r.zip': makeZip([{ name: 'x.html', data: html() }]),
  };
  return Object.entries(files).map(([name, data]) => ({ name, data: Buffer.from(data) }));
}
