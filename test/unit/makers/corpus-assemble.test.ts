import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseStanzas } from '../../../makers/pretrain-base/corpus/apt.ts';
import { assemble } from '../../../makers/pretrain-base/corpus/assemble.ts';
import type { CollectedSource } from '../../../makers/pretrain-base/corpus/collect.ts';
import {
  type Block,
  type Document,
  renderBlocks,
  splitDocument,
} from '../../../makers/pretrain-base/corpus/document.ts';
import { dropRepeats, SeenParagraphs } from '../../../makers/pretrain-base/corpus/duplicates.ts';
import { isHeldOutDocument } from '../../../makers/pretrain-base/corpus/held-out.ts';
import { keepProse } from '../../../makers/pretrain-base/corpus/prose.ts';
import { type CorpusRow, readCorpus } from '../../../makers/pretrain-base/corpus/read-corpus.ts';
import { SOURCES } from '../../../makers/pretrain-base/corpus/sources.ts';

const WORDS =
  'river stone garden letter window engine market winter teacher signal copper harbour village candle mirror'.split(
    ' ',
  );

/** An English paragraph that is unique to the seed. */
function paragraph(seed: number): string {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const names = Array.from({ length: 24 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return WORDS[Math.floor((state / 2 ** 32) * WORDS.length)];
  });
  return `The ${names.slice(0, 8).join(' of the ')} was number ${seed} and the ${names.slice(8).join(' and the ')} were with it.`;
}

function text(value: string): Block {
  return { kind: 'text', text: value };
}

describe('prose', () => {
  const filler = Array.from({ length: 3 }, (_, i) => text(paragraph(i)));

  test('keeps sentences and drops licences, menus, tables, other languages and unreadable text', () => {
    const unwanted = [
      'Permission is hereby granted, free of charge, to any person who obtains a copy of it.',
      'Next',
      'int32 float64 uint8 bool_ complex128',
      'Dieses Programm ist freie Software und darf von jedermann weitergegeben und auch verändert werden.',
      '这 是 一 个 很 长 的 中 文 段 落 。',
      `A hash: ${'0123456789abcdef'.repeat(6)} is the sum of it.`,
    ];
    expect(keepProse([...filler, ...unwanted.map(text)])).toEqual(filler);
  });

  test('drops headings without text below, and documents with too little text', () => {
    const heading = (value: string): Block => ({ kind: 'heading', text: value });
    const kept = keepProse([heading('Empty'), heading('Full'), ...filler, heading('End')]);
    expect(kept.map((block) => block.text).slice(0, 1)).toEqual(['Full']);
    expect(keepProse([text('This is all that there is to say.')])).toEqual([]);
  });

  test('keeps short code after a paragraph while it is a small part of the document', () => {
    const code: Block = { kind: 'code', text: 'x = 1\ny = 2' };
    expect(keepProse([...filler, code])).toEqual([...filler, code]);
    expect(keepProse([...filler, { kind: 'code', text: 'x = 1\n'.repeat(13) }])).toEqual(filler);
  });

  test('leaves one kind of space and no control characters', () => {
    expect(keepProse([text(`${paragraph(1)}\u00a0\u200bAnd\u0007\t more.`), ...filler])[0].text).toBe(
      `${paragraph(1)} And more.`,
    );
  });
});

describe('duplicates', () => {
  test('repeats up to case, digits and punctuation, and with a few words changed, are found', () => {
    const seen = new SeenParagraphs();
    const first = paragraph(1);
    expect(seen.isRepeat(first)).toBe(false);
    expect(seen.isRepeat(first.toUpperCase().replaceAll('1', '22'))).toBe(true);
    expect(seen.isRepeat(`${first} Indeed.`)).toBe(true);
    expect(Array.from({ length: 300 }, (_, i) => seen.isRepeat(paragraph(i + 2))).filter(Boolean).length).toBeLessThan(
      10,
    );
  });

  test('short lines are never repeats, and code goes with the paragraph that it followed', () => {
    const seen = new SeenParagraphs();
    const blocks: Block[] = [text('See below.'), text(paragraph(5)), { kind: 'code', text: 'run' }];
    expect(dropRepeats(blocks, seen)).toEqual(blocks);
    expect(dropRepeats(blocks, seen)).toEqual([blocks[0]]);
  });
});

