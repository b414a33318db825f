import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextDocument } from '../src/index.ts';
import { linesAt, makePdf, type PdfText } from './pdf-writer.ts';
import { readFiles, type ReadResult } from './reading.ts';

const LEFT = [
  'The pump in the cellar moves the water to',
  'the tank on the roof. It starts by itself and',
  'stops when the tank is full. A sensor meas-',
  'ures the level twice a minute, and the well-',
  'known valve closes when nobody is looking.',
  'Everything else is done by hand, as it was',
  'done before there were any machines at all',
];
const RIGHT = [
  'in this house. The handle hangs beside the',
  'door. Turn it to the left to open the pipe,',
  'and to the right to close it once more. The',
  'well-known noise is the air in the pipes: let',
  'it out at the top before the winter comes,',
  'or the pipes will burst when the water in',
  'them freezes in the first cold night.',
];

const table: PdfText[] = [
  ['Part', 'Number', 'Price'],
  ['Valve', 'V-17', '12.50'],
  ['Handle', 'H-3', '4.00'],
  ['Long name of', 'S-9', '30.00'],
].flatMap((cells, row) => cells.map((text, column) => ({ x: 60 + column * 150, y: 300 + row * 14, text })));

const page = (number: number, texts: PdfText[]): { texts: PdfText[] } => ({
  texts: [
    { x: 60, y: 30, text: `Manual of the house, part ${number}`, size: 8 },
    ...texts,
    { x: 300, y: 770, text: String(number), size: 8 },
  ],
});

let folder: string;
let result: ReadResult;
let sections: TextDocument['sections'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-pdf-'));
  const manual = makePdf([
    page(1, [{ x: 60, y: 80, text: 'Water supply', size: 20 }, ...linesAt(60, 130, LEFT), ...linesAt(330, 136, RIGHT)]),
    page(2, [
      { x: 60, y: 80, text: 'Parts', size: 14 },
      ...linesAt(60, 110, [
        'These are the parts of the pump, with their numbers and what they cost at pre-',
        'sent in the shop.',
      ]),
      ...table,
    ]),
    page(3, [
      { x: 60, y: 80, text: 'Care', size: 14 },
      ...linesAt(60, 110, [
        'Clean it once a year with warm water and soap, never with anything stronger than',
        'that, because the',
      ]),
    ]),
    page(4, [
      ...linesAt(60, 80, ['seals would suffer.']),
      ...['Close the valve.', 'Open the lid.', 'Wash it.'].flatMap((text, index) => [
        { x: 60, y: 130 + index * 14, text: '\u0095' },
        { x: 84, y: 130 + index * 14, text },
      ]),
    ]),
  ]);
  result = await readFiles(folder, {
    'manual.pdf': manual,
    'scan.pdf': makePdf([{ texts: [], picture: Buffer.from([128]) }]),
  });
  sections = (result.documents[0] as TextDocument).sections;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a PDF', () => {
  it('has headings by their size, one below the other', () => {
    expect(sections.map(({ level, heading, page: at }) => [level, heading, at])).toEqual([
      [1, 'Water supply', 1],
      [2, 'Parts', 2],
      [2, 'Care', 3],
    ]);
  });

  it('is read column after column, with divided words put together and hyphens of their own kept', () => {
    expect(sections[0].text).toMatch(/^The pump in the cellar moves the water to the tank on the roof\./);
    expect(sections[0].text).toContain('A sensor measures the level');
    expect(sections[0].text).toContain('the well-known valve closes');
    expect(sections[0].text).toContain('any machines at all in this house. The handle hangs');
  });

  it('loses its running titles and page numbers', () => {
    const all = JSON.stringify(sections);
    expect(all).not.toContain('Manual of the house');
    expect(all).not.toMatch(/"\d"/);
  });

  it('keeps tables as Markdown', () => {
    expect(sections[1].text).toContain(
      '| Part | Number | Price |\n| --- | --- | --- |\n| Valve | V-17 | 12.50 |\n| Handle | H-3 | 4.00 |',
    );
    expect(sections[1].text).toContain('at present in the shop.');
  });

  it('joins a paragraph that goes on on the next page, and says so', () => {
    expect(sections[2].text).toContain('because the seals would suffer.');
    expect(sections[2]).toMatchObject({ page: 3, lastPage: 4 });
  });

  it('keeps lists as lists, whose marks stand apart from their text', () => {
    expect(sections[2].text).toMatch(/- Close the valve\.\n- Open the lid\.\n- Wash it\.$/);
  });

  it('of scanned pages only is skipped, with what to do about it', () => {
    expect(result.outcomes.get('scan.pdf')).toMatchObject({
      status: 'skipped',
      reason: 'no-text',
      message: '1 scanned pages: --ocr recognises their text',
    });
  });
});

