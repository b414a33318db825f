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
  readonly #port: MessagePort;
  readonly #answers = new Int32Array(new SharedArrayBuffer(4));
  readonly #thread: Worker;

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: HostData = {
      port: port2,
      answers: this.#answers,
      env: { ...env, ATTUNE_IN_PROCESS: '1' },
      log: join(folder, 'command-host.log'),
    };
    this.#thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData, transferList: [port2] });
    this.#thread.unref();
  }

  run(command: CommandLine): Outcome {
    const before = Atomics.load(this.#answers, 0);
    this.#port.postMessage(command);
    if (Atomics.wait(this.#answers, 0, before, LONGEST_MS) === 'timed-out')
      throw new Error(`no end: ${command.argv.join(' ')}`);
    const answer = receiveMessageOnPort(this.#port) as { message: Outcome };
    return answer.message;
  }

  close(): void {
    this.#port.close();
  }
}
