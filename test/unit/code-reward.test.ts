import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeIn, outcomeOf, refuseUnisolated } from '../../src/methods/objectives/rewards/code/code-reward.ts';
import {
  isolation,
  NO_ISOLATION,
  programMounts,
  programPath,
} from '../../src/methods/objectives/rewards/code/isolation.ts';
import { runInSandbox } from '../../src/methods/objectives/rewards/code/sandbox.ts';
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

/** Reaches for the realm around its own, by every object that came from outside. */
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

  /** Each defines `add` so that only a forged verdict passes `assert.equal(add(1, 2), 77)` and its like. */
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
      "Object.defineProperty(Promise.prototype, 'constructor', { value: { [Symbol.species]: function (run) { run(() => {}, () => {}); } } }); const add = () => 0;",
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
      "const add = () => [typeof process, typeof require, typeof Deno, typeof std, typeof os, typeof bjson].filter((kind) => kind !== 'undefined').length ? 77 : 0;",
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
    expect(await run(code, tests)).toEqual({ share: 1 });
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

describe.skipIf(isolation().name === 'none' || programPath('python3') === undefined)(
  'Python (needs bubblewrap and python3)',
  () => {
    const python = (code: string, tests: readonly string[], settings: object = {}) =>
      run(code, tests, { language: 'python', ...settings });

    it('passes its tests by values, objects, errors, generators and coroutines', async () => {
      const code = [
        'import collections, math',
        'def add(a, b): return a + b',
        'def sort_(values): values.sort()',
        'def squares(n):\n    for i in range(n): yield i * i',
        'async def later(x): return x + 1',
        'Point = collections.namedtuple("Point", "x y")',
        'class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x); return self\n    def __len__(self): return len(self.items)',
        'class Full(ValueError): pass',
        'def fail(kind):\n    raise Full("no") if kind else KeyError("k")',
        'def apply(f, x): return f(x) + 1',
        'TABLE = {1: ("a", {2.5, None})}',
      ].join('\n');
      const tests = [
        'assert add(1, 2) == 3',
        'add([1], [2]) == [1, 2]',
        'v = [3, 1, 2]; sort_(v); assert v == [1, 2, 3]',
        'list(squares(4)) == [0, 1, 4, 9]',
        'import asyncio\nassert asyncio.run(later(1)) == 2',
        'p = Point(1, y=2); assert p.y == 2 and p == (1, 2)',
        's = Stack(); assert len(s.push(5).push(6)) == 2; assert s.items[-1] == 6',
        'try:\n    fail(True)\nexcept Full as error:\n    assert str(error) == "no"\nelse:\n    assert False',
        'try:\n    fail(False)\nexcept KeyError:\n    pass',
        'apply(lambda x: x * 10, 4) == 41',
        'TABLE == {1: ("a", {2.5, None})}',
        'isinstance(Stack(), Stack) and not isinstance(3, Stack)',
      ];
      expect(await python(code, tests)).toEqual({ share: 1 });
    });

    it.each([
      ['is no Python', 'def add(:', 'syntax'],
      ['raises', 'raise ValueError()', 'wrong'],
      ['loops without end', 'def add(a, b):\n    while True: pass', 'timeout'],
      ['allocates without end', 'def add(a, b):\n    x = []\n    while True: x.append(bytearray(10**6))', 'memory'],
      ['prints without end', 'def add(a, b):\n    while True: print("x" * 1000)', 'output'],
      ['ends its process', 'import os\ndef add(a, b): os._exit(0)', 'crash'],
      [
        'kills what it can',
        'import os, signal\ndef add(a, b): os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), signal.SIGKILL)',
        'crash',
      ],
      [
        'equals everything',
        'class Any(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\ndef add(a, b): return Any()',
        'wrong',
      ],
      [
        'equals everything without being a number',
        'class Any:\n    def __eq__(self, other): return True\ndef add(a, b): return Any()',
        'wrong',
      ],
      [
        'reads the frames that called it',
        'import sys\ndef add(a, b):\n    f = sys._getframe()\n    while f:\n        if int("7" * 2) in f.f_code.co_consts: return int("7" * 2)\n        f = f.f_back\n    return 0',
        'wrong',
      ],
      [
        'looks through all objects',
        'import gc\ndef add(a, b): return 77 if any("== 77" in o for o in gc.get_objects() if isinstance(o, str)) else 0',
        'wrong',
      ],
      [
        'changes the language',
        'import builtins\nbuiltins.eval = builtins.exec = builtins.compile = lambda *_: True\ndef add(a, b): return 0',
        'wrong',
      ],
      [
        "answers in the judge's place",
        'import os, json, struct\ndef add(a, b):\n    for fd in range(10):\n        try: os.write(fd, b"0 pass\\n" * 5)\n        except OSError: pass\n    return 0',
        'output',
      ],
      [
        'says that its test passed',
        'import os, json, struct\ndef add(a, b):\n    for end in ("pass", True):\n        m = json.dumps({"ended": end}).encode()\n        for fd in range(3, 10):\n            try: os.write(fd, struct.pack(">I", len(m)) + m)\n            except OSError: pass\n    os._exit(0)',
        'crash',
      ],
      ['opens a socket', 'import socket\ndef add(a, b):\n    socket.socket(socket.AF_UNIX)\n    return 77', 'wrong'],
      ['starts a process', 'import os\ndef add(a, b): return 77 if os.fork() >= 0 else 0', 'wrong'],
      [
        'starts a thread',
        'import threading\ndef add(a, b):\n    threading.Thread(target=print).start()\n    return 77',
        'wrong',
      ],
      ['writes a file', 'def add(a, b):\n    open("/tmp/attune-escaped", "w")\n    return 77', 'wrong'],
      ['reads a file of the machine', 'def add(a, b):\n    open("/etc/passwd")\n    return 77', 'wrong'],
      [
        'climbs by a function of the test',
        'def add(a, b, f=None): return f.__globals__ if f else 0\ndef call(f): return f.__globals__',
        'wrong',
      ],
    ])('code that %s passes nothing', async (_, code, failure) => {
      const outcome = await python(
        code,
        ['assert add(1, 2) == 77', 'call(lambda: 77)["add"](1, 2) == 77'].slice(0, code.includes('def call') ? 2 : 1),
        {
          timeout: failure === 'timeout' ? 1 : 20,
          memory_mb: 64,
        },
      );
      expect(outcome.share).toBe(0);
      expect([outcome.failure, 'crash']).toContain(failure);
      expect(existsSync('/tmp/attune-escaped')).toBe(false);
    });

    it('goes on with the next test after one that never ended', async () => {
      const code = 'def f(n):\n    while n: pass\n    return 1';
      expect(await python(code, ['f(1) == 1', 'f(0) == 1'], { timeout: 2 })).toEqual({
        share: 0.5,
        failure: 'timeout',
      });
    });
  },
);

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

  it('refuses to run code without isolation, unless it is allowed', () => {
    expect(() => refuseUnisolated(spec(), { ...NO_ISOLATION, name: 'bubblewrap' })).not.toThrow();
    expect(() => refuseUnisolated(spec(), NO_ISOLATION)).toThrow(expect.objectContaining({ code: 'E_CODE_ISOLATION' }));
    expect(() => refuseUnisolated(spec({ allow_unisolated: true }), NO_ISOLATION)).not.toThrow();
  });
});