describe('documents', () => {
  test('a long one is cut into parts that together are the whole, at headings where they come in time', () => {
    const blocks = Array.from({ length: 90 }, (_, i): Block =>
      i % 15 === 0 ? { kind: 'heading', text: `Part ${i}` } : text(paragraph(i)),
    );
    const parts = [...splitDocument({ id: 'a', blocks })];
    expect(parts.flatMap((part) => part.blocks)).toEqual(blocks);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.every((part) => part.blocks.at(-1)?.kind !== 'heading')).toBe(true);
    expect(parts[1].blocks[0].kind).toBe('heading');
    expect(new Set(parts.map((part) => part.id)).size).toBe(parts.length);
  });

  test('rendering sets items tight and indents code', () => {
    const blocks: Block[] = [
      { kind: 'heading', text: 'H' },
      { kind: 'item', text: 'a' },
      { kind: 'item', text: 'b' },
      { kind: 'code', text: 'c\nd' },
    ];
    expect(renderBlocks(blocks)).toBe('# H\n\n- a\n- b\n\n    c\n    d');
  });
});

describe('the assembled corpus', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  function temporary(): string {
    folders.push(mkdtempSync(join(tmpdir(), 'attune-corpus-test-')));
    return folders.at(-1) as string;
  }

  function source(name: string, documents: Document[], repeat = 1): CollectedSource {
    const origin = { package: name, version: '1', sha256: '' };
    return { source: { name, licence: 'MIT', topic: 'general', repeat }, origin, documents };
  }

  function sample(): CollectedSource[] {
    const documents = Array.from({ length: 300 }, (_, i) => ({
      id: `one/${i}`,
      blocks: [text(paragraph(i)), text(paragraph(i + 1000))],
    }));
    // The second source copies paragraphs of the first, including held-out ones.
    const copies = documents.map((document, i) => ({
      id: `two/${i}`,
      blocks: [...document.blocks, text(paragraph(i + 3000))],
    }));
    return [source('one', documents, 2), source('two', copies)];
  }

  async function rows(folder: string, part: 'train' | 'heldout'): Promise<CorpusRow[]> {
    const found: CorpusRow[] = [];
    for await (const row of readCorpus(folder, part)) found.push(row);
    return found;
  }

  test('no paragraph that is held out or reserved is in the training files', async () => {
    const folder = temporary();
    const reserved = [text(paragraph(17))];
    assemble(folder, sample(), reserved);
    const train = (await rows(folder, 'train')).map((row) => row.text).join('\n\n');
    const heldOut = await rows(folder, 'heldout');
    expect(heldOut.length).toBeGreaterThan(0);
    expect(heldOut.length).toBeLessThan(20);
    for (const row of heldOut) for (const part of row.text.split('\n\n')) expect(train).not.toContain(part);
    expect(train).not.toContain(paragraph(17));
    expect(train).toContain(paragraph(16));
  });

  test('the same input gives the same bytes, and the figures are those of the files', async () => {
    const [first, second] = [temporary(), temporary()];
    const manifest = assemble(first, sample(), []);
    assemble(second, sample(), []);
    for (const name of readdirSync(first))
      expect(readFileSync(join(second, name))).toEqual(readFileSync(join(first, name)));
    const one = (await rows(first, 'train')).filter((row) => row.source === 'one');
    expect(manifest.sources[0].documents).toBe(one.length);
    expect(manifest.sources[0].bytes).toBe(one.reduce((sum, row) => sum + Buffer.byteLength(row.text), 0));
    const written = manifest.files
      .filter((entry) => entry.name.startsWith('train'))
      .reduce((sum, entry) => sum + entry.rows, 0);
    expect(written).toBe(2 * one.length + manifest.sources[1].documents);
  });

  test('the held-out choice depends on the name alone and takes about one in a hundred', () => {
    const chosen = Array.from({ length: 20_000 }, (_, i) => isHeldOutDocument(`x/${i}`)).filter(Boolean).length;
    expect(chosen).toBeGreaterThan(140);
    expect(chosen).toBeLessThan(260);
  });

  test('sources have different names, known sizes of cap and a pinned hash where they are from npm', () => {
    expect(new Set(SOURCES.map((entry) => entry.name)).size).toBe(SOURCES.length);
    for (const entry of SOURCES.filter((item) => item.package.startsWith('npm:')))
      expect(entry.integrity).toMatch(/^sha512-/);
    expect(SOURCES.some((entry) => /cmudict|spam/.test(entry.package))).toBe(false);
  });

  test('stanzas of an index keep the lines that continue a field', () => {
    const [first, second] = parseStanzas('Package: a\nDescription-en: Short\n Long line\n .\n More\n\nPackage: b\n');
    expect(first.get('Description-en')).toBe('Short\n Long line\n .\n More');
    expect(second.get('Package')).toBe('b');
  });
});
