import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import type { StampedEvent } from '../../base/events.ts';
import { runPaths } from '../../store/run-paths.ts';

const TAIL_BYTES = 4_000;
const TAIL_LINES = 12;

/** A worker that ended without a result, with the known details. */
export interface Crash {
  job: string;
  signal: NodeJS.Signals | null;
  exitCode: number | null;
  step: number;
  phase?: string;
  folder?: string;
  /** Its output, if it has no log folder. */
  output: string;
}

/** Error for the user: the signal or exit code, the phase, the last output, and what to do. */
export function crashError(crash: Crash): AttuneError {
  const how = crash.signal === null ? `exit code ${crash.exitCode}` : crash.signal;
  const during = crash.phase === undefined ? '' : ` during ${crash.phase}`;
  const where = crash.step > 0 ? ` after step ${crash.step}${during}` : during;
  const words = lastWords(crash);
  return new AttuneError('E_WORKER_CRASHED', {
    what: `The worker process of "${crash.job}" crashed (${how})${where}`,
    got: words === '' ? 'it printed nothing' : words.replaceAll('\n', '\n            '),
    fix: [likelyCause(crash.signal), nextStep(crash)].filter((part) => part !== '').join('; '),
  });
}

/** Records the crash in the run's folder on behalf of the dead worker, unless the run has been resumed. */
export async function recordCrash(folder: string, error: AttuneError): Promise<StampedEvent | undefined> {
  let recorded: StampedEvent | undefined;
  try {
    const { RunRecorder } = await import('./run-recorder.ts');
    const hooks = { publish: (event: StampedEvent) => void (recorded = event), stop: () => undefined };
    const recorder = await RunRecorder.open({ folder, resume: true, reportTo: [] }, hooks);
    recorder.endFailed(error);
    await recorder.close();
  } catch {
    // The crash itself is the error to report.
  }
  return recorded;
}

function likelyCause(signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') {
    return 'the system kills a process like this when memory runs out: lower training.micro_batch_tokens or data.max_length';
  }
  if (signal === 'SIGILL') return 'the processor does not support an instruction: run `attune doctor`';
  if (signal === 'SIGBUS') {
    return (
      'a file in use was truncated, such as the weights of the base model, or the disk failed: restore ' +
      'the file, and give new versions other names'
    );
  }
  return '`attune doctor` checks the engine on this machine';
}

function nextStep({ folder }: Crash): string {
  if (folder === undefined) return '';
  const log = `its output is in ${runPaths(folder).log}`;
  const hasCheckpoint = existsSync(runPaths(folder).checkpoints);
  return hasCheckpoint ? `${log}; continue from the last checkpoint with \`attune runs resume ${folder}\`` : log;
}

function lastWords({ folder, output }: Crash): string {
  const text = folder === undefined ? output : tailOf(runPaths(folder).log);
  return text.trim().split('\n').slice(-TAIL_LINES).join('\n');
}

function tailOf(path: string): string {
  if (!existsSync(path)) return '';
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
