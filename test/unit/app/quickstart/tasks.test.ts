import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { looseKey, splitDescription } from '../../../../src/app/quickstart/tasks/debian-descriptions.ts';
import { tasks } from '../../../../src/app/quickstart/tasks/index.ts';
import { isReservedSource } from '../../../../src/app/quickstart/tasks/reserved-packages.ts';
import { fetchNpmPackage } from '../../../../src/app/fetch/npm-package.ts';
import { readStanzas } from '../../../../src/app/quickstart/tasks/sources/stanzas.ts';
import { fileFromTarball } from '../../../../src/app/fetch/tar.ts';
import { splitRows, type RelatedRow } from '../../../../src/app/quickstart/tasks/split.ts';
import type { TaskRow } from '../../../../src/app/quickstart/tasks/task.ts';
import { findTaskData, writeTaskData } from '../../../../src/app/quickstart/tasks/task-files.ts';
import { baselines } from '../../../../src/answering/baselines/index.ts';
import { createMetric } from '../../../../src/scoring/metrics/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-tasks-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** An uncompressed tar archive. */
function tar(files: Record<string, string>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 'utf8');
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write('ustar', 257);
    const padding = (512 - (content.length % 512)) % 512;
    return [header, Buffer.from(content), Buffer.alloc(padding)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** The rows of one split, as written. */
function readTaskRows(path: string): TaskRow[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as TaskRow);
}

describe('every task', () => {
  test.each(tasks.names)(
    '%s has metrics and baselines that exist, and a main metric with a best value',
    async (name) => {
      const task = await tasks.load(name);
      expect(task.name).toBe(name);
      for (const baseline of task.baselines) expect(baselines.has(baseline)).toBe(true);
      const { definition } = await createMetric(task.mainMetric);
      expect(definition.best).toBeDefined();
      const named = await Promise.all([...task.metrics, task.validity].map((spec) => createMetric(spec)));
      expect(new Set(named.map((metric) => metric.name)).size).toBe(named.length);
    },
  );
});

describe('splitting', () => {
  const row = (prompt: string, keys: [string, ...string[]], mayTest = true): RelatedRow => {
    return { prompt, completion: ` answer to ${prompt}`, keys, mayTest };
  };
  const numbers = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
  const rows = Array.from({ length: 100 }, (_, i) => {
    const text = `${numbers[i % 10]} ${numbers[Math.floor(i / 10)]} ${numbers[(i * 7 + 3) % 10]}`;
    return row(text, [`source ${Math.floor(i / 2)}`], i % 3 !== 0);
  });

  test('relatives never straddle, and a held-out cluster gives one row', async () => {
    const splits = await splitRows(rows, { test: 10, validation: 5 });
    expect([splits.test.length, splits.validation.length]).toEqual([10, 5]);
    const groups = [...splits.test, ...splits.validation].map(({ group }) => group);
    expect(new Set(groups).size).toBe(15);
    expect(splits.train.some(({ group }) => groups.includes(group))).toBe(false);
    expect(splits.train.length).toBe(100 - 2 * 15);
  });

  test('only rows whose whole cluster may be held out are', async () => {
    const { test: held, validation } = await splitRows(rows, { test: 30, validation: 30 });
    const allowed = new Set(rows.filter(({ mayTest }) => mayTest).map(({ prompt }) => prompt));
    const barred = new Set(rows.filter(({ mayTest }) => !mayTest).map(({ keys }) => keys[0]));
    for (const { prompt, group } of [...held, ...validation]) {
      expect(allowed.has(prompt)).toBe(true);
      expect(barred.has(group)).toBe(false);
    }
  });

  test('a chain of shared keys and near-duplicates is one cluster', async () => {
    const text = 'a long enough text that a second row repeats with hardly any change in its many many words';
    const chain = [row(`${text} here`, ['a', 'x']), row('something else', ['b', 'x']), row(`${text} now`, ['c'])];
    const { test: held, train } = await splitRows([...chain, row('alone', ['d'])], { test: 1, validation: 1 });
    expect(held.length).toBe(1);
    expect(train.length).toBe(0);
  });

  test('the same rows give the same splits, and a further row moves none that was held out', async () => {
    const sizes = { test: 10, validation: 5 };
    const first = await splitRows(rows, sizes);
    expect(await splitRows(rows, sizes)).toEqual(first);
    const more = await splitRows([...rows, row('brand new', ['new'], false)], sizes);
    expect(more.test).toEqual(first.test);
    expect(more.validation).toEqual(first.validation);
  });

  test('train rows are shuffled and capped', async () => {
    const { train } = await splitRows(rows, { test: 1, validation: 1, train: 20 });
    expect(train.length).toBe(20);
    const order = train.map(({ prompt }) => rows.findIndex((one) => one.prompt === prompt));
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });
});

