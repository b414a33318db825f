import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordDocument, TextDocument } from '../src/index.ts';
import { readFiles, type ReadResult } from './reading.ts';
import { makeTar, makeZip } from './zip-writer.ts';

const NAMES = ['office', 'text', 'table', 'style', 'draw'].map(
  (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
);

function openDocument(kind: string, body: string, manifest = ''): Buffer {
  return makeZip([
    { name: 'mimetype', data: `application/vnd.oasis.opendocument.${kind}`, isDeflated: false },
    {
      name: 'content.xml',
      data: `<office:document-content ${NAMES.join(' ')}><office:body>${body}</office:body></office:document-content>`,
    },
    { name: 'META-INF/manifest.xml', data: `<manifest>${manifest}</manifest>` },
  ]);
}

const TEXT = `<office:text>
  <text:table-of-content><text:p>Use 1</text:p></text:table-of-content>
  <text:h text:outline-level="1">Use</text:h>
  <text:p>Turn <text:span>it</text:span> on.<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Slowly.</text:p>
  </text:note-body></text:note></text:p>
  <text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deep</text:p></text:list-item></text:list>
  </text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>
  <table:table><table:table-row><table:table-cell><text:p>Part</text:p></table:table-cell><table:table-cell><text:p>Bar</text:p>
  </table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>Inlet</text:p></table:table-cell><table:table-cell>
  <text:p>3</text:p></table:table-cell></table:table-row></table:table>
  <text:p text:style-name="Preformatted_20_Text">run()</text:p>
  <text:p text:style-name="Preformatted_20_Text"><text:s text:c="2"/>stop()</text:p>
</office:text>`;

const cell = (value: string): string =>
  `<table:table-cell office:value-type="string"><text:p>${value}</text:p></table:table-cell>`;
const SHEET =
  `<office:spreadsheet><table:table table:name="Parts"><table:table-row>${cell('name')}${cell('price')}` +
  '<table:table-cell table:number-columns-repeated="900"/></table:table-row><table:table-row>' +
  `${cell('Pump')}<table:table-cell office:value-type="float" office:value="3.5"><text:p>3,50</text:p>` +
  '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="100000">' +
  '<table:table-cell/></table:table-row></table:table></office:spreadsheet>';

const RTF = String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title The pump}}{\*\generator x;}
{\pard\outlinelevel0 Use\par}
\pard Turn it on, caf\'e9 \u8364?\~5.\par
{\pard\intbl Part\par}\cell{\pard\intbl Bar\par}\cell\row{\pard\intbl Inlet\par}\cell{\pard\intbl 3\par}\cell\row
\pard End \{here\}.\par}`;

const NOTEBOOK = {
  cells: [
    { cell_type: 'markdown', source: ['# Use\n', '\n', 'Turn it on.'] },
    { cell_type: 'code', source: 'doc = """\n```\nx\n```\n"""' },
    { cell_type: 'code', source: 'run()', outputs: [{ output_type: 'stream', text: 'ran' }] },
  ],
  metadata: { kernelspec: { language: 'python' } },
  nbformat: 4,
};

let folder: string;
let result: ReadResult;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-more-'));
  result = await readFiles(folder, {
    'a.odt': openDocument('text', TEXT),
    'b.ods': openDocument('spreadsheet', SHEET),
    'c.odp': openDocument(
      'presentation',
      '<office:presentation><draw:page><text:p>First</text:p></draw:page><draw:page><text:p>Second</text:p></draw:page></office:presentation>',
    ),
    'd.odt': openDocument('text', TEXT, '<manifest:encryption-data/>'),
    'e.rtf': RTF,
    'f.ipynb': JSON.stringify(NOTEBOOK),
    'g.ipynb': '{"cells": 1}',
    'h.tar.zst': zstdCompressSync(makeTar([{ name: 'in.md', data: '# In\n\nText.' }])),
    'i.zst': zstdCompressSync(Buffer.alloc(64 * 2 ** 20)),
    'j.tar.xz': Buffer.from('fd377a585a000004e6d6b446', 'hex'),
    'l.txt': 'Guide\n=====\n\n1. Switch off\n2. Wait\n\n3. Open\n\nDone.\n\nCare\n====\n\n1. Wash\n\n2. Dry\n\nEnd.\n',
    'm.txt': '1. Scope\n\nAll.\n\n2. Use\n\nSome.\n',
    'k.7z': Buffer.from('377abcaf271c0004', 'hex'),
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sectionsOf = (file: string): (string | number | undefined)[][] =>
  (result.documents.find(({ origins }) => origins[0].file === file) as TextDocument).sections.map(
    ({ level, heading, text, page }) => [level, heading, text, page],
  );

const TABLE = '| Part | Bar |\n| --- | --- |\n| Inlet | 3 |';

describe('documents of other programs', () => {
  it('of LibreOffice keep headings, lists, notes, tables and code', () => {
    const text = `Turn it on.[1]\n\n- one\n  - deep\n- two\n\n${TABLE}\n\n\`\`\`\nrun()\n  stop()\n\`\`\`\n\n* * *\n\n[1] Slowly.`;
    expect(sectionsOf('a.odt')).toEqual([[1, 'Use', text, undefined]]);
    expect(sectionsOf('c.odp')).toEqual([
      [0, undefined, 'First', 1],
      [0, undefined, 'Second', 2],
    ]);
    const [record] = result.documents.filter(({ kind }) => kind === 'record') as RecordDocument[];
    expect(record).toMatchObject({ values: { name: 'Pump', price: 3.5 }, origins: [{ section: ['Parts'], row: 2 }] });
    expect(result.outcomes.get('d.odt')).toMatchObject({ reason: 'encrypted' });
  });

  it('in Rich Text Format have their letters, headings and tables', () => {
    expect(sectionsOf('e.rtf')).toEqual([[1, 'Use', `Turn it on, café € 5.\n\n${TABLE}\n\nEnd {here}.`, undefined]]);
    expect(result.documents.find(({ origins }) => origins[0].file === 'e.rtf')).toMatchObject({ title: 'The pump' });
  });

  it('of notebooks are their words and code, and outputs are told', () => {
    const quoting = '````python\ndoc = """\n```\nx\n```\n"""\n````';
    expect(sectionsOf('f.ipynb')).toEqual([
      [1, 'Use', `Turn it on.\n\n${quoting}\n\n\`\`\`python\nrun()\n\`\`\``, undefined],
    ]);
    expect(result.outcomes.get('f.ipynb')!.notes).toMatchObject([
      { reason: 'outputs of notebooks, left out', count: 1 },
    ]);
    expect(result.outcomes.get('g.ipynb')).toMatchObject({ status: 'skipped', reason: 'broken' });
  });
});

