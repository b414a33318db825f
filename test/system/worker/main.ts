/** A worker program with jobs that misbehave on request, started by the tests in worker.test.ts. */
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { AttuneError } from '../../../src/base/errors.ts';
import { defineRegistry } from '../../../src/base/registry.ts';
import type { JobContext, JobModule } from '../../../src/base/job.ts';
import { serveParent } from '../../../src/jobs/worker/serve-parent.ts';

interface StepsInput {
  steps: number;
  milliseconds: number;
  /** When something goes wrong, and what. */
  trouble?: { after: number; kind: 'signal' | 'exit' | 'throw' | 'uncaught' | 'user-error' };
}

const troubles = {
  signal: () => process.kill(process.pid, 'SIGSEGV'),
  exit: () => process.exit(7),
  throw: () => {
    throw new TypeError('a bug in the job');
  },
  uncaught: () => void setTimeout(() => troubles.throw(), 1),
  'user-error': () => {
    throw new AttuneError('E_NO_ROWS', { what: 'no rows', fix: 'add some', problems: [{ message: 'bad', line: 3 }] });
  },
};

/** Like training: emits an event per step; when aborted, it saves and returns the number of steps. */
async function steps(input: StepsInput, { emit, signal, folder }: JobContext): Promise<{ steps: number }> {
  const recipe = { model: 'test' };
  emit({
    type: 'run-started',
    run: `run-${process.pid}`,
    folder: folder ?? '',
    base: process.cwd(),
    recipe,
    identity: { pid: process.pid },
  });
  emit({ type: 'phase-started', phase: 'train', message: 'training' });
  process.stderr.write('a native library says something\n');
  for (let step = 1; step <= input.steps; step++) {
    await wait(input.milliseconds);
    emit(stepFinished(step, input.steps));
    if (step === input.trouble?.after) {
      troubles[input.trouble.kind]();
      await wait(5_000);
    }
    if (signal.aborted) {
      if (folder !== undefined) writeFileSync(`${folder}/saved`, String(step));
      emit({ type: 'run-stopped', step, reason: (signal.reason as AttuneError).what });
      return { steps: step };
    }
  }
  emit({
    type: 'run-finished',
    step: input.steps,
    choice: { step: input.steps, reason: 'last-step' },
    result: 'adapter',
    metrics: { loss: 1 },
    seconds: 1,
  });
  return { steps: input.steps };
}

function stepFinished(step: number, steps: number) {
  const speeds = { tokensPerSecond: 1, secondsLeft: 1, memoryBytes: 1, inputTokens: step, lossTokens: step };
  const losses = { loss: 3 / step, grad_norm: 1, learning_rate: 0.1, metrics: {} };
  return { type: 'step-finished', step, steps, epoch: step / steps, ...speeds, ...losses } as const;
}

/** Ignores its signal. */
async function deaf(_input: unknown, { emit }: JobContext): Promise<void> {
  emit({ type: 'phase-started', phase: 'train', message: 'not listening' });
  await wait(60_000);
}

/** Waits until it is aborted, then throws. */
async function patient(_input: unknown, { signal }: JobContext): Promise<void> {
  await wait(60_000, undefined, { signal });
}

/** Answers each request with the requested number of words; requests may overlap. */
async function talk(_input: unknown, { requests }: JobContext): Promise<{ answered: number }> {
  let answered = 0;
  const answers: Promise<void>[] = [];
  for await (const request of requests) {
    const { words, milliseconds } = request.body as { words: number; milliseconds: number };
    if (words < 0) process.kill(process.pid, 'SIGABRT');
    answers.push(
      (async () => {
        for (let i = 0; i < words && !request.signal.aborted; i++) {
          await wait(milliseconds);
          request.send({ word: i, logits: Float32Array.of(i, Number.NaN) });
        }
        if (words === 0) request.fail(new AttuneError('E_EMPTY', { what: 'nothing to say' }));
        else request.end();
        answered += 1;
      })(),
    );
  }
  await Promise.all(answers);
  return { answered };
}

const job = (run: JobModule['run']) => () => Promise.resolve({ run });

serveParent(
  defineRegistry<JobModule, string>('job', 'E_UNKNOWN_JOB', {
    steps: job(steps),
    deaf: job(deaf),
    patient: job(patient),
    talk: job(talk),
    refuse: job(() => Promise.reject(new Error('refused'))),
  }),
);
