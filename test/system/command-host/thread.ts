/** Owns the host's program, so that the thread of the tests can block until it has answered. */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { HostData, HostedCommand, Outcome } from './command-host.ts';

const { port, answers, log } = workerData as HostData;
const path = fileURLToPath(new URL('./program.ts', import.meta.url));
const execArgv = ['--disable-warning=ExperimentalWarning'];
let child: ChildProcess | undefined;

function start(env: NodeJS.ProcessEnv): ChildProcess {
  const output = openSync(log, 'w');
  const started = fork(path, [], { env, execArgv, stdio: ['ignore', output, output, 'ipc'] });
  closeSync(output);
  started.on('message', (outcome: Outcome) => answer(outcome));
  started.on('exit', (code, signal) => {
    child = undefined;
    answer({ code, stdout: '', stderr: `ended by ${signal}\n${readFileSync(log, 'utf8')}` });
  });
  return started;
}

function answer(outcome: Outcome): void {
  port.postMessage(outcome);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

port.on('message', (command: HostedCommand) => {
  child ??= start(command.env);
  child.send(command);
});