describe('task files', () => {
  const rows = [{ prompt: 'a\n', completion: ' é', group: 'g' }];
  const splits = { train: rows, validation: rows, test: rows };
  const about = { task: 'demo', version: 2, origin: 'somewhere' };

  test('are found again as they were written', async () => {
    const written = writeTaskData(folder, splits, about);
    expect(await findTaskData(folder, 'demo', 2)).toEqual(written);
    expect(readTaskRows(written.files.test)).toEqual(rows);
  });

  test('are not taken when changed, of another version, or unfinished', async () => {
    const { files } = writeTaskData(folder, splits, about);
    expect(await findTaskData(folder, 'demo', 3)).toBeUndefined();
    expect(await findTaskData(folder, 'other', 2)).toBeUndefined();
    writeFileSync(files.train, `${readFileSync(files.train, 'utf8')}{}\n`);
    expect(await findTaskData(folder, 'demo', 2)).toBeUndefined();
    expect(await findTaskData(join(folder, 'nowhere'), 'demo', 2)).toBeUndefined();
  });
});

describe('npm as a source', () => {
  const archive = gzipSync(tar({ 'package/data/dict.json': '{"HI": "HH AY1"}', 'package/README.md': 'x'.repeat(600) }));
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;

  /** A fake npm: `pack` copies an archive, or fails. */
  function fakeNpm(fails = false): void {
    writeFileSync(join(folder, 'archive.tgz'), archive);
    const script = join(folder, 'npm-cli.js');
    const copy =
      `require('fs').copyFileSync(${JSON.stringify(join(folder, 'archive.tgz'))}, ` +
      `require('path').join(process.argv.at(-1), 'scope-name-1.0.0.tgz'))`;
    writeFileSync(script, fails ? "console.error('npm error 404'); process.exit(1)" : copy);
    vi.stubEnv('npm_execpath', script);
  }

  test('a package is fetched once and checked each time', async () => {
    fakeNpm();
    const wanted = { name: '@scope/name', version: '1.0.0', integrity };
    const log: string[] = [];
    const place = join(folder, 'npm');
    const options = { log: (line: string) => log.push(line) };
    const content = await fetchNpmPackage(place, wanted, options);
    expect(fileFromTarball(content, 'package/data/dict.json').toString()).toBe('{"HI": "HH AY1"}');
    expect(fileFromTarball(content, 'package/README.md').length).toBe(600);
    await fetchNpmPackage(place, wanted, options);
    expect(log).toEqual(['npm package @scope/name 1.0.0: 0.0 MB']);
  });

  test('a file with another hash is refused and not kept', async () => {
    fakeNpm();
    const wanted = { name: '@scope/name', version: '1.0.0', integrity: 'sha512-AAAA' };
    await expect(fetchNpmPackage(join(folder, 'npm'), wanted)).rejects.toThrow(/E_WRONG_HASH/);
    await expect(fetchNpmPackage(join(folder, 'npm'), { ...wanted, integrity })).resolves.toBeInstanceOf(Buffer);
  });

  test('a failing npm is reported with its own words', async () => {
    fakeNpm(true);
    const wanted = { name: '@scope/name', version: '1.0.0', integrity };
    await expect(fetchNpmPackage(join(folder, 'npm'), wanted)).rejects.toThrow(/E_COMMAND_FAILED[^]*npm error 404/);
  });

  test('an archive without the file says so', () => {
    expect(() => fileFromTarball(archive, 'package/none.json')).toThrow(/E_FILE_MISSING/);
  });
});

