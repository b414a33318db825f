import { decodeError, encodeError } from '../../../worker/protocol.ts';
import { Values } from './values.ts';

/** What goes between a program and the process that attune runs in. */
export type HostMessage =
  | { type: 'call'; id: number; name: string; values: unknown[]; folder: string; environment: NodeJS.ProcessEnv }
  | { type: 'run'; id: number; of: number; values: unknown[] }
  | { type: 'abort'; of: number; reason: unknown }
  | { type: 'done'; id: number; value: unknown }
  | { type: 'failed'; id: number; error: unknown };

export interface PeerOptions {
  post: (message: HostMessage) => void;
  /** Does what the other side calls by its name. */
  run: (name: string, values: unknown[]) => Promise<unknown>;
  /** Told whenever the number of answers changes that this side waits for. */
  onWaiting?: (count: number) => void;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** One of the two sides: asks, answers, and lets the other one call what it was given. */
export class Peer {
  readonly #post: PeerOptions['post'];
  readonly #run: PeerOptions['run'];
  readonly #onWaiting: (count: number) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #values: Values;
  #count = 0;

  constructor({ post, run, onWaiting = () => undefined }: PeerOptions) {
    this.#post = post;
    this.#run = run;
    this.#onWaiting = onWaiting;
    this.#values = new Values({
      call: (of, values) => this.#ask((id) => ({ type: 'run', id, of, values: this.#encodeAll(values) })),
      abort: (of, reason) => post({ type: 'abort', of, reason }),
    });
  }

  call(name: string, given: readonly unknown[]): Promise<unknown> {
    const [values, folder, environment] = [this.#encodeAll(given), process.cwd(), { ...process.env }];
    return this.#ask((id) => ({ type: 'call', id, name, values, folder, environment }));
  }

  receive(message: HostMessage): void {
    if (message.type === 'abort') return this.#values.aborted(message.of, message.reason);
    if (message.type === 'run') return this.#answer(message.id, this.#values.run(message.of, message.values));
    if (message.type === 'call') {
      const values = message.values.map((value) => this.#values.decode(value));
      return this.#answer(message.id, this.#run(message.name, values));
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    this.#onWaiting(this.#waiting.size);
    if (message.type === 'done') waiting?.resolve(this.#values.decode(message.value));
    else waiting?.reject(decodeError(message.error));
  }

  /** The other side is gone. */
  fail(error: unknown): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#onWaiting(0);
    for (const { reject } of waiting) reject(error);
  }

  #encodeAll(values: readonly unknown[]): unknown[] {
    return values.map((value) => this.#values.encode(value));
  }

  #ask(message: (id: number) => HostMessage): Promise<unknown> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#onWaiting(this.#waiting.size);
      this.#post(message(id));
    });
  }

  #answer(id: number, work: Promise<unknown>): void {
    work.then(
      (value) => this.#post({ type: 'done', id, value: this.#values.encode(value) }),
      (error: unknown) => this.#post({ type: 'failed', id, error: encodeError(error) }),
    );
  }
}
