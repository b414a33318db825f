import { writeFileSync } from 'node:fs';
import { engine, exitWithoutEngine } from '../../engine/tensor/engine.ts';
import { JobHost } from './job-host.ts';
import { encodeError, mapError, type FromWorker, type ToWorker } from './worker-messages.ts';
import type { JobModule } from '../../base/job.ts';
import type { Registry } from '../../base/registry.ts';

/** Serves one job to the parent process, then exits. */
export function serveParent(registry: Registry<JobModule>): void {
  process.title = 'attune worker';
  volunteerForOutOfMemory();
  const host = new JobHost(registry, send);
  process.on('uncaughtException', (error) => host.fail(error));
  process.on('unhandledRejection', (error) => host.fail(error));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') void serve(host, message);
    else if (message.type === 'prepare') void prepare(registry, message.job);
    else host.receive(message);
  });
}

/** Ignores failures: the job that needs the missing part reports them. */
async function prepare(registry: Registry<JobModule>, job: string): Promise<void> {
  try {
    engine();
    await registry.load(job);
  } catch {
    // Nothing waits for the result.
  }
}

async function serve(host: JobHost, { spec, detach }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  if (detach) handleSignals(host);
  else dieWithParent(host);
  await host.run(spec);
  await sent;
  exitWithoutEngine();
  // Leftovers of a job, such as timers or thread pools, must not keep the process alive.
  process.exit();
}

/** Detached: the first signal saves and stops, the second exits at once. Closing the terminal has no effect. */
function handleSignals(host: JobHost): void {
  process.on('SIGHUP', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => host.stop(`received ${signal}`));
  }
}

/** The terminal signals the parent too, which decides. If the parent is gone, save and stop. */
function dieWithParent(host: JobHost): void {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => host.stop('received SIGTERM'));
  process.on('SIGHUP', () => host.stop('its terminal was closed'));
  process.on('disconnect', () => host.stop('the program that started it has ended'));
  if (!process.connected) host.stop('the program that started it has ended');
}

/** Resolves when the last message has been sent. Messages are sent in order, so all have been. */
let sent: Promise<void> = Promise.resolve();

function send(message: FromWorker): void {
  if (!process.connected) return;
  // A failure means that the parent is gone, which the 'disconnect' event reports.
  sent = new Promise((resolve) => process.send?.(mapError(message, encodeError), () => resolve()));
}

/** Lets the system kill this process first when memory runs out, rather than the one with the user interface. */
function volunteerForOutOfMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '300');
  } catch {
    // The file only exists on Linux.
  }
}
