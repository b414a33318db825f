/** Writes answers in the background, in batches; texts are included only if requested. */
import { setImmediate as takeTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Insertable } from 'kysely';
import type { AttuneError } from '../../base/errors.ts';
import { languageTeller } from '../../data/text-language.ts';
import { isStoreAway } from '../../store/postgres-failure.ts';
import { Profiles } from '../profile/profiles.ts';
import { countWords, measure, RecentRequests, type SignalValues } from '../signals/index.ts';
import { askedText, type ServedAnswer } from '../trace.ts';
import type { TracesTable } from './traces-tables.ts';
import type { TextRedactor } from './text-redactor.ts';
import type { TraceStore } from './trace-store.ts';

export interface MeasuredAnswer {
  served: ServedAnswer;
  signals: SignalValues;
  words?: Uint8Array;
}

export interface TraceWriterOptions {
  keep: 'counts' | 'text';
  /** Retention in days. */
  days: number;
  redactor: TextRedactor;
  /** Called with answers that were stored. */
  onWritten(batch: readonly MeasuredAnswer[]): void;
  onFailure(error: unknown): void;
}

/** Texts of an answer. */
export interface KeptText {
  prompt?: ServedAnswer['prompt'];
  answer?: string;
}

const FLUSH_MILLISECONDS = 500;
/** Delay between attempts while the store is unavailable. */
const RETRY_MILLISECONDS = 2000;
/** Time limit of the last attempt, when the server shuts down. */
const LAST_TRY_MILLISECONDS = 1000;
/** Answers per transaction. */
const MOST_AT_ONCE = 1000;
/** Answers measured before yielding: about a millisecond. */
const TURN = 16;
/** Maximum length of the queue. Beyond it the disk cannot keep up, and serving takes precedence. */
const MOST_WAITING = 20_000;
/** Characters of text held in memory while the store is unavailable. */
const MOST_HELD_CHARACTERS = 64 * 2 ** 20;
/** Maximum number of characters stored per text. */
export const MOST_CHARACTERS = 64 * 1024;
const DAY = 86_400_000;

export class TraceWriter {
  readonly #store: TraceStore;
  readonly #options: TraceWriterOptions;
  readonly #recent = new RecentRequests();
  readonly #profiles = new Profiles();
  #languageOf: ReturnType<typeof languageTeller> | undefined;
  #waiting: ServedAnswer[] = [];
  /** Answers measured while the store was unavailable; they are written first once it is back. */
  #held: MeasuredAnswer[] = [];
  #isFlushing = false;
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Number of answers that were not stored. */
  lost = 0;
  /** Why answers are held back. */
  away: AttuneError | undefined;