describe('a plain text', () => {
  it('has numbered headings, but none of the items of a list', () => {
    expect(sectionsOf('l.txt').map(([level, heading, words]) => [level, heading, words])).toEqual([
      [1, 'Guide', '1. Switch off\n2. Wait\n\n3. Open\n\nDone.'],
      [1, 'Care', '1. Wash\n\n2. Dry\n\nEnd.'],
    ]);
    expect(sectionsOf('m.txt').map(([, heading]) => heading)).toEqual(['1. Scope', '2. Use']);
  });

  it('of very many items is read in no time', async () => {
    const items = Array.from({ length: 40_000 }, (_, index) => `${(index % 99) + 1}. Item of a list\n\n`);
    const inside = join(folder, 'long');
    const { documents } = await readFiles(inside, { 'long.txt': `Guide\n=====\n\n${items.join('')}` });
    expect((documents[0] as TextDocument).sections.map(({ heading }) => heading)).toEqual(['Guide']);
  }, 5000);
});

describe('archives of other kinds', () => {
  it('packed by zstd are unpacked within the limits', () => {
    expect(result.outcomes.get('h.tar.zst/h.tar/in.md')).toMatchObject({ status: 'read', documents: 1 });
    expect(result.outcomes.get('i.zst')).toMatchObject({ reason: 'bomb' });
  });

  it('that are not unpacked are named', () => {
    expect(result.outcomes.get('j.tar.xz')!.message).toContain('packed by xz: unpack it first');
    expect(result.outcomes.get('k.7z')!.message).toContain('packed by 7-Zip');
  });
});
