import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { budget } from '../../../tools/check/budget.ts';
import { calls } from '../../../tools/check/calls.ts';
import { layers } from '../../../tools/check/layers.ts';
import { lookups } from '../../../tools/check/lookups.ts';
import { findFunctions } from '../../../tools/check/native-functions.ts';
import { foreignComments, foreignMessages } from '../../../tools/check/english.ts';
import { packages } from '../../../tools/check/packages.ts';
import { readTree, tree, writeTree } from '../../../tools/check/tree.ts';
import { circleGroups, MOST_TYPE_CIRCLES, typeCircles } from '../../../tools/check/type-circles.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A temporary folder with these files. */
function repository(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'attune-check-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the calls', () => {
  it('refuse data that are spread into arguments, and JSON that is read without limits', async () => {
    const root = repository({
      'src/a.ts': [
        'const longest = Math.max(0, ...lengths);',
        'rows.push(...more);',
        'this.#rows?.push(first, ...more);',
        'String.fromCharCode(...bytes);',
        'const value = JSON.parse(text);',
      ].join('\n'),
      'src/b.ts': [
        '// Math.max(...lengths) in a comment, "rows.push(...more)" in a text',
        'const longest = greatest(lengths), both = [...rows, ...more], shown = format(...both);',
        'rows.push(one, two);',
        'const value = parseJson(text);',
      ].join('\n'),
      'src/base/many.ts': 'target.splice(0, 1, ...values.slice(0, 10));',
      'src/files/json.ts': 'JSON.parse(text);',
    });
    const problems = await calls.run(root);
    expect(problems.map((problem) => problem.split(' ', 3).join(' '))).toEqual([
      'src/a.ts:1 spreads into',
      'src/a.ts:2 spreads into',
      'src/a.ts:3 spreads into',
      'src/a.ts:4 spreads into',
      'src/a.ts:5 calls JSON.parse:',
    ]);
  });
});

describe('circles of types', () => {
  const pairs = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        [`src/base/a${i}.ts`, `import type { B } from './b${i}.ts';\nexport type A = B;`],
        [`src/base/b${i}.ts`, `import type { A } from './a${i}.ts';\nexport type B = A;`],
        [`src/base/c${i}.ts`, `import { a } from './a${i}.ts';\nexport const c = () => import('./c${i}.ts');`],
      ]).flat(),
    );

  it('are as many as they were: a new one is refused, and one fewer lowers the bound', async () => {
    expect(await typeCircles.run(repository(pairs(MOST_TYPE_CIRCLES)))).toEqual([]);
    const [, first, ...others] = await typeCircles.run(repository(pairs(MOST_TYPE_CIRCLES + 1)));
    expect([first, others.length]).toEqual(['src/base/a0.ts, src/base/b0.ts', MOST_TYPE_CIRCLES]);
    const [fewer] = await typeCircles.run(repository(pairs(MOST_TYPE_CIRCLES - 1)));
    expect(fewer).toContain(`lower MOST_TYPE_CIRCLES in tools/check/type-circles.ts to ${MOST_TYPE_CIRCLES - 1}`);
  });

  it('are one group where files reach each other through others', () => {
    const needed = Object.entries({ a: ['b'], b: ['c', 'e'], c: ['a', 'd'], d: [], e: ['f'], f: ['e'] });
    expect(circleGroups(new Map(needed)).map(String)).toEqual(['e,f', 'a,b,c']);
  });
});