  constructor(store: TraceStore, options: TraceWriterOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Loads word lists of languages: a quarter of a second of the processor. */
  prepare(): Promise<(text: string) => string | undefined> {
    this.#languageOf ??= languageTeller([]);
    return this.#languageOf;
  }

  /** Measuring is deferred until the event loop is idle. */
  add(served: ServedAnswer): void {
    if (this.#waiting.length + this.#held.length >= MOST_WAITING) this.lost++;
    else this.#waiting.push(served);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isFlushing) return;
    const patience = this.away === undefined ? FLUSH_MILLISECONDS : RETRY_MILLISECONDS;
    this.#timer ??= setTimeout(() => void this.flush(), patience).unref();
  }

  /** Resolves when everything added so far is stored, or held because the store is unavailable. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(async () => {
      this.#isFlushing = true;
      await this.#flush();
      this.#isFlushing = false;
      if (this.#waiting.length + this.#held.length > 0) this.#schedule();
    });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const [waiting, held] = [this.#waiting, this.#held];
    [this.#waiting, this.#held] = [[], []];
    let left = held;
    try {
      left = [...held, ...(await this.#measured(waiting))];
      while (left.length > 0) {
        const batch = left.slice(0, MOST_AT_ONCE);
        await this.#write(batch);
        left = left.slice(batch.length);
        this.#options.onWritten(batch);
      }
      this.away = undefined;
    } catch (error) {
      if (isStoreAway(error)) return this.#hold(left, error);
      this.lost += held.length + waiting.length;
      this.#options.onFailure(error);
    }
  }

  #hold(batch: MeasuredAnswer[], error: AttuneError): void {
    let characters = 0;
    const isKept = ({ served: { prompt, answer } }: MeasuredAnswer): boolean =>
      (characters += JSON.stringify([prompt, answer]).length) <= MOST_HELD_CHARACTERS;
    this.#held = batch.filter(isKept);
    this.lost += batch.length - this.#held.length;
    if (this.away === undefined) this.#options.onFailure(error);
    this.away = error;
  }

  /** Flushes and closes. Answers in memory are lost if the store is still unreachable. */
  async close(): Promise<void> {
    const last = this.flush();
    await (this.away === undefined
      ? last
      : Promise.race([last, sleep(LAST_TRY_MILLISECONDS, undefined, { ref: false })]));
    this.lost += this.#held.length;
    if (this.away !== undefined) this.#options.onFailure(this.away);
    await this.#profiles[Symbol.asyncDispose]();
  }

  /** Yields between turns so that requests are served. */
  async #measured(waiting: readonly ServedAnswer[]): Promise<MeasuredAnswer[]> {
    const measured: MeasuredAnswer[] = [];
    const languageOf = await this.prepare();
    for (const [place, served] of waiting.entries()) {
      if (place % TURN === TURN - 1) await takeTurn();
      const text = askedText(served.prompt);
      const words = text === '' ? undefined : countWords(text, this.#store.keys.salt);
      const profile = this.#profiles.of(served.folder);
      const context = { recent: this.#recent, languageOf, ...(profile !== undefined && { profile }) };
      const signals = measure(served, context);
      measured.push({ served: this.#kept(served), signals, ...(words !== undefined && { words }) });
    }
    return measured;
  }

  async #write(batch: readonly MeasuredAnswer[]): Promise<void> {
    const texts = this.#options.keep === 'text' ? await this.#textsOf(batch) : [];
    const rows: Insertable<TracesTable>[] = [];
    for (const [place, one] of batch.entries()) rows.push(await this.#rowOf(one, texts.at(place)));
    await this.#store.add(rows);
  }

  #textsOf(batch: readonly MeasuredAnswer[]): Promise<KeptText[]> {
    return this.#options.redactor.redact(batch.map(({ served: { prompt, answer } }) => ({ prompt, answer })));
  }

  /** Reduces an answer's texts to those that are stored. */
  #kept({ prompt, answer, ...rest }: ServedAnswer): ServedAnswer {
    return this.#options.keep === 'text' ? { ...rest, ...cut({ prompt, answer }) } : rest;
  }

  async #rowOf({ served, signals, words }: MeasuredAnswer, text?: KeptText): Promise<Insertable<TracesTable>> {
    const { keys } = this.#store;
    const { id, choice, at, model, version, operation, key, status, milliseconds, label, confidence } = served;
    const user = keys.hash(ownerOf(served));
    const sealed = text === undefined ? null : await keys.seal(user, `${id} ${choice}`, text);
    return {
      id,
      choice,
      at,
      model,
      version,
      operation,
      status,
      milliseconds,
      user,
      key: key ?? null,
      signals: JSON.stringify(signals),
      label: label ?? null,
      confidence: confidence ?? null,
      words: words ?? null,
      text: sealed,
      expires_at: at + this.#options.days * DAY,
    };
  }
}

/** Identifies an answer: the reply's id, with the index unless it is the first. */
export function placeOf(id: string, choice: number): string {
  return choice === 0 ? id : `${id}#${choice}`;
}

/** Owner of a text: the user, if the request names one. */
export function ownerOf({ user, key }: Pick<ServedAnswer, 'user' | 'key'>): string {
  if (user !== undefined) return `user ${user}`;
  return key === undefined ? 'nobody' : `key ${key}`;
}

/** Truncates long texts and drops other content such as images. */
export function cut({ prompt, answer }: KeptText): KeptText {
  const text = JSON.stringify(prompt ?? null);
  const kept = text.length <= MOST_CHARACTERS ? prompt : `${text.slice(0, MOST_CHARACTERS)}…`;
  return {
    ...(kept !== undefined && { prompt: kept }),
    ...(answer !== undefined && { answer: answer.slice(0, MOST_CHARACTERS) }),
  };
}
