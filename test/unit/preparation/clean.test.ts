import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repairMojibake } from '../../../src/preparation/mojibake.ts';
import type { Item } from '@attune/documents';
import { origin, run } from './running.ts';

const row = (values: Record<string, unknown>, index = 1): Item => ({ kind: 'row', values, origins: [origin(index)] });
const rows = (...texts: string[]): Item[] => texts.map((text, index) => row({ text }, index + 1));
const texts = (values: Record<string, unknown>[]) => values.map(({ text }) => text);
const PROSE =
  'The engineers of the plant wrote that it was safe to start the pump after the valve had been closed by hand';

describe('normalise', () => {
  it('writes the same text in one way and counts each kind of change', async () => {
    const { values, reports } = await run(
      [{ step: 'normalise' }],
      rows('cafe\u0301', 'a\u0000b\u200bc', 'a\u00a0b  \r\n\r\n\r\n\r\nc', 'plain'),
    );
    expect(texts(values)).toEqual(['café', 'abc', 'a b\n\nc', 'plain']);
    expect(reports[0].found.map(({ what, count }) => [what, count])).toEqual([
      ['Unicode form NFC', 1],
      ['control characters removed', 1],
      ['white space', 1],
    ]);
  });

  it('changes texts of messages and leaves roles and numbers alone', async () => {
    const { values } = await run(
      [{ step: 'normalise' }],
      [row({ messages: [{ role: 'user\u00a0', content: 'a\u00a0b' }], n: 3 })],
    );
    expect(values).toEqual([{ messages: [{ role: 'user\u00a0', content: 'a b' }], n: 3 }]);
  });

  it.each([
    ['Itâ€™s fine', 'It’s fine'],
    ['cafÃ© crÃ¨me', 'café crème'],
    ['irmÃ”', 'irmÃ”'],
    ['NÃO É', 'NÃO É'],
    ['cafÃ© and café', 'cafÃ© and café'],
    ['日本 Ã©Ã©', '日本 Ã©Ã©'],
  ])('reads %j as %j: mistaken encodings only where all of the text agrees', (given, wanted) => {
    expect(repairMojibake(given)).toBe(wanted);
  });
});

describe('language', () => {
  it('takes no names of programs for words of a rare language', async () => {
    const page =
      'The option --ddebs is the old name of --automatic-dbgsym, and dh_installifupdown puts if-up and if-down hooks in place.';
    expect((await run([{ step: 'language', keep: ['en'] }], rows(page))).values).toEqual([{ text: page }]);
  });

  it('keeps the languages wanted, and short texts, and says which it left out', async () => {
    const german = 'Die Ingenieure schrieben, dass die Pumpe erst nach dem Schließen des Ventils starten darf.';
    const { values, reports } = await run([{ step: 'language', keep: ['en'] }], rows(PROSE, german, 'Ja'));
    expect(texts(values)).toEqual([PROSE, 'Ja']);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'language de', count: 1, first: [{ row: 2 }] }]);
    expect(reports[0].found).toMatchObject([{ count: 1, first: [{ row: 3 }] }]);
  });
});

describe('quality', () => {
  it.each([
    ['{}[]()##$$%%&& a', 'too many symbols'],
    ['buy now\nbuy now\nbuy now', 'lines repeated'],
    [`${'one two three four five '.repeat(12)}`, 'words repeated'],
    [Array.from({ length: 60 }, (_, index) => `wort${index}`).join(' '), 'few stop words'],
    [Array.from({ length: 60 }, (_, index) => `the${'x'.repeat(30)}${index} the of`).join(' '), undefined],
    [PROSE, undefined],
    [' ', 'too short'],
  ])('judges %j: %s', async (text, objection) => {
    const { values, reports } = await run([{ step: 'quality' }], rows(text));
    expect(values).toHaveLength(objection === undefined ? 1 : 0);
    expect(reports[0].leftOut.map(({ reason }) => reason).join()).toContain(objection ?? '');
  });

  it('flags instead of leaving out where asked', async () => {
    const { values } = await run([{ step: 'quality', action: 'flag' }], rows('$$$$ %%%%'));
    expect(values).toEqual([{ text: '$$$$ %%%%', attune_flags: ['too many symbols'] }]);
  });
});

