/** Keeps the program of a host, so that the thread of the tests can wait for it asleep. */
import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { CommandLine, HostData, Outcome } from './command-host.ts';

const { port, answers, env, log } = workerData as HostData;
const output = openSync(log, 'w');
const program = fileURLToPath(new URL('./program.ts', import.meta.url));
const execArgv = ['--disable-warning=ExperimentalWarning'];
const child = fork(program, [], { env, execArgv, stdio: ['ignore', output, output, 'ipc'] });
closeSync(output);

function answer(outcome: Outcome): void {
  port.postMessage(outcome);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

child.on('message', (outcome: Outcome) => answer(outcome));
child.on('exit', (code, signal) =>
  answer({ code, stdout: '', stderr: `ended by ${signal}\n${readFileSync(log, 'utf8')}` }),
);
port.on('message', (command: CommandLine) => child.send(command));
port.on('close', () => {
  child.removeAllListeners('exit');
  if (child.connected) child.disconnect();
});
