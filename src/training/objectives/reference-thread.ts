import { Killable, thread, type Silence } from '../../base/killable.ts';
import { checkHash, parseReference, type ReferenceHashes } from '../reference.ts';

export type { Silence } from '../../base/killable.ts';

/** Initial data of a thread. */
export interface ThreadData {
  references: readonly string[];
  hashes: ReferenceHashes;
}

/** Runs the user's functions in a thread, so that an endless one can be stopped. */
export class ReferenceThread<Message extends object> {
  readonly #thread: Killable<Message>;

  /** @param program the thread's TypeScript module */
  constructor(program: URL, data: ThreadData) {
    const entry = new URL(program.href.replace(/\.ts$/, import.meta.url.slice(-'.ts'.length)));
    this.#thread = new Killable(thread(entry, { workerData: data }));
    // Missing or changed files fail before training.
    for (const reference of data.references) {
      const parsed = parseReference(reference);
      if (parsed !== undefined) checkHash(reference, parsed, data.hashes);
    }
  }

  get isRunning(): boolean {
    return this.#thread.isRunning;
  }

  /** Sends a request, or without one waits for a message; gives up after `seconds` of silence. */
  ask(request: unknown, seconds: number, isAnswer?: (message: Message) => boolean): Promise<Message | Silence> {
    return this.#thread.ask(request, { seconds, isAnswer });
  }

  stop(): void {
    void this.#thread.stop();
  }
}