describe('deduplicate', () => {
  const near = `${PROSE} today`;
  it('keeps the first of rows that are the same or nearly, and names which', async () => {
    const { values, reports } = await run([{ step: 'deduplicate' }], rows(PROSE, 'Other', PROSE.toUpperCase(), near));
    expect(texts(values)).toEqual([PROSE, 'Other']);
    expect(reports[0].leftOut).toMatchObject([
      { reason: 'same words as an earlier row', count: 1, first: [{ row: 3 }] },
      { reason: 'nearly the same as an earlier row', count: 1, first: [{ row: 4 }] },
    ]);
  });

  it('keeps near-duplicates where only the same words count', async () => {
    const { values } = await run([{ step: 'deduplicate', threshold: null }], rows(PROSE, PROSE, near));
    expect(texts(values)).toEqual([PROSE, near]);
  });

  it('leaves out no row that is alike only to rows that are left out themselves', async () => {
    const words = Array.from({ length: 41 }, (_, index) => `w${index}`);
    // Each differs from the previous one by 3 of 40 pairs at each end: neighbours are similar, the first and the last
    // are not.
    const chain = [0, 3, 6, 9].map((from) =>
      [...words.slice(from), ...words.slice(0, from).map((w) => `x${w}`)].join(' '),
    );
    const { values } = await run([{ step: 'deduplicate' }], rows(...chain));
    expect(values.length).toBeGreaterThan(1);
    expect(values[0]).toEqual({ text: chain[0] });
  });
});

describe('boilerplate', () => {
  it('takes out lines of many rows, and rows that are nothing else', async () => {
    const footer = 'Confidential: not to be passed on';
    const given = [
      ...Array.from({ length: 11 }, (_, index) => `Text number ${index}\n${footer}`),
      footer,
      'Other text',
    ];
    const { values, reports } = await run([{ step: 'boilerplate' }], rows(...given));
    expect(texts(values)).toEqual([...Array.from({ length: 11 }, (_, index) => `Text number ${index}`), 'Other text']);
    expect(reports[0]).toMatchObject({
      leftOut: [{ reason: 'nothing but boilerplate', count: 1 }],
      remarks: [`in 12 rows: "${footer}"`],
    });
  });
});

describe('contradictions', () => {
  it('flags all rows that ask the same and answer differently', async () => {
    const asked = (prompt: string, completion: string) => row({ prompt, completion });
    const { values } = await run(
      [{ step: 'contradictions' }],
      [asked('Open on Sunday?', 'Yes'), asked('open on sunday', 'No.'), asked('Price?', '5 €'), asked('price', '5')],
    );
    expect(values.map(({ attune_flags: flags }) => flags)).toEqual([
      ['same question, different answers'],
      ['same question, different answers'],
      undefined,
      undefined,
    ]);
  });

  it('reads conversations, labels and columns of any name, and counts rows without a question', async () => {
    const chat = (content: string) =>
      row({
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content },
        ],
      });
    const labelled = (label: number) => row({ text: 'Fine', label });
    const { values, reports } = await run(
      [{ step: 'contradictions', action: 'drop' }],
      [chat('a'), chat('b'), labelled(0), labelled(1), row({ text: 'x' })],
    );
    expect(values).toEqual([{ text: 'x' }]);
    expect(reports[0].found).toMatchObject([{ what: 'no question with an answer', count: 1 }]);
    const own = [row({ q: 'a', a: '1' }), row({ q: 'a', a: '2' })];
    expect((await run([{ step: 'contradictions', question: ['q'], answer: 'a', action: 'drop' }], own)).values).toEqual(
      [],
    );
  });
});

