import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/training/objectives/rewards/code/code-reward.ts';
import { isolation, programMounts } from '../../../../src/training/objectives/rewards/code/isolation.ts';
import { runInSandbox } from '../../../../src/training/objectives/rewards/code/sandbox.ts';
import { rewardSpec, type CodeReward } from '../../../../src/training/objectives/rewards/reward.options.ts';

const spec = (settings: object) => rewardSpec.parse({ rule: 'code', ...settings }) as CodeReward;

function run(completion: string, tests: readonly string[], settings: object = {}) {
  return outcomeOf({ completion, row: { tests } }, spec(settings));
}

/** Tries to reach the outer realm through every object that came from outside. */
const climb = `const out = (0, eval)('this').constructor.constructor('return typeof process === "object" && process')();`;

describe('hostile code is worth nothing and harms nothing', () => {
  it.each([
    ['loops without end', 'const add = () => { for (;;); };', 'timeout'],
    ['waits for itself without end', 'const add = async () => { for (;;) await 0; };', 'timeout'],
    ['backtracks without end', 'const add = () => /(x+x+)+y/.test("x".repeat(500));', 'timeout'],
    [
      'allocates lists without end',
      'const add = () => { const a = []; for (;;) a.push(new Array(1e4).fill(1)); };',
      'memory',
    ],
    [
      'allocates bytes without end',
      'const add = () => { const a = []; for (;;) a.push(new Uint8Array(1e7)); };',
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

  /** Each defines `add` so that only a forged verdict passes `assert.equal(add(1, 2), 77)` and the like. */
  it.each([
    ['brings a judge of its own', 'globalThis.assert = { equal() {} }; const add = () => 0;'],
    ['reads its test by its caller', 'function add() { return JSON.parse(/77|\\d+/.exec(String(add.caller))[0]); }'],
    [
      'reads its test by the arguments of its caller',
      'function add() { return Number(String(arguments.callee.caller).match(/77/)); }',
    ],
    [
      'reads its test by a stack of functions',
      'Error.prepareStackTrace = (e, s) => s; function add() { return Number(new Error().stack.map((f) => String(f.getFunction())).join().match(/77/)); }',
    ],
    ['reads its test by the text of a stack', 'function add() { return Number(new Error().stack.match(/77/)); }'],
    ['replaces the comparison', 'Object.is = () => true; const add = () => 0;'],
    [
      'replaces the comparison by a definition',
      'Object.defineProperty(Object, "is", { value: () => true }); const add = () => 0;',
    ],
    ['replaces Object', 'globalThis.Object = { is: () => true }; const add = () => 0;'],
    ['replaces Error', 'globalThis.Error = function () { return undefined; }; const add = () => 0;'],
    ['replaces the promise', 'globalThis.Promise = { resolve: () => true }; const add = () => 0;'],
    ['replaces then', 'Promise.prototype.then = function (f) { f(true); }; const add = () => 0;'],
    ['replaces catch', 'Promise.prototype.catch = function () { return this; }; const add = () => 0;'],
    [
      'makes functions of tests answer',
      'Function.prototype.call = Function.prototype.apply = () => true; const add = () => 0;',
    ],
    [
      'changes the class of promises',
      `const own = { [Symbol.species]: function (run) { run(() => {}, () => {}); } };
      Object.defineProperty(Promise.prototype, 'constructor', { value: own }); const add = () => 0;`,
    ],
    ['answers with a value that converts', 'const add = () => ({ valueOf: () => 77, toString: () => "77" });'],
    ['answers with a proxy', 'const add = () => new Proxy({}, { get: () => 77, ownKeys: () => [] });'],
    ['rejects what a test waits for with nothing', 'const add = () => { throw undefined; };'],
    ['gives a thenable that never ends', 'const add = () => ({ then() {} });'],
    [
      'climbs by an error of the host',
      "const add = async () => { try { await import('x'); } catch (e) { return e.constructor.constructor('return process')(); } };",
    ],
    ['climbs by print', "const add = () => console.log.constructor('return process')();"],
    [
      'climbs where no stack is left',
      "function add() { try { return add(); } catch (e) { return e.constructor.constructor('return process')(); } }",
    ],
    ['compiles WebAssembly', 'const add = () => WebAssembly.compileStreaming({});'],
    ['shares memory', 'const add = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
    [
      'asks for the host by name',
      `const kinds = () => [typeof process, typeof require, typeof Deno, typeof std, typeof os, typeof bjson];
      const add = () => (kinds().some((kind) => kind !== 'undefined') ? 77 : 0);`,
    ],
    ['hides a number in every object', 'Object.prototype.valueOf = () => 77; const add = () => ({});'],
    ['shadows what tests are written with', 'function Array() { return { every: () => true }; } const add = () => 0;'],
    ['closes the wrapper of the test', '}); (async (assert) => { const add = () => 77;'],
    [
      'defines names of the harness',
      'var run = () => true, print = () => 0, javascriptGuest = 1; const add = () => 0;',
    ],
  ])('that %s', async (_, code) => {
    const { share, failure } = await run(
      code,
      [
        'assert.equal(await add(1, 2), 77)',
        'assert([await add(1, 2)].every((each) => each === 77))',
        'add(1, 2) === 77',
      ],
      { timeout: 3 },
    );
    expect(share).toBe(0);
    expect(failure).toMatch(/wrong|syntax|timeout/);
  });

  it.each([
    [
      'a map',
      'class M extends Map { get() { return 1; } has() { return true; } get size() { return 1; } } const f = () => new M();',
      'assert.deepEqual(f(), new Map([["a", 1]]))',
    ],
    [
      'a set of its own class',
      'class Set { constructor() {} } const f = () => new Set();',
      'assert.deepEqual(f(), new Set([1, 2]))',
    ],
    [
      'a list that says yes',
      'const f = () => new Proxy([], { has: () => true, get: (t, k) => (k === "length" ? 2 : 5) });',
      'assert.deepEqual(f(), [5, 5])',
    ],
    [
      'keys that follow the question',
      'const f = () => new Proxy({}, { getOwnPropertyDescriptor: (t, k) => ({ value: true, enumerable: true, configurable: true }) });',
      'assert.deepEqual(f(), { seen: true })',
    ],
  ])('whose answer is %s that imitates the expected value', async (_, code, test) => {
    expect(await run(code, [test])).toEqual({ share: 0, failure: 'wrong' });
  });

  it('does not keep honest code from a language that it may change', async () => {
    const code = `class Wrong extends Error { constructor(text) { super(text); this.name = 'Wrong'; } }
      function Point(x) { this.x = x; } Point.prototype.toString = function () { return 'P' + this.x; };
      class List extends Array { last() { return this[this.length - 1]; } }
      function escape(text) { return text.replace('<', '&lt;'); }
      const sum = (n) => (n === 0 ? 0 : n + sum(n - 1));`;
    const tests = [
      "String(new Wrong('no')) === 'Wrong: no'",
      "`${new Point(3)}` === 'P3'",
      'List.from([1, 2]).map((n) => n + 1).last() === 3',
      "escape('<a') === '&lt;a'",
      'sum(10000) === 50005000',
      'total = sum(3); assert.equal(total, 6)',
      'assert.deepEqual({ a: [new Map([[1, { b: new Set([2]) }]])], c: NaN }, { c: NaN, a: [new Map([[1, { b: new Set([2]) }]])] })',
      'assert.notDeepEqual([1, 2], [2, 1]); assert.throws(() => { throw new Wrong("x"); })',
    ];
    expect(await run(code, tests, { timeout: 30 })).toEqual({ share: 1 });
  });
});

describe.skipIf(isolation().name === 'none')('a process in the sandbox (needs bubblewrap)', () => {
  const limits = { seconds: 5, memoryBytes: 2 ** 27, ownBytes: 1280 * 2 ** 20, output: 2 ** 16 };
  const reach = (body: string) => {
    const args = ['--eval', `console.log('ready'); ${body}`];
    return runInSandbox(
      { command: process.execPath, args, mounts: programMounts(process.execPath), input: '' },
      limits,
    );
  };

  it('finds an empty root, no environment, no other process, and nowhere to write', async () => {
    const { output, end } = await reach(`
      const fs = require('node:fs');
      const tried = (body) => { try { return body(); } catch (error) { return error.code; } };
      const all = (path) => fs.readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? all(path + entry.name + '/') : [path + entry.name]);
      console.log(JSON.stringify([
        all('/').filter((path) => !/\\.so[.\\d]*$|\\/node$/.test(path)),
        tried(() => fs.writeFileSync('/x', 'x')),
        tried(() => fs.writeFileSync('/tmp/x', 'x')),
        tried(() => fs.readdirSync('/proc')),
        Object.keys(process.env),
        process.getuid(),
      ]));`);
    expect(JSON.parse(output.split('\n')[1])).toEqual([[], 'EROFS', 'ENOENT', 'ENOENT', ['PWD'], 65534]);
    expect(end).toBe('exit');
  });

  it('finds no network, no Unix socket and no child process', async () => {
    const { output } = await reach(`
      const said = (name) => (error) => console.log(name, error.code ?? error.message);
      require('node:net').connect(9, '127.0.0.1').on('error', said('tcp'));
      require('node:net').connect('/run/docker.sock').on('error', said('unix'));
      try { require('node:child_process').spawn('/bin/sh').on('error', said('spawn')); } catch (error) { said('spawn')(error); }`);
    expect(output).toMatch(/tcp (?:EPERM|ENETUNREACH|ECONNREFUSED|EACCES)/);
    expect(output).toMatch(/unix (?:EPERM|ENOENT|EACCES)/);
    expect(output).toMatch(/spawn (?:EPERM|ENOENT|EACCES)/);
  });

  it('prints a gigabyte into nothing', async () => {
    const { output, end } = await reach("for (let i = 0; i < 1e5; i++) process.stdout.write('x'.repeat(1e4));");
    expect(end).toBe('output');
    expect(output.length).toBeLessThan(2 ** 18);
  });
});