describe('Debian as a source', () => {
  /** A fake apt-get: `update` does nothing, `indextargets` lists the files of the folder. */
  function fakeApt(): void {
    const targets = [
      `Packages main $(LANGUAGE) ${join(folder, 'Packages')}`,
      `Packages contrib $(LANGUAGE) ${join(folder, 'missing')}`,
      `Translations main en ${join(folder, 'en')}`,
      `Translations main it ${join(folder, 'it')}`,
    ];
    const program = join(folder, 'bin', 'apt-get');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'targets'), `${targets.join('\n')}\n`);
    writeFileSync(program, `#!/bin/sh\ncase "$*" in *indextargets*) cat '${join(folder, 'targets')}';; esac\n`);
    chmodSync(program, 0o755);
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env.PATH}`);
  }

  const names = Array.from({ length: 40 }, (_, i) => `tool-${i}`);
  const words = ['mail', 'music', 'maps', 'games', 'fonts', 'photos', 'letters', 'numbers'];
  const about = (i: number) => `${words[i % 8]} with ${words[Math.floor(i / 8)]} and ${words[(i * 3 + 1) % 8]}`;

  function writeIndex(): void {
    const stanza = (fields: string[]) => `${fields.join('\n')}\n\n`;
    const packages = names.map((name) => stanza([`Package: ${name}`, `Source: ${name}-src (1.0)`, 'Section: mail']));
    const english = names.map((name, i) => {
      const long = ` A program for people who like ${about(i)}, whatever the weather is like where they live.`;
      return stanza([
        `Package: ${name}`,
        `Description-md5: ${i}`,
        `Description-en: reads ${about(i)}`,
        long,
        ' .',
        ' More.',
      ]);
    });
    const italian = names.map((name, i) => {
      return stanza([
        `Package: ${name}`,
        `Description-md5: ${i === 5 ? 'stale' : i}`,
        `Description-it: legge ${about(i)}`,
        ' x',
      ]);
    });
    writeFileSync(join(folder, 'Packages'), packages.join(''));
    writeFileSync(join(folder, 'en'), english.join(''));
    writeFileSync(join(folder, 'it'), italian.join(''));
  }

  test('translations are paired by the hash of the English text, and held-out rows are of reserved sources', async () => {
    fakeApt();
    writeIndex();
    const task = await tasks.load('translation-it');
    expect(task.unavailable()).toBeUndefined();
    const { files } = await task.fetch(join(folder, 'task'));
    const held = [...readTaskRows(files.test), ...readTaskRows(files.validation)];
    const all = [...held, ...readTaskRows(files.train)];
    expect(all.length).toBe(39);
    expect(all.some(({ group }) => group === 'source tool-5-src')).toBe(false);
    expect(held.length).toBeGreaterThan(3);
    for (const { group } of held) expect(isReservedSource(group.replace('source ', ''))).toBe(true);
    const { prompt, completion } = all.find(({ group }) => group === 'source tool-1-src')!;
    expect(prompt).toBe(`English: reads ${about(1)}\nItalian:`);
    expect(completion).toBe(` legge ${about(1)}`);
  });

  test('a catalogue record has the section and the synopsis', async () => {
    fakeApt();
    writeIndex();
    const { files } = await (await tasks.load('catalogue')).fetch(join(folder, 'task'));
    const { prompt, completion } = readTaskRows(files.train)[0];
    expect(prompt).toMatch(/^Description: A program for people who like .* live\. More\.\nRecord:$/);
    expect(JSON.parse(completion)).toMatchObject({ category: 'mail', summary: expect.stringMatching(/^reads /) });
  });

  test('without any list it says where lists come from', async () => {
    fakeApt();
    const task = await tasks.load('catalogue');
    await expect(task.fetch(join(folder, 'task'))).rejects.toThrow(/E_NO_DEBIAN_INDEX[^]*sources\.list/);
  });

  test('stanzas keep paragraphs apart and continuation lines together', async () => {
    writeFileSync(join(folder, 'index'), 'Package: a\nDescription: one\n two\n  three\n\n\nPackage: b\nTag:\n x::y');
    const stanzas = [];
    for await (const stanza of readStanzas(join(folder, 'index'))) stanzas.push(Object.fromEntries(stanza));
    expect(stanzas).toEqual([
      { Package: 'a', Description: 'one\ntwo\n three' },
      { Package: 'b', Tag: '\nx::y' },
    ]);
  });

  test('a description is a synopsis and paragraphs, lists line by line', () => {
    const { synopsis, description } = splitDescription('reads mail\nFirst\nline.\n.\nList:\n  * one\n  * two\n.\nEnd.');
    expect(synopsis).toBe('reads mail');
    expect(description).toBe('First line.\n\nList:\n\n* one\n\n* two\n\nEnd.');
  });

  test('texts that differ in numbers, marks and case only have the same key', () => {
    expect(looseKey('Qt 5 (Library), v1.2')).toBe(looseKey('qt 6 library - V3'));
    expect(looseKey('Qt library')).not.toBe(looseKey('Qt libraries'));
  });

  test('about a third of the sources is reserved, and which can never change: a base model was made without them', () => {
    const reserved = Array.from({ length: 3000 }, (_, i) => `source-${i}`).filter(isReservedSource);
    expect(Math.abs(reserved.length - 1000)).toBeLessThan(80);
    expect(['linux', 'python3.13', 'glibc', 'perl', '0ad', 'zlib'].map(isReservedSource)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