describe('the layers', () => {
  it('let a file import its own folder and the rows below', async () => {
    const root = repository({
      'src/base/errors.ts': 'export const error = 1;',
      'src/training/loop.ts':
        "import { error } from '../base/errors.ts';\nimport { step } from './step.ts';\nexport { error, step };",
      'src/training/train-step.ts': 'export const step = 1;',
      'src/training/objectives/dpo.ts': "export { step } from '../loop.ts';",
    });
    expect(await layers.run(root)).toEqual([]);
  });

  it('refuse an import upwards, also of a type and also a dynamic one', async () => {
    const root = repository({
      'src/base/errors.ts':
        "import type { Loop } from '../training/loop.ts';\nexport const load = () => import('../training/loop.ts');",
      'src/base/log.ts': "export type Loop = import('../training/loop.ts').Loop;",
      'src/training/loop.ts': 'export type Loop = 1;',
    });
    const rowOf = (text: string) => text.replace(/row \d+\)$/, 'row N)');
    expect((await layers.run(root)).map(rowOf)).toEqual([
      'src/base/errors.ts:1 (base, row 0) imports up: src/training/loop.ts (training, row N)',
      'src/base/errors.ts:2 (base, row 0) imports up: src/training/loop.ts (training, row N)',
      'src/base/log.ts:1 (base, row 0) imports up: src/training/loop.ts (training, row N)',
    ]);
  });

  it('refuse an import sideways, between the axes of methods too', async () => {
    const root = repository({
      'src/store/hub/names.ts': "export { alias } from '../registry/aliases.ts';",
      'src/store/registry/aliases.ts': 'export const alias = 1;',
      'src/methods/tunings/lora.ts': "export { nf4 } from '../storages/nf4.ts';",
      'src/methods/storages/nf4.ts': 'export const nf4 = 1;',
    });
    const problems = await layers.run(root);
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toContain('imports sideways');
  });

  it('refuse that training and evaluation know each other, whatever their rows', async () => {
    const root = repository({
      'src/evaluation/gate.ts': 'export const gate = 1;',
      'src/training/recipe/recipe.ts': "export { gate } from '../../evaluation/gate.ts';",
    });
    expect(await layers.run(root)).toEqual([
      'src/training/recipe/recipe.ts:1 (training/recipe) imports src/evaluation/gate.ts: training and evaluation do not know each other',
    ]);
  });

  it('refuse a folder that is in no row and an import from outside src', async () => {
    const root = repository({
      'src/helpers/a.ts': '',
      'src/base/b.ts': "export * from '../../tools/x.ts';",
      'tools/x.ts': '',
    });
    const problems = await layers.run(root);
    expect(problems[0]).toContain('src/helpers is in no row');
    expect(problems[1]).toContain('outside src/');
  });

  it('find files that load each other in a circle, and not where the circle is of types or lazy', async () => {
    const circle = repository({
      'src/base/a.ts': "import { b } from './b.ts';\nexport const a = b;",
      'src/base/b.ts': "import { c } from './c.ts';\nexport const b = c;",
      'src/base/c.ts': "import { a } from './a.ts';\nexport const c = a;",
    });
    expect(await layers.run(circle)).toEqual([
      'imports in a circle: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts',
    ]);
    const harmless = repository({
      'src/base/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
      'src/base/b.ts':
        "import type { A } from './a.ts';\nexport type B = A;\nexport const load = () => import('./a.ts');",
    });
    expect(await layers.run(harmless)).toEqual([]);
  });

  it('are not fooled by a string or a comment that looks like an import', async () => {
    const root = repository({
      'src/base/a.ts': "// import { x } from '../cli/x.ts';\nexport const text = \"import { x } from '../cli/x.ts';\";",
    });
    expect(await layers.run(root)).toEqual([]);
  });
});

describe('the examples', () => {
  it('import the public API alone', async () => {
    const root = repository({
      'src/app/index.ts': 'export const train = 1;',
      'src/app/train.ts': 'export const train = 1;',
      'examples/chat.ts': "import { train } from '../src/app/index.ts';\nimport { other } from '../src/app/train.ts';",
    });
    expect(await layers.run(root)).toEqual([
      'examples/chat.ts:2 imports ../src/app/train.ts: examples import src/app/index.ts alone',
    ]);
  });
});

describe('the packages', () => {
  it('import what their package.json names and what the exports of the others show', async () => {
    const manifest = (name: string, more: object): string => JSON.stringify({ name: `@attune/${name}`, ...more });
    const base = { exports: { './*': './*.ts' } };
    const one = {
      exports: { '.': './src/index.ts' },
      dependencies: { '@attune/base': '0.1.0', '@attune/two': '0.1.0', zod: '4.0.0' },
    };
    const root = repository({
      'package.json': JSON.stringify({ dependencies: { zod: '4.0.1' } }),
      'src/base/package.json': manifest('base', base),
      'src/base/errors.ts': 'export const error = 1;',
      'src/train/loop.ts': [
        "export * from '@attune/one';",
        "export * from '@attune/one/inner';",
        "export * from '@attune/base/errors';",
        "export * from '@attune/three';",
      ].join('\n'),
      'packages/one/package.json': manifest('one', one),
      'packages/one/src/index.ts': [
        "export * from './inner.ts';",
        "export * from '@attune/base/errors';",
        "export * from '@attune/two/inner';",
        "export * from '../../../src/train/loop.ts';",
        "export * from 'yaml';",
      ].join('\n'),
      'packages/one/src/inner.ts': "import 'node:fs';",
      'packages/two/package.json': manifest('two', one),
      'packages/two/src/index.ts': '',
    });
    expect(await packages.run(root)).toEqual([
      'src/train/loop.ts:2 imports @attune/one/inner, which the exports of packages/one/package.json do not show',
      'src/train/loop.ts:3 imports @attune/base/errors: within src/ by its path, src/base',
      'src/train/loop.ts:4 imports @attune/three: there is no such package',
      'packages/one/src/index.ts:3 imports @attune/two/inner, which the exports of packages/two/package.json do not show',
      'packages/one/src/index.ts:4 imports ../../../src/train/loop.ts, which is no file of @attune/one',
      'packages/one/src/index.ts:5 imports yaml: name it in packages/one/package.json',
      'packages/one/package.json wants zod 4.0.0, package.json has 4.0.1',
      'packages/two/package.json wants zod 4.0.0, package.json has 4.0.1',
    ]);
  });
});

