import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeIn, outcomeOf, refuseNetwork } from '../../src/methods/objectives/rewards/code/code-reward.ts';
import { isolation, runInSandbox } from '../../src/methods/objectives/rewards/code/sandbox.ts';
import { createScorer } from '../../src/methods/objectives/rewards/index.ts';
import { sampledParts, type SampledSettings } from '../../src/methods/objectives/sampled-objective.ts';
import { rewardSpec, type CodeReward } from '../../src/methods/objectives/rewards/reward.options.ts';
import type { Processor } from '../../src/train/interfaces.ts';
import type { PromptExample } from '../../src/data/example.ts';

const spec = (settings: object = {}) => rewardSpec.parse({ rule: 'code', ...settings }) as CodeReward;
const adds = ['assert.equal(add(1, 2), 3)', 'assert.deepEqual([add(0, 0)], [0])'];

function run(completion: string, tests: readonly string[] = adds, settings: object = {}) {
  return outcomeOf({ completion, row: { tests } }, spec(settings));
}

describe('code in an answer', () => {
  it.each([
    ['passes its tests', 'Here:\n```js\nconst add = (a, b) => a + b;\n```\nDone.', adds, { share: 1 }],
    ['passes one of two', 'const add = () => 3;', adds, { share: 0.5, failure: 'wrong' }],
    [
      'is awaited',
      'const add = async (a, b) => a + b;',
      ['await add(1, 2) === 3', 'assert(await add(1, 1) === 2)'],
      { share: 1 },
    ],
    ['gives false', 'const add = (a, b) => a - b;', ['add(1, 2) === 3'], { share: 0, failure: 'wrong' }],
    ['is no code', 'I would add them.', adds, { share: 0, failure: 'syntax' }],
    ['writes to the console', 'const add = (a, b) => (console.log(a), a + b);', adds, { share: 1 }],
    [
      'leaves nothing for the next test',
      'var n = 0; const add = () => ++n;',
      ['add() === 1', 'add() === 1'],
      { share: 1 },
    ],
    ['throws', 'throw new Error("no");', adds, { share: 0, failure: 'wrong' }],
    [
      'has an assert of its own',
      'globalThis.assert = () => {}; const add = () => 0;',
      adds,
      { share: 0.5, failure: 'wrong' },
    ],
    [
      'never answers',
      'const add = () => new Promise(() => {});',
      ['await add() === 1'],
      { share: 0, failure: 'timeout' },
    ],
  ])('that %s', async (_, code, tests, outcome) => {
    expect(await run(code, tests, code.includes('Promise') ? { timeout: 1 } : {})).toEqual(outcome);
  });

  it('is the last block of an answer, or all of it', () => {
    expect(codeIn('```\na\n```\nthen\n```js\nb\n```')).toBe('b\n');
    expect(codeIn('```js\nnot closed')).toBe('not closed');
    expect(codeIn('a + b')).toBe('a + b');
  });
});

/** Reaches out of its context, if it can, for the process around it. */
const climb = "const out = globalThis.constructor.constructor('return process')();";

