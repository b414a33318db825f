// Parts of the studies: data preparation, draws, intervals and the results file. Nothing is downloaded or trained.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coldItems, dependenciesIn } from '../../../studies/data/dependencies.ts';
import { spokenClips, splitClips } from '../../../studies/data/asterisk.ts';
import { readIdx } from '../../../studies/data/fashion.ts';
import { mailRows } from '../../../studies/data/mail.ts';
import { searchRows } from '../../../studies/data/search.ts';
import { sectionRows } from '../../../studies/data/sections.ts';
import { translationRows } from '../../../studies/data/translation.ts';
import { meanOfDraws, rateOfDraws } from '../../../studies/draws.ts';
import { examples } from '../../../studies/index.ts';
import { RESULTS, writeSection } from '../../../studies/results.ts';
import { drawRows } from '../../../studies/rows.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-examples-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(examples.names)('the example %s loads and has a title', async (name) => {
  expect((await examples.load(name)).title).not.toBe('');
});

test('all examples but those of documents, the first hour and personal data are run without being named', async () => {
  const loaded = await Promise.all(examples.names.map(async (name) => ({ name, ...(await examples.load(name)) })));
  expect(loaded.filter(({ onlyByName = false }) => onlyByName).map(({ name }) => name)).toEqual([
    'data',
    'first-hour',
    'personal-data',
  ]);
});

describe('the command line', () => {
  const called = (...words: string[]) =>
    spawnSync(process.execPath, ['studies/main.ts', ...words], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
  const usage = 'npm run studies [-- NAME… --quick --only PART]';

  test('names what it can run', () => {
    const { status, stdout } = called('--help');
    expect([status, stdout.includes(usage)]).toEqual([0, true]);
    for (const name of examples.names) expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
  });

  test('says how it is called where an option is unknown', () => {
    const { status, stdout, stderr } = called('--fast');
    expect([status, stdout, stderr.includes("Unknown option '--fast'"), stderr.includes(usage)]).toEqual([
      1,
      '',
      true,
      true,
    ]);
  });
});

test('a package depends on the first of alternatives, each once, whatever its version', () => {
  expect(dependenciesIn('libc6 (>= 2.36), exim4 | mail-agent, python3:any, libc6 (<< 3)')).toEqual([
    'libc6',
    'exim4',
    'python3',
  ]);
});

test('the items that nobody is to have chosen are drawn by their place alone', () => {
  const items = Array.from({ length: 1000 }, (_, i) => `item ${i}`);
  const cold = coldItems(items, 0.1);
  expect([cold.size > 70, cold.size < 130, coldItems(items, 0.1)]).toEqual([true, true, cold]);
});

describe('docs/results.md', () => {
  const path = () => join(folder, 'results.md');
  const order = ['first', 'second'];
  const section = (name: string, value: string) => ({
    name,
    title: `About ${name}`,
    provenance: 'a machine',
    findings: {
      about: ['asked'],
      tables: [{ caption: 'Found', head: ['a|b', 'c'], rows: [[value, '2']] }],
      verdict: ['so'],
    },
  });

  test('has a table for each example, in the order of the registry whichever ran first', () => {
    writeSection({ ...RESULTS, folder }, section('second', '1'), order);
    writeSection({ ...RESULTS, folder }, section('first', '1'), order);
    const text = readFileSync(path(), 'utf8');
    expect(text.indexOf('About first')).toBeLessThan(text.indexOf('About second'));
    expect(text).toContain('| a\\|b | c |\n| --- | --- |\n| 1 | 2 |\n\nso\n');
  });

  test('keeps what other examples found and replaces what this one did', () => {
    writeSection({ ...RESULTS, folder }, section('first', 'old'), order);
    writeSection({ ...RESULTS, folder }, section('second', 'other'), order);
    writeSection({ ...RESULTS, folder }, section('first', 'new'), order);
    const text = readFileSync(path(), 'utf8');
    expect(text).not.toContain('old');
    expect(text).toContain('| other | 2 |');
    expect(text.match(/^## /gm)).toHaveLength(2);
  });
});

describe('training draws', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ text: `${i}`, label: i < 80 ? 'common' : 'rare' }));
  const wanted = { column: 'label', count: 20, seed: 1 };

  test('keep the share of every class and repeat no row', () => {
    const drawn = drawRows(rows, wanted);
    expect(new Set(drawn).size).toBe(20);
    expect(drawn.filter(({ label }) => label === 'rare')).toHaveLength(4);
  });

  test('are the same for the same seed and others for another', () => {
    expect(drawRows(rows, wanted)).toEqual(drawRows(rows, wanted));
    expect(drawRows(rows, { ...wanted, seed: 2 })).not.toEqual(drawRows(rows, wanted));
  });
});

