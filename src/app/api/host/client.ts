import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../../base/errors.ts';
import type { FunctionName } from '../functions.ts';
import { bundledNode } from './bundled-node.ts';
import { Peer, type HostMessage } from './peer.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

let host: Host | undefined;

/** Calls a function of the public API in a process of attune's own Node. */
export async function callHost(name: FunctionName, values: readonly unknown[]): Promise<unknown> {
  host ??= new Host();
  return host.call(name, values);
}

/** One process for the whole program; it lives as long as the program does, and does not keep it alive. */
class Host {
  readonly #child: ChildProcess;
  readonly #peer: Peer;
  #isBusy = false;

  constructor() {
    const entry = new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url);
    // In a group of its own: Ctrl-C reaches it once, from this process.
    this.#child = fork(fileURLToPath(entry), [], {
      execPath: bundledNode(),
      execArgv: ['--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
      detached: true,
    });
    this.#peer = new Peer({
      post: (message) => void (this.#child.connected && this.#child.send(message, () => undefined)),
      run: () => Promise.reject(new Error('a program is called by nobody')),
      onWaiting: (count) => this.#setBusy(count > 0),
    });
    this.#child.on('message', (message: HostMessage) => this.#peer.receive(message));
    this.#child.on('error', (error) => this.#peer.fail(error));
    this.#child.on('close', (code, signal) => this.#onClose(code, signal));
    this.#child.unref();
    this.#child.channel?.unref();
  }

  call(name: string, values: readonly unknown[]): Promise<unknown> {
    return this.#peer.call(name, values);
  }

  readonly #forward = (signal: NodeJS.Signals): void => void this.#child.kill(signal);

  /** While an answer is awaited the program stays, and its signals are for what is done. */
  #setBusy(isBusy: boolean): void {
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    for (const handle of [this.#child, this.#child.channel]) {
      if (isBusy) handle?.ref();
      else handle?.unref();
    }
    for (const signal of SIGNALS) {
      if (isBusy) process.on(signal, this.#forward);
      else process.off(signal, this.#forward);
    }
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    host = undefined;
    const got = signal ?? `exit code ${code}`;
    const fix = 'its last words are above; please report them';
    this.#peer.fail(
      new AttuneError('E_HOST_CRASHED', { what: "The process that attune's calls run in has ended", got, fix }),
    );
    // A signal that nothing in it waited for would have ended the program too.
    if (SIGNALS.some((name) => name === signal)) process.kill(process.pid, signal!);
  }
}