describe('hostile code is worth nothing and harms nothing', () => {
  it.each([
    ['loops without end', 'const add = () => { for (;;); };', 'timeout'],
    ['waits for itself without end', 'const add = async () => { for (;;) await 0; };', 'timeout'],
    [
      'allocates lists without end',
      'const add = () => { const a = []; for (;;) a.push(new Array(1e6).fill(1)); };',
      'memory',
    ],
    [
      'allocates bytes without end',
      'const add = () => { const a = []; for (;;) a.push(new Uint8Array(1e8).fill(1)); };',
      'memory',
    ],
    ['prints without end', 'const add = () => { for (;;) console.log("x".repeat(1e4)); };', 'output'],
    ['ends the process', `${climb} out.exit(0);`, 'wrong'],
    ['loads a module', "const add = () => require('fs');", 'wrong'],
    ['imports a module', "const add = () => import('node:fs');", 'wrong'],
  ])('that %s', async (_, code, failure) => {
    const timeout = failure === 'timeout' ? 1 : 30;
    const outcome = await run(code, ['await add() === 1'], { timeout, memory_mb: 64 });
    expect(outcome).toEqual({ share: 0, failure });
  });

  it.each([
    [
      'brings a judge of its own',
      "Object.defineProperty(globalThis, '__assert', { value: { equal() {} }, writable: false });",
    ],
    [
      'hides the judge',
      "Object.defineProperty(globalThis, '__assert', { get: () => ({ equal() {} }), set() {}, configurable: true });",
    ],
    ['replaces its world', 'globalThis.globalThis = { __assert: { equal() {} } };'],
    [
      'climbs out of its context by an error where no stack is left',
      `function add() {
        let out;
        const deeper = () => {
          try { deeper(); } catch {}
          try { __assert.equal(1, 1); } catch (error) {
            try { if (error.constructor.constructor('return typeof process')() === 'object') out = error; } catch {}
          }
        };
        deeper();
        out?.constructor.constructor('Promise.withResolvers = () => ({ promise: Promise.resolve("pass") })')();
      }`,
    ],
    [
      'climbs out of its context by a promise',
      `const own = { [Symbol.species]: function (run) { run(() => {}, () => {}); run.constructor('process.exit(0)')(); } };
      Object.defineProperty((async () => {})().constructor.prototype, 'constructor', { value: own });`,
    ],
  ])('that %s', async (_, code) => {
    const outcome = await run(code.includes('function add') ? code : `${code} const add = () => 0;`, adds.slice(0, 1));
    expect(outcome).toEqual({ share: 0, failure: 'wrong' });
  });

  const reach = (body: string) => {
    const args = ['--permission', '--eval', `console.log('ready'); ${body}`];
    return runInSandbox(
      { command: process.execPath, args, input: '', readyMark: 'ready\n' },
      { seconds: 5, memoryBytes: 2 ** 27 },
    );
  };

  it('finds no files, no environment, no other process and no thread, should it get out of its context', async () => {
    const { output, end } = await reach(`
      const tried = (body) => { try { body(); return 'done'; } catch (error) { return error.code; } };
      const fs = require('node:fs');
      console.log(JSON.stringify([
        tried(() => fs.readFileSync('/etc/passwd')),
        tried(() => fs.writeFileSync('/tmp/attune-escaped', 'x')),
        tried(() => require('node:child_process').spawnSync('/bin/true')),
        tried(() => new (require('node:worker_threads').Worker)('1', { eval: true })),
        Object.keys(process.env),
      ]));`);
    const denied = 'ERR_ACCESS_DENIED';
    expect(JSON.parse(output.split('\n')[1])).toEqual([denied, denied, denied, denied, []]);
    expect(end).toBe('exit');
    expect(existsSync('/tmp/attune-escaped')).toBe(false);
  });

  it.runIf(isolation().name === 'namespaces')('finds no network either', async () => {
    const { output } = await reach(
      "require('node:net').connect(9, '127.0.0.1').on('error', (error) => console.log(error.code)); require('node:dns').lookup('localhost', () => {});",
    );
    expect(output).toMatch(/ENETUNREACH|EACCES|ERR_ACCESS_DENIED/);
  });

  it('prints a gigabyte into nothing', async () => {
    const { output, end } = await reach("for (let i = 0; i < 1e5; i++) process.stdout.write('x'.repeat(1e4));");
    expect(end).toBe('output');
    expect(output.length).toBeLessThan(2 ** 17);
  });
});

it('a second reward of code tells of its failures too', () => {
  const settings = { reward_funcs: [spec(), spec()], held_out_reward_funcs: [], reward_timeout: 1 };
  const { scorers } = sampledParts(settings as unknown as SampledSettings, {} as Processor);
  const told = scorers.map(({ name, metrics }) => [name, metrics?.()]);
  const none = { syntax: 0, wrong: 0, timeout: 0, memory: 0, output: 0, crash: 0 };
  expect(told).toEqual([
    ['code', none],
    ['code_2', none],
  ]);
});

describe('before training', () => {
  it('rows without tests are named', () => {
    const scorer = createScorer(spec(), { hashes: {}, timeout: 1 });
    const row = (line: number, columns: Record<string, unknown>) =>
      ({ columns, source: { file: 'rows.jsonl', line } }) as unknown as PromptExample;
    expect(() => scorer.check?.([row(1, { tests: adds })])).not.toThrow();
    const rows = [row(1, { tests: adds }), row(2, {}), row(3, { tests: [] }), row(4, { tests: [1] })];
    expect(() => scorer.check?.(rows)).toThrow(
      expect.objectContaining({
        code: 'E_CODE_TESTS',
        problems: [2, 3, 4].map((line) => expect.objectContaining({ line })),
      }),
    );
  });

  it('refuses a network within reach, unless it is allowed', () => {
    const none = { name: 'none', command: [] } as const;
    expect(() => refuseNetwork(spec(), { name: 'namespaces', command: [] })).not.toThrow();
    expect(() => refuseNetwork(spec(), none)).toThrow(expect.objectContaining({ code: 'E_CODE_NETWORK' }));
    expect(() => refuseNetwork(spec({ allow_network: true }), none)).not.toThrow();
  });

  it('says that Python is not run', async () => {
    const scorer = createScorer(spec({ language: 'python' }), { hashes: {}, timeout: 1 });
    await expect(scorer.ready?.(new AbortController().signal)).rejects.toMatchObject({ code: 'E_CODE_LANGUAGE' });
  });
});