describe('intervals over draws', () => {
  test("of one draw are Student's of its rows", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const { mean, low, high } = meanOfDraws([values]);
    expect(mean).toBe(0.5);
    expect(high - mean).toBeCloseTo(1.9623 * Math.sqrt(0.25 / 999), 4);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  test('are wider where draws differ, by the few degrees of freedom that they have', () => {
    const draw = (share: number) => Float64Array.from({ length: 1000 }, (_, i) => (i < 1000 * share ? 1 : 0));
    const alike = meanOfDraws([draw(0.5), draw(0.5), draw(0.5)]);
    const unlike = meanOfDraws([draw(0.3), draw(0.5), draw(0.7)]);
    expect(unlike.mean).toBeCloseTo(alike.mean, 12);
    expect(unlike.high - unlike.low).toBeGreaterThan(4 * (alike.high - alike.low));
    // 2 degrees of freedom: 4.3 standard errors of 0.2 / √3.
    expect(unlike.high - unlike.mean).toBeGreaterThan(4 * (0.2 / Math.sqrt(3)));
  });

  test('of shares take the rows of all draws as the same rows', () => {
    const { mean, low, high } = rateOfDraws([0.8], 400);
    expect([mean, high - low]).toEqual([0.8, expect.closeTo(2 * 1.9659 * Math.sqrt(0.16 / 400), 3)]);
  });
});

describe('data', () => {
  const idx = (magic: number, ...numbers: number[]) => {
    const head = Buffer.alloc(4 * (numbers.length + 1));
    [magic, ...numbers].forEach((number, i) => head.writeUInt32BE(number, 4 * i));
    return head;
  };

  test('announcements are texts as they are spoken, without tones, silence and long numbers', () => {
    const list = [
      '; a comment',
      "dir: Press 7 for your party's name, or 0.",
      'letters/at: at [@]',
      'beep: [a tone]',
      'silence/1: (1 second of silence)',
      'demo: Dial 500.',
      'spy: H.323',
    ];
    expect(spokenClips(list.join('\n'))).toEqual([
      { name: 'dir', text: "press seven for your party's name or zero" },
      { name: 'letters/at', text: 'at' },
    ]);
  });

  test('announcements that are alike are never learnt and tested, nor tested twice', () => {
    const clips = Array.from({ length: 40 }, (_, i) => ({
      name: `${i}`,
      text: `press ${i >> 1} to go to room ${i >> 1}`,
    }));
    const { train, test: held } = splitClips(clips);
    const texts = held.map(({ text }) => text);
    expect(held.length + train.length).toBeLessThanOrEqual(40);
    expect(new Set(texts).size).toBe(held.length);
    expect(train.filter(({ text }) => texts.includes(text))).toEqual([]);
  });

  test('images and labels are read from IDX files', () => {
    const images = Buffer.concat([idx(0x803, 2, 1, 3), Buffer.from([1, 2, 3, 4, 5, 6])]);
    const labels = Buffer.concat([idx(0x801, 2), Buffer.from([7, 9])]);
    const [, second] = readIdx(images, labels);
    expect({ ...second, pixels: [...second.pixels] }).toEqual({ width: 3, height: 1, pixels: [4, 5, 6], label: 9 });
    expect(() => readIdx(images.subarray(0, 20), labels)).toThrow('do not hold the 2 images');
    expect(() => readIdx(labels, images)).toThrow('no IDX files');
  });

  test('packages of topical sections become rows, one of each source package', () => {
    const description = 'A text that is long enough to say what the package is about, whatever that may be today.';
    const item = { name: 'a', source: 's', section: 'games', synopsis: 'Play it', description, digest: '' };
    const others = [
      { ...item, name: 'b' },
      { ...item, source: 't', section: 'python' },
      { ...item, source: 'u', description: 'short' },
    ];
    expect(sectionRows([item, ...others])).toEqual([
      { prompt: `Play it\n${description}`, completion: 'games', keys: ['source s', 'synopsis play it'], mayTest: true },
    ]);
  });

  test('lines of a package are paired with those of its translation, where there are as many and none is left in English', () => {
    const item = { name: 'a', source: 's', section: 'games', synopsis: 'a small game', digest: '1' };
    const [english, foreign] = [
      { ...item, description: 'You jump.\n\nTux Racer\n\nYou run away.' },
      { synopsis: 'un piccolo gioco', description: 'Si salta.\n\nTux Racer\n\nSi scappa.' },
    ];
    const tool = { ...english, source: 't', section: 'admin', synopsis: 'A small game!', digest: '2' };
    const longer = { ...english, source: 'u', synopsis: 'another game', digest: '3' };
    const translations = new Map([
      ['1', foreign],
      ['2', { ...foreign, synopsis: 'un altro' }],
      ['3', { ...foreign, description: 'Si salta.' }],
    ]);
    const { rows, sources } = translationRows([english, tool, longer], translations);
    const pairs = rows.map(({ prompt, completion, mayTest }) => `${prompt} | ${completion} | ${mayTest}`).toSorted();
    expect(pairs).toEqual([
      'You jump. | Si salta. | true',
      'You run away. | Si scappa. | true',
      'a small game | un piccolo gioco | true',
    ]);
    expect([...sources]).toEqual(['source s', 'source u']);
  });

  test('packages become questions and answers, none of them twice', () => {
    const description = 'A text that is long enough to say what the package is about, whatever that may be today.';
    const item = { name: 'a', source: 's', section: 'games', synopsis: 'Play it all day', description, digest: '' };
    const twin = { ...item, source: 't', synopsis: 'Play it all night' };
    const other = {
      ...item,
      source: 'u',
      synopsis: 'Work it all day',
      description: `${description} And so it goes on.`,
    };
    const found = searchRows([item, twin, other]).map(({ prompt, completion }) => [prompt, completion]);
    expect(found).toEqual([
      ['Play it all day', description],
      ['Work it all day', other.description],
    ]);
  });

  test('mails lose envelope, headers and quotations, and are spam by the part of the corpus that they lie in', async () => {
    const mail = (body: string) =>
      Buffer.from(
        `From a@b.c  Thu Aug 22 13:17:22 2002\nFrom: a@b.c\nTo: d@e.f\nSubject: Tell\nDate: Thu, 22 Aug 2002 13:17:22 +0000\n\n${body}\n`,
      );
    const another = 'From: g@h.i\n\nWhat somebody else wrote, whom it was sent back to.';
    const part = (type: string, content: string) => `--b\nContent-Type: ${type}\n\n${content}\n`;
    const withAnother =
      `From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n` +
      `${part('text/plain', 'This could not be delivered.')}` +
      `${part('message/rfc822\nContent-Disposition: attachment', another)}--b--\n`;
    const rows = await mailRows(
      [
        { name: 'spam-1/00001.x.txt', content: mail('Buy this now, it is very cheap.\n\nFrom here it goes on.') },
        { name: 'easy-ham-1/00002.x.txt', content: mail('> Are you there?\n\nYes, I am here until the evening.') },
        { name: 'easy-ham-1/00003.x.txt', content: mail('Yes.') },
        { name: 'spam-1/00004.x.txt', content: Buffer.from(withAnother) },
      ],
      folder,
    );
    const found = rows.map(({ prompt, completion }) => ({ prompt, completion }));
    expect(found).toEqual([
      { prompt: 'Yes, I am here until the evening.', completion: 'ham' },
      { prompt: 'Buy this now, it is very cheap.\n\nFrom here it goes on.', completion: 'spam' },
      { prompt: 'This could not be delivered.', completion: 'spam' },
    ]);
  });
});
