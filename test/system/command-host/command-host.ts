import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { checkPrinted } from '../../results.ts';

export interface CommandLine {
  argv: readonly string[];
  folder: string;
  /** Standard input; empty by default. */
  input?: string;
}

/** Message to the program. */
export interface HostedCommand extends CommandLine {
  env: NodeJS.ProcessEnv;
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface HostData {
  port: MessagePort;
  /** A single number: how many commands have been answered. */
  answers: Int32Array<SharedArrayBuffer>;
  /** File that the program prints to. */
  log: string;
}

const LONGEST_MS = 240_000;

/** The program that this process's tests share; starts with the first command and ends with the process. */
let program: { port: MessagePort; answers: HostData['answers'] } | undefined;

/**
 * One program for the commands of many tests and files, with their jobs in it: starting it and loading libtorch takes
 * longer than most commands. cli.test.ts, worker.test.ts and others test separate processes.
 */
export class CommandHost {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = { ...env, ATTUNE_IN_PROCESS: '1' };
  }

  /**
   * Runs a command to its end. @returns its exit code and output @throws if its JSON does not match the schema of its
   * result
   */
  run(command: CommandLine): Outcome {
    const { port, answers } = (program ??= startProgram());
    const before = Atomics.load(answers, 0);
    port.postMessage({ ...command, env: this.#env } satisfies HostedCommand);
    if (Atomics.wait(answers, 0, before, LONGEST_MS) === 'timed-out') {
      throw new Error(`no end within ${LONGEST_MS / 1000} s: attune ${command.argv.join(' ')}`);
    }
    const { message: outcome } = receiveMessageOnPort(port) as { message: Outcome };
    checkPrinted(command.argv, outcome);
    return outcome;
  }
}

function startProgram(): NonNullable<typeof program> {
  const { port1, port2 } = new MessageChannel();
  const log = join(mkdtempSync(join(tmpdir(), 'attune-command-host-')), 'printed.log');
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const workerData: HostData = { port: port2, answers, log };
  new Worker(new URL('./thread.ts', import.meta.url), { workerData, transferList: [port2] }).unref();
  port1.unref();
  return { port: port1, answers };
}