const body = (lines: number): string => Array.from({ length: lines }, (_, line) => `  work(${line});\n`).join('');

describe('the English of comments and messages', () => {
  it.each([
    ['/** What a step computes. */', 'What'],
    ['// Bytes. Of the file.', 'Of'],
    ['/**\n * Lines,\n * as whoever reads them.\n */', 'whoever'],
    ['// It is no\n// number.', 'is no'],
    ['  // The user is told.', 'is told'],
  ])('is refused: %s', (comment, words) => {
    expect(foreignComments(`const a = 1;\n${comment}\nconst b = 2;`)).toEqual([
      `2 "${words}": begin with a noun or a verb, in the field's own words`,
    ]);
  });

  it.each(['/** Loss of a step. */', '// There is no number.', "const text = 'What is no comment';"])(
    'is accepted: %s',
    (source) => expect(foreignComments(source)).toEqual([]),
  );

  it.each([
    ["    what: 'The run goes on',", 'goes on', 1],
    ['    fix: `${name} is told`,', 'is told', 1],
    ["    summary:\n      'work beside a run',", 'beside', 2],
    ["    expected: 'what was signed, unchanged',", 'what', 1],
  ])('is refused in messages: %s', (source, words, line) => {
    expect(foreignMessages(source)).toEqual([
      `${line} "${words}": begin with a noun or a verb, in the field's own words`,
    ]);
  });

  it.each([
    "what: 'The run continues',",
    'got: `${beside} rows`,',
    "const beside = 'what goes on';",
    "title: 'What it forgot',",
    "message: 'What is the label?',",
  ])('is accepted in messages: %s', (source) => expect(foreignMessages(source)).toEqual([]));
});

describe('lookups of names in tables', () => {
  it('are refused where any text may be the name, and not where the table or the code beside says otherwise', () => {
    const root = repository({
      'tsconfig.build.json':
        '{"compilerOptions": {"strict": true, "target": "esnext", "module": "nodenext", "noEmit": true}, "include": ["src"]}',
      'src/base/table.ts': 'export const table = <Entries extends object>(entries: Entries): Entries => entries;',
      'src/a.ts': `import { table } from './base/table.ts';
        const words: Record<string, string> = { par: 'p' };
        const safe: Record<string, string> = table({ par: 'p' });
        const known: Record<'a' | 'b', string> = { a: 'x', b: 'y' };
        const row: Record<string, unknown> = {};
        export const bad = (name: string) => words[name];
        export const write = (name: string) => void (row[name] = 1);
        export const good = (name: string, key: 'a' | 'b') => [
          safe[name], known[key], row[name], words.par, process.env[name],
          Object.hasOwn(words, name) ? words[name] : undefined,
        ];
        // own: names of ours
        export const ours = (name: string) => words[name];`,
    });
    expect(lookups.run(root)).toEqual([
      expect.stringContaining('src/a.ts:6 words[name]'),
      expect.stringContaining('src/a.ts:7 row[name]'),
    ]);
  });
});

it('every Node that comes with the package has its security fixes', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const least: Record<string, number[]> = { 24: [18, 1], 26: [10, 0] };
  for (const [name, version] of Object.entries(optionalDependencies).filter(([one]) => one.startsWith('node-'))) {
    const [major, minor, patch] = version.split('.').map(Number);
    const [leastMinor, leastPatch] = least[major] ?? [Infinity, 0];
    const isFixed = minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
    expect([name, version, isFixed]).toEqual([name, version, true]);
  }
});