describe('recognising text', () => {
  it('reads scanned pages and pictures where it is asked for', async () => {
    const { default: sharp } = await import('sharp');
    const svg =
      '<svg width="900" height="300"><rect width="900" height="300" fill="white"/><text x="40" y="160" ' +
      'font-size="64" font-family="DejaVu Sans, sans-serif">Turn the handle left</text></svg>';
    const { data, info } = await sharp(Buffer.from(svg)).greyscale().raw().toBuffer({ resolveWithObject: true });
    const scan = makePdf([{ texts: [], picture: data, pictureSize: [info.width, info.height] }]);
    const png = await sharp(Buffer.from(svg)).png().toBuffer();
    const own = mkdtempSync(join(tmpdir(), 'attune-ocr-'));
    try {
      const { documents, outcomes } = await readFiles(own, { 'scan.pdf': scan, 'scan.png': png }, { ocr: true });
      expect([...outcomes.values()].map(({ message }) => message)).toEqual([undefined, undefined]);
      for (const document of documents)
        expect((document as TextDocument).sections[0].text).toContain('Turn the handle left');
      expect(documents).toHaveLength(2);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});

describe('a manual of four pages', () => {
  const CODE = ['def f(x):', '    return x', '', 'print(f(1),    2)'];
  const code = (y: number): PdfText[] =>
    CODE.flatMap((text, line) => (text === '' ? [] : [{ x: 60, y: y + line * 12, text, font: 'Courier' as const }]));
  const head = (left: string, right: string): PdfText[] => [
    { x: 60, y: 40, text: left, size: 8 },
    { x: 400, y: 40, text: right, size: 8 },
  ];
  const words = (y: number, text: string): PdfText[] =>
    linesAt(60, y, [`${text} that this page says of it, in a line that goes over most of the`, 'page and ends here.']);

  async function manual(): Promise<TextDocument> {
    const own = mkdtempSync(join(tmpdir(), 'attune-manual-'));
    const pages: PdfText[][] = [
      [
        { x: 60, y: 100, text: 'The manual', size: 24 },
        { x: 60, y: 130, text: 'Ann Lee', size: 16 },
        ...words(180, 'What is first'),
        { x: 60, y: 230, text: 'Use of it', font: 'Helvetica-Bold' },
        ...words(244, 'What is meant by it and all'),
        ...code(290),
      ],
      [
        ...head('1 First', '1.1 Begin'),
        ...words(90, 'What is second'),
        ...linesAt(60, 130, ['See the page at https://example.org/', 'guide/start.html for all the others that are']),
        { x: 60, y: 650, text: '1 A note below the text.', size: 8 },
      ],
      [
        ...head('1 First', '1.2 Go on'),
        ...linesAt(60, 90, ['there, at 10']),
        { x: 111, y: 86, text: '3', size: 6 },
        { x: 117, y: 90, text: 'metres.' },
        ...words(140, 'What is third'),
      ],
      [...head('1 First', '1.3 End'), ...words(90, 'What is fourth')],
    ];
    const numbered = pages.map((texts, index) => ({ texts: [...texts, { x: 300, y: 670, text: String(index + 1) }] }));
    try {
      return (await readFiles(own, { 'manual.pdf': makePdf(numbered) })).documents[0] as TextDocument;
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }

  it('keeps code with its lines, and has bold headings, but no numbers, running titles and notes within its text', async () => {
    const { sections: found } = await manual();
    expect(found.map(({ level, heading }) => [level, heading])).toEqual([
      [1, 'The manual'],
      [2, 'Use of it'],
    ]);
    expect(found[0].text).toMatch(/^Ann Lee\n\nWhat is first that/);
    const { text, pages } = found[1];
    expect(text).toContain(`\`\`\`\n${CODE.join('\n')}\n\`\`\``);
    expect(text).toContain(
      'See the page at https://example.org/guide/start.html for all the others that are there, at 10³ metres.',
    );
    expect(text).toContain('1 A note below the text.');
    expect(text).not.toMatch(/1 First|Begin|Go on|^\d$/m);
    const begin = pages!.filter(([, page]) => page > 2).map(([at, page]) => [page, text.slice(at, at + 14)]);
    expect(begin).toEqual([
      [3, 'What is third '],
      [4, 'What is fourth'],
    ]);
  });
});
