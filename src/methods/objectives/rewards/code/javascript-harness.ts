/** What the harness is told on its standard input. */
export interface HarnessInput {
  code: string;
  tests: readonly string[];
  /** Begins each of its lines, so that code cannot say that it passed. */
  secret: string;
  /** Milliseconds for each test. */
  limit: number;
  mostPrinted: number;
}

/** What came of a test. */
export type Verdict = 'pass' | 'syntax' | 'wrong' | 'timeout' | 'memory' | 'output';

/**
 * The program of the process in which an answer's code runs, given to Node as text: it uses nothing of this module. Each
 * test gets a context of its own, without modules, processes and timers; nothing of this realm is handed in that the
 * code could climb out by, and what a climber would look for is gone.
 */
// oxlint-disable-next-line max-lines-per-function -- one text, which a process is given as a whole
export function javascriptHarness(): void {
  const { readFileSync, writeSync } = process.getBuiltinModule('node:fs');
  const { createContext, Script } = process.getBuiltinModule('node:vm');
  const { isDeepStrictEqual } = process.getBuiltinModule('node:util');
  const later = setTimeout;
  const { code, tests, secret, limit, mostPrinted } = JSON.parse(readFileSync(0, 'utf8')) as HarnessInput;
  for (const name of ['binding', '_linkedBinding', 'getBuiltinModule', 'dlopen', 'kill', 'mainModule'])
    Reflect.set(process, name, undefined);
  for (const name of ['require', 'module', 'fetch', 'WebSocket', 'EventSource'])
    Reflect.deleteProperty(globalThis, name);

  const say = (test: number, verdict: string) => writeSync(1, `${secret} ${test} ${verdict}\n`);
  // What this realm throws is not passed on, as where no stack is left: errors are a way to climb.
  const TOOLS = `(print, same) => {
    const { apply } = Reflect;
    const { then } = Promise.prototype;
    const inside = (run, a, b, isDeep) => { try { return run(a, b, isDeep); } catch { throw new Error('no stack left'); } };
    const fail = (message) => { throw new Error(message ?? 'assertion failed'); };
    const ok = (value, message) => { if (!value) fail(message); };
    const assert = (value, message) => ok(value, message);
    const equal = (a, b, message) => ok(inside(same, a, b, false), message);
    const deepEqual = (a, b, message) => ok(inside(same, a, b, true), message);
    const throws = (run, message) => { try { run(); } catch { return; } fail(message); };
    Object.assign(assert, { ok, equal, strictEqual: equal, deepEqual, deepStrictEqual: deepEqual, throws,
      notEqual: (a, b, message) => ok(!inside(same, a, b, false), message),
      notDeepStrictEqual: (a, b, message) => ok(!inside(same, a, b, true), message) });
    const log = (...values) => { let length = 0; for (const value of values) length += \`\${value}\`.length; inside(print, length); };
    const settle = (promise, ...reactions) => void apply(then, promise, reactions);
    return { assert: Object.freeze(assert), console: { log, info: log, warn: log, error: log, debug: log }, settle };
  }`;

  const failureOf = (error: unknown): Verdict => {
    const { code: kind, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown };
    if (kind === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'timeout';
    return name === 'RangeError' && /alloc/i.test(String(message)) ? 'memory' : 'wrong';
  };
  const scriptOf = (test: string) => {
    const wrapped = (body: string) => new Script(`(async (assert) => ${body})(this.__assert)`);
    try {
      return wrapped(`(\n${test}\n)`);
    } catch {
      return wrapped(`{\n${test}\n}`);
    }
  };

  async function verdictOf(answer: InstanceType<typeof Script>, test: string): Promise<Verdict> {
    const context = createContext({ __proto__: null });
    let printed = 0;
    const print = (length: number) => {
      printed += length;
      if (printed <= mostPrinted) return;
      say(place, 'output');
      process.exit(0);
    };
    const same = (a: unknown, b: unknown, isDeep: boolean) => (isDeep ? isDeepStrictEqual(a, b) : Object.is(a, b));
    const tools = new Script(TOOLS).runInContext(context) as (...own: unknown[]) => {
      assert: unknown;
      console: unknown;
      settle(promise: unknown, done: (value: unknown) => void, failed: (error: unknown) => void): void;
    };
    const { assert, console: own, settle } = tools(print, same);
    Reflect.set(context, 'console', own);
    try {
      answer.runInContext(context, { timeout: limit });
      // Code that has one of its own may not be judged by it.
      if (!Reflect.defineProperty(context, '__assert', { value: assert, writable: false })) return 'wrong';
      const done = scriptOf(test).runInContext(context, { timeout: limit }) as unknown;
      const { promise, resolve } = Promise.withResolvers<Verdict>();
      settle(
        done,
        (value) => resolve(value === false ? 'wrong' : 'pass'),
        (error: unknown) => resolve(failureOf(error)),
      );
      later(() => resolve('timeout'), limit);
      return await promise;
    } catch (error) {
      return failureOf(error);
    }
  }

  let place = 0;
  async function run(): Promise<void> {
    writeSync(1, `${secret} ready\n`);
    let answer: InstanceType<typeof Script>;
    try {
      answer = new Script(code);
    } catch {
      return void say(0, 'syntax');
    }
    for (; place < tests.length; place++) say(place, await verdictOf(answer, tests[place]));
  }
  // Timers of tests that are over keep nobody waiting.
  void run().then(() => process.exit(0));
}