describe('the budget', () => {
  it('measures C++ functions without their comments and blank lines', () => {
    const text =
      `namespace a {\n\n// Says "{".\nint f(int x) {\n  // note\n\n  if (x > 0) {\n    return '{';\n  }\n  ` +
      `return 0;\n}\n\nstruct S {\n  void g() const { h("}"); }\n};\n\n}\n`;
    expect(findFunctions(text)).toEqual([
      { name: 'f', line: 4, codeLines: 6 },
      { name: 'g', line: 14, codeLines: 1 },
    ]);
  });

  it('sees no function in initialisers, lambdas and control flow', () => {
    const text = `int table[] = {1, 2};\nauto f = [](int x) {\n  return x;\n};\nvoid g() {\n  for (;;) {\n    auto h = [&]() { return 1; };\n  }\n}\n`;
    expect(findFunctions(text).map(({ name }) => name)).toContain('g');
    expect(findFunctions(text).filter(({ name }) => name === 'for' || name === 'table')).toEqual([]);
  });

  it('refuses a long C++ function and file, unless the reason stands there', async () => {
    const long = repository({ 'native/a.cpp': `void f() {\n${body(40)}}\n`, 'native/b.cpp': body(301) });
    expect(await budget.run(long)).toEqual([
      'native/a.cpp:1 f has 42 lines; 40 are enough',
      'native/b.cpp has 301 lines; 300 are enough',
    ]);
    const exempt = repository({ 'native/a.cpp': `// budget: one register tile\nvoid f() {\n${body(40)}}\n` });
    expect(await budget.run(exempt)).toEqual([]);
  });

  it('asks for the reason where a rule is switched off', async () => {
    // Assembled here, since otherwise the check would find this file.
    const comment = `// ${'oxlint'}-disable-next-line max-params`;
    const root = repository({ 'src/a.ts': `${comment}\n`, 'src/b.ts': `${comment} -- an operator's own\n` });
    const problems = await budget.run(root);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^src\/a\.ts:1 /);
  });
});

describe('the budget of a line', () => {
  const long = 'x'.repeat(200);

  it('is 160 characters, outside generated files', async () => {
    const root = repository({
      'src/a.ts': `\nexport const a = '${long}';\n`,
      'src/b.generated.ts': `export const b = '${long}';\n`,
    });
    expect(await budget.run(root)).toEqual(['src/a.ts:2 has 220 characters; 160 are enough']);
  });

  it('leaves out regular expressions, which cannot be broken', async () => {
    const text = `export const a = /${long}/u;\nexport const b = String.raw\`${long}\`;\nexport const c = [/${long}/, '${long}'];\n`;
    expect(await budget.run(repository({ 'src/a.ts': text }))).toEqual([
      'src/a.ts:3 has 426 characters; 160 are enough',
    ]);
  });
});

describe('the tree in AGENTS.md', () => {
  const files = { 'src/base/errors.ts': '', 'native/slots.cpp': '', 'tools/setup/deep/zip.mjs': '' };

  it('is written with every folder down to its depth, and wants a phrase for each', async () => {
    const root = repository(files);
    writeFileSync(join(root, 'AGENTS.md'), writeTree(root));
    expect([...readTree(readFileSync(join(root, 'AGENTS.md'), 'utf8')).keys()]).toEqual([
      'native/',
      'src/base/',
      'tools/',
      'tools/setup/',
    ]);
    expect(await tree.run(root)).toContain("AGENTS.md's tree says nothing about src/base/");
  });

  it('lacks a new folder and lists a removed one', async () => {
    const root = repository(files);
    writeFileSync(join(root, 'AGENTS.md'), writeTree(root));
    mkdirSync(join(root, 'src/train'));
    writeFileSync(join(root, 'src/train/step.ts'), '');
    rmSync(join(root, 'native/slots.cpp'));
    const problems = await tree.run(root);
    expect(problems).toContain("AGENTS.md's tree lacks src/train/");
    expect(problems).toContain("AGENTS.md's tree lists native/, which is gone");
  });

  it('keeps phrases written by hand and the text around it', async () => {
    const root = repository({ 'src/base/errors.ts': '' });
    writeFileSync(join(root, 'AGENTS.md'), `# Read me first\n\nText.\n`);
    writeFileSync(join(root, 'AGENTS.md'), writeTree(root).replace('src/base/', 'src/base/  my own words'));
    const text = writeTree(root);
    expect(text).toContain('# Read me first');
    expect(text).toContain('my own words');
    writeFileSync(join(root, 'AGENTS.md'), text);
    expect(await tree.run(root)).toEqual([]);
  });
});
