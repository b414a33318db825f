import { join } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

export interface CommandLine {
  argv: readonly string[];
  folder: string;
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface HostData {
  port: MessagePort;
  /** One number: how many commands have been answered. */
  answers: Int32Array<SharedArrayBuffer>;
  env: NodeJS.ProcessEnv;
  /** Where the program prints to. */
  log: string;
}

const LONGEST_MS = 240_000;

/**
 * One process for the commands of many tests, with their jobs in it: starting it and loading libtorch takes longer than
 * most of them do. Processes of their own are what cli.test.ts, worker.test.ts and others look at.
 */
export class CommandHost {
  readonly #answers = new Int32Array(new SharedArrayBuffer(4));
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #port?: MessagePort;

  /** `folder`: where the process writes what it prints beside its commands' output. It starts with the first command. */
  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = { ...env, ATTUNE_IN_PROCESS: '1' };
  }

  /** Runs a command to its end; its exit code and what it printed. */
  run(command: CommandLine): Outcome {
    const port = (this.#port ??= this.#start());
    const before = Atomics.load(this.#answers, 0);
    port.postMessage(command);
    if (Atomics.wait(this.#answers, 0, before, LONGEST_MS) === 'timed-out') {
      throw new Error(`no end within ${LONGEST_MS / 1000} s: attune ${command.argv.join(' ')}`);
    }
    return (receiveMessageOnPort(port) as { message: Outcome }).message;
  }

  close(): void {
    this.#port?.close();
  }

  #start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const log = join(this.#folder, 'command-host.log');
    const workerData: HostData = { port: port2, answers: this.#answers, env: this.#env, log };
    new Worker(new URL('./thread.ts', import.meta.url), { workerData, transferList: [port2] }).unref();
    return port1;
  }
}
