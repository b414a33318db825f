/** Program of the process that runs an answer's JavaScript: QuickJS, which can access nothing but what it is given. */
import { readFileSync, writeSync } from 'node:fs';
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from 'quickjs-emscripten-core';
import { guestProgram, TEST_PARAMETERS } from './javascript-guest.ts';

/** Input of the harness, on its standard input. */
export interface HarnessInput {
  code: string;
  tests: readonly string[];
  /** Milliseconds for each test. */
  limit: number;
  mostPrinted: number;
  memoryBytes: number;
}

type Verdict = 'pass' | 'syntax' | 'wrong' | 'timeout' | 'memory' | 'output';

/** QuickJS frames also take up Node's stack, which `--stack-size` enlarges. */
const STACK_BYTES = 4 * 2 ** 20;
const JOBS_AT_ONCE = 1000;

const input = JSON.parse(readFileSync(0, 'utf8')) as HarnessInput;

/** Prints lines `TEST VERDICT`, after a first one that starts the clock. */
const say = (test: number | 'ready', verdict: string): void => void writeSync(1, `${test} ${verdict}\n`);

for (const [place, test] of input.tests.entries()) {
  // Each test gets a new runtime, so that tests cannot affect each other.
  const runtime = (
    await newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-ng-wasmfile-release-sync'))
  ).newRuntime();
  if (place === 0) say('ready', '');
  const limits = { deadline: Date.now() + input.limit, printed: 0 };
  runtime.setMemoryLimit(input.memoryBytes);
  runtime.setMaxStackSize(STACK_BYTES);
  runtime.setInterruptHandler(() => limits.printed > input.mostPrinted || Date.now() > limits.deadline);
  const context = runtime.newContext();
  const verdict = verdictOf(context, test, limits);
  say(place, verdict);
  if (verdict === 'syntax') break;
}
process.exit(0);

function verdictOf(context: QuickJSContext, test: string, limits: { deadline: number; printed: number }): Verdict {
  const failure = (error?: QuickJSHandle): Verdict => {
    if (limits.printed > input.mostPrinted) return 'output';
    if (Date.now() > limits.deadline) return 'timeout';
    return error !== undefined && isMemory(context, error) ? 'memory' : 'wrong';
  };
  try {
    const run = prepare(context, limits);
    const compiled = context.evalCode(input.code, 'answer.js', { compileOnly: true });
    if (compiled.error !== undefined) return isSyntax(context, compiled.error) ? 'syntax' : failure(compiled.error);
    const loaded = context.evalCode(input.code, 'answer.js');
    if (loaded.error !== undefined) return failure(loaded.error);
    const compiledTest = functionOf(context, test);
    const called = context.callFunction(run, context.undefined, compiledTest);
    if (called.error !== undefined) return failure(called.error);
    for (;;) {
      const state = context.getPromiseState(called.value);
      if (state.type === 'fulfilled') return context.dump(state.value) === true ? 'pass' : 'wrong';
      if (state.type === 'rejected') return failure(state.error);
      const jobs = context.runtime.executePendingJobs(JOBS_AT_ONCE);
      if (Date.now() > limits.deadline || limits.printed > input.mostPrinted) return failure();
      // No jobs are left, so whatever the test awaits will never resolve.
      if (jobs.error !== undefined) return failure(jobs.error);
      if (jobs.value === 0) return 'timeout';
    }
  } catch {
    // This process's stack or QuickJS's memory is exhausted.
    return failure();
  }
}

/** Freezes the built-ins inside the context; returns the function that runs a test. */
function prepare(context: QuickJSContext, limits: { printed: number }): QuickJSHandle {
  const print = context.newFunction('print', (length) => void (limits.printed += context.getNumber(length)));
  const guest = context.unwrapResult(context.evalCode(`(${guestProgram()})`, 'guest.js'));
  const tools = context.unwrapResult(context.callFunction(guest, context.undefined, print));
  context.setProp(context.global, 'console', context.getProp(tools, 'console'));
  return context.getProp(tools, 'run');
}

/** A test is an expression, or else a list of statements. */
function functionOf(context: QuickJSContext, test: string): QuickJSHandle {
  const head = `(async (${TEST_PARAMETERS}) => `;
  const expression = context.evalCode(`${head}(\n${test}\n))`, 'test.js');
  if (expression.error === undefined) return expression.value;
  return context.unwrapResult(context.evalCode(`${head}{\n${test}\n})`, 'test.js'));
}

function isSyntax(context: QuickJSContext, error: QuickJSHandle): boolean {
  return context.getString(context.getProp(error, 'name')) === 'SyntaxError';
}

function isMemory(context: QuickJSContext, error: QuickJSHandle): boolean {
  if (context.typeof(error) !== 'object') return false;
  const [name, message] = ['name', 'message'].map((key) => context.getString(context.getProp(error, key)));
  return (name === 'InternalError' && message === 'out of memory') || (name === 'RangeError' && /alloc/i.test(message));
}