describe('lengths', () => {
  it('says how long rows are and flags those far off', async () => {
    const usual = Array.from({ length: 40 }, (_, index) => 'x'.repeat(90 + index));
    const { values, reports } = await run([{ step: 'lengths' }], rows(...usual, 'y'.repeat(9000), 'z'));
    expect(values.slice(-2).map(({ attune_flags: flags }) => flags)).toEqual([
      ['far longer than most'],
      ['far shorter than most'],
    ]);
    expect(values.slice(0, -2).every(({ attune_flags: flags }) => flags === undefined)).toBe(true);
    expect(reports[0].remarks).toEqual(['characters: minimum 1, median 109, 95 % below 128, maximum 9000']);
  });
});

describe('toxic', () => {
  it('flags insults and words of one’s own, and no word that holds one', async () => {
    const { values } = await run([{ step: 'toxic', words: ['Zonk'] }], rows('You BITCH!', 'a zonk', 'Scunthorpe'));
    expect(values.map(({ attune_flags: flags }) => flags)).toEqual([['toxic words'], ['toxic words'], undefined]);
  });

  it('flags phrases where they stand whole, in many languages', async () => {
    const { values } = await run(
      [{ step: 'toxic', words: ['waste of space'] }],
      rows(
        'You stupid idiots, fix my parcel!',
        'Halt die Fresse.',
        'Va te faire foutre',
        'What a waste of space…',
        'Please go to the hell creek exit; the waste takes space.',
        'Hold the line, shut the valve up to the mark.',
        'La hora de la reunión, die Halt-Stelle, il y a un con-trat.',
        // Everyday words here that are insults in other languages.
        'Varan är slut, en kurva, jag fick svar. Un retard de livraison. Et kys. Die FDP, Frau Depp. O puto. Finger prick.',
      ),
    );
    const flags = values.map(({ attune_flags: found }) => found !== undefined);
    expect(flags).toEqual([true, true, true, true, false, false, false, false]);
  });
});

describe('label_noise', () => {
  it('flags the labels that were swapped, and no others', async () => {
    const [fruit, tools] = [
      ['apple', 'pear', 'plum', 'grape'],
      ['hammer', 'saw', 'drill', 'wrench'],
    ];
    const made = Array.from({ length: 120 }, (_, index) => {
      const words = index % 2 === 0 ? fruit : tools;
      const text = [0, 1, 2].map((word) => words[(index * 7 + word * (1 + (index % 3))) % 4]).join(' ');
      const isSwapped = index === 30 || index === 61;
      return row({ text, label: (index % 2 === 0) === isSwapped ? 'tools' : 'fruit' }, index);
    });
    const { values } = await run([{ step: 'label_noise' }], made);
    const flagged = values.flatMap(({ attune_flags: flags }, index) => (flags === undefined ? [] : [[index, flags]]));
    expect(flagged).toEqual([
      [30, ['label looks like fruit']],
      [61, ['label looks like tools']],
    ]);
  });

  it('says why it does not judge', async () => {
    const { values, reports } = await run(
      [{ step: 'label_noise' }],
      [row({ text: 'a', label: 1 }), row({ text: 'b' })],
    );
    expect(values).toHaveLength(2);
    expect(reports[0].remarks).toEqual(['not judged: 0 labels with at least 5 rows']);
    expect(reports[0].found).toMatchObject([{ what: 'no text with a label', count: 1 }]);
  });
});

describe('contamination', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-contamination-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('leaves out rows with thirteen words in a row, or all words, of a set to evaluate on', async () => {
    const words = Array.from({ length: 20 }, (_, index) => `w${index}`);
    const held = [words.join(' '), 'one two three four five six', 'too short'];
    const path = join(folder, 'held.jsonl');
    writeFileSync(path, held.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    const { values, reports } = await run(
      [{ step: 'contamination', sets: { exam: path } }],
      rows(
        `x ${words.slice(3, 16).join(', ').toUpperCase()} y`,
        `x ${words.slice(3, 15).join(' ')} y`,
        'zero one two three four five six seven',
        'too short',
      ),
    );
    expect(texts(values)).toEqual([`x ${words.slice(3, 15).join(' ')} y`, 'too short']);
    expect(reports[0].leftOut).toMatchObject([{ reason: 'shares words with exam', count: 2 }]);
  });
});
