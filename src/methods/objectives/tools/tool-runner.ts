import { Worker } from 'node:worker_threads';
import { AttuneError, type ErrorCode, type ErrorParts } from '../../../base/errors.ts';
import { checkHash, parseReference, type ReferenceHashes } from '../../../train/reference.ts';
import { failedCall, type ToolDescription, type ToolOutcome } from './tool.ts';

/** What the thread is told at its start. */
export interface ToolThreadData {
  references: readonly string[];
  hashes: ReferenceHashes;
}

/** A call, by the place of its tool among the references. */
export interface ToolRequest {
  tool: number;
  given: unknown;
}

/** What the thread says: first what it has loaded, or why not; then what comes of each call. */
export type ToolMessage =
  | { type: 'loaded'; tools: readonly ToolDescription[] }
  | { type: 'refused'; code: ErrorCode; parts: ErrorParts }
  | { type: 'result'; text: string }
  | { type: 'failed'; message: string };

/** Or what is said in place of the thread, once it says nothing any more. */
type Heard = ToolMessage | { type: 'ended'; message: string } | { type: 'timeout' };

/** Seconds in which the modules of tools have to be loaded. */
const LOADED_WITHIN = 60;

/**
 * Tools of the user's. They run in a thread, as reward functions do: a call that never ends can be stopped. The next call
 * after that finds a new thread.
 */
export class ToolRunner {
  readonly #data: ToolThreadData;
  readonly #timeout: number;
  #worker: Worker | undefined;

  /** @param timeout seconds that a call may take */
  constructor(data: ToolThreadData, timeout: number) {
    this.#data = data;
    this.#timeout = timeout;
    // A file that is not there, or has changed, is told before training.
    for (const reference of data.references) {
      const parsed = parseReference(reference);
      if (parsed !== undefined) checkHash(reference, parsed, data.hashes);
    }
  }

  /** @throws AttuneError E_REFERENCE_…, E_TOOL_FAILED */
  async load(): Promise<readonly ToolDescription[]> {
    const heard = await this.#start();
    if (heard.type === 'loaded') return heard.tools;
    if (heard.type === 'refused') throw new AttuneError(heard.code, heard.parts);
    throw new AttuneError('E_TOOL_FAILED', {
      what: `The tools ${this.#data.references.join(', ')} cannot be loaded`,
      got: heard.type === 'ended' ? heard.message : `nothing within ${LOADED_WITHIN} s`,
      fix: 'do no work where the modules begin, only within execute',
    });
  }

  /** What fails is told to the model; only tools that cannot be loaded any more end the run. */
  async call(request: ToolRequest): Promise<ToolOutcome> {
    if (this.#worker === undefined) await this.load();
    const heard = await this.#listen(this.#worker!, this.#timeout, request);
    if (heard.type === 'result') return { text: heard.text, isFailure: false };
    if (heard.type === 'failed' || heard.type === 'ended') return failedCall(heard.message);
    return failedCall(`no result within ${this.#timeout} s`);
  }

  dispose(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Promise<Heard> {
    const file = import.meta.url.endsWith('.ts') ? './tool-thread.ts' : './tool-thread.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: this.#data });
    worker.unref();
    // Between calls too.
    worker.on('error', () => {}).on('exit', () => this.#forget(worker));
    this.#worker = worker;
    return this.#listen(worker, LOADED_WITHIN);
  }

  /** The next thing that the thread says. One that says nothing in time is ended. */
  async #listen(worker: Worker, seconds: number, request?: ToolRequest): Promise<Heard> {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    const onMessage = (message: ToolMessage) => resolve(message);
    const onError = ({ message }: Error) => resolve({ type: 'ended', message });
    const onExit = () => resolve({ type: 'ended', message: 'the tool ended its process' });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    const timer = setTimeout(() => resolve({ type: 'timeout' }), seconds * 1000);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (request !== undefined) worker.postMessage(request);
    const heard = await promise;
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    if (heard.type === 'ended' || heard.type === 'timeout' || heard.type === 'refused') this.dispose();
    return heard;
  }

  #forget(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }
}
