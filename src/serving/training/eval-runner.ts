/** Runs evaluations: generates missing answers, and scores rows with the evaluation's graders. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fillTemplate } from '../../scoring/graders/grader-template.ts';
import { parseJson } from '../../files/json.ts';
import { rawRows } from '../../data/raw-rows.ts';
import {
  addEvalItem,
  changeEvalRun,
  claimEvalRun,
  evalItemsOf,
  evalRunStatus,
  evalsOf,
  fetchFile,
  findFile,
  isLeaseLost,
  WorkerWatch,
  type Eval,
  type EvalItem,
  type EvalRun,
  type EvalRunStatus,
  type Registry,
} from '../../store/registry/index.ts';
import { AttuneError } from '../../base/errors.ts';
import { ApiError } from '../api-error.ts';
import { toApiError } from '../attune-errors.ts';
import { endpoint as chat } from '../endpoints/chat-completions.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import type { ChatReply } from '../schemas/chat.ts';
import type { Completions, EvalConfig, EvalSource } from '../schemas/evals.ts';
import type { ServerParts } from '../server-parts.ts';
import { innerCall } from '../inner-call.ts';
import { notFound } from './access.ts';
import { HeldWork } from './held-work.ts';
import { PolledWork } from './polled-work.ts';
import { readCriterion, type Criterion } from './criteria.ts';
import { storedRows, type EvalRow } from './stored-rows.ts';
import { answerCall } from '../upstream/answer-call.ts';

/** `place`: index of the row in the run. */
type PlacedRow = EvalRow & { place: number };

/** A source whose answers a model generates. */
type Sampled = Completions & Required<Pick<Completions, 'model' | 'input_messages'>>;

/** Milliseconds before unavailable files are requested again. */
const STORE_RETRY = 2000;
/** Milliseconds between attempts while the server is full. */
const BUSY = 500;

export class EvalRunner {
  readonly #server: ServerParts;
  readonly #registry: Registry;
  readonly #watch = new WorkerWatch();
  readonly #poll = new PolledWork(() => this.#next());

  constructor(server: ServerParts, registry: Registry) {
    this.#server = server;
    this.#registry = registry;
  }

  begin(): void {
    this.#poll.begin();
  }

  close(): Promise<void> {
    return this.#poll.close();
  }

  wake(): void {
    this.#poll.wake();
  }

  async #next(): Promise<void> {
    try {
      const claim = () => claimEvalRun(this.#registry, this.#watch);
      for (let run = await claim(); run !== undefined; run = await claim()) {
        using held = new HeldWork(this.#registry, 'eval_runs', run);
        await this.#run(run, held);
        if (this.#poll.isStopped) return;
      }
    } catch (error) {
      this.#server.log.error({ err: error }, 'running evaluations failed');
    }
  }

  async #run(run: EvalRun, held: HeldWork): Promise<void> {
    const { log } = this.#server;
    try {
      // If this server is stopping, another one takes over.
      const end = await this.#outcome(run, held);
      await held.write((transaction) => changeEvalRun(transaction, run.id, end, ['in_progress']));
    } catch (error) {
      if (!isLeaseLost(error)) throw error;
      log.warn({ run: run.id }, 'another server has taken over an evaluation; stopped running it');
    }
  }

  /** @throws AttuneError E_LEASE_LOST */
  async #outcome(run: EvalRun, held: HeldWork): Promise<{ status: EvalRunStatus; error?: string }> {
    const { log } = this.#server;
    try {
      return { status: (await this.#answerAll(run, held)) ? 'completed' : 'queued' };
    } catch (error) {
      if (isLeaseLost(error)) throw error;
      if (isStoreFailure(error)) {
        // Unavailable files are not a fault of the run.
        log.error({ run: run.id, err: error }, 'an evaluation is waiting for the store');
        this.#poll.waitsUntil = Date.now() + STORE_RETRY;
        return { status: 'queued' };
      }
      log.error({ run: run.id, err: error }, 'evaluation failed');
      return { status: 'failed', error: error instanceof ApiError ? error.message : 'The rows cannot be read.' };
    }
  }

  /** Answers and scores the remaining rows. @returns whether every row has a result */
  async #answerAll(run: EvalRun, held: HeldWork): Promise<boolean> {
    const owned = (await evalsOf(this.#registry, run.owner)).find(({ id }) => id === run.eval);
    if (owned === undefined) return true;
    const { grader_comparisons: most } = this.#server.settings.limits;
    const criteria = owned.criteria.map((criterion) => readCriterion(criterion, most));
    const source = run.source as unknown as EvalSource;
    const done = await evalItemsOf(this.#registry, run.id);
    for await (const { place, ...row } of this.#openRows(run, { source, config: owned.source, done })) {
      if (this.#poll.isClosed || held.signal.aborted) return false;
      if ((await evalRunStatus(this.#registry, run.id)) !== 'in_progress') return false;
      const item = { ...(await this.#answer(row, { run, source, criteria })), run: run.id, place, item: row.item };
      await held.write((transaction) => addEvalItem(transaction, item));
    }
    return true;
  }

  /** Rows without a result. */
  async *#openRows(
    run: EvalRun,
    { source: { source }, config, done }: { source: EvalSource; config: Eval['source']; done: readonly EvalItem[] },
  ): AsyncGenerator<PlacedRow> {
    if (source.type !== 'stored_completions') {
      const places = new Set(done.map(({ place }) => place));
      let place = 0;
      for await (const row of this.#givenRows(run, source)) {
        if (!places.has(place)) yield { ...row, place };
        place++;
      }
      return;
    }
    const { metadata: shared } = config as EvalConfig & { metadata?: Record<string, string> };
    const wish = { ...source, metadata: { ...shared, ...source.metadata } };
    const key = this.#server.keys?.named(run.owner)?.name;
    // Identified by id instead of index, since some may be deleted in the meantime.
    const known = new Set(done.map(({ item }) => item.id));
    let place = done.length;
    for await (const row of storedRows(this.#server.kept, wish, { key, before: run.created_at, known }))
      yield { ...row, place: place++ };
  }

  async *#givenRows(
    { owner }: EvalRun,
    source: Exclude<EvalSource['source'], { type: 'stored_completions' }>,
  ): AsyncGenerator<EvalRow> {
    if (source.type === 'file_content') return yield* source.content;
    const file = await findFile(this.#registry, source.id, owner);
    if (file === undefined) throw notFound('file', source.id);
    for await (const { value } of rawRows(await fetchFile(file), () => undefined)) {
      const { item = {}, sample } = value as Partial<EvalRow>;
      yield { item, ...(sample !== undefined && { sample }) };
    }
  }

  async #answer(
    row: EvalRow,
    { run, source, criteria }: { run: EvalRun; source: EvalSource; criteria: Criterion[] },
  ): Promise<Pick<EvalItem, 'status' | 'sample' | 'results'>> {
    try {
      const sample = isSampled(source) ? await this.#sample(row, run, source) : (row.sample ?? {});
      const answer = answerIn(sample);
      const results = criteria.map(({ grader, threshold, grade }) => {
        const { reward: score } = grade({ item: row.item, answer });
        return { name: grader.name, type: grader.type, score, passed: score >= threshold };
      });
      return { status: results.every(({ passed }) => passed) ? 'pass' : 'fail', sample, results };
    } catch (error) {
      const { code, message } =
        error instanceof ApiError || error instanceof AttuneError
          ? toApiError(error)
          : { code: 'invalid_item', message: 'The row lacks a value that the template uses.' };
      return { status: 'error', sample: { error: { code, message } }, results: [] };
    }
  }

  /** Sends a row's messages to the model as a client with the same key would, and waits while the server is full. */
  async #sample(row: EvalRow, { owner }: EvalRun, source: Sampled): Promise<Record<string, unknown>> {
    const messages = messagesOf(row, source);
    const body = { model: source.model, messages, ...source.sampling_params };
    for (;;) {
      try {
        const { choices, usage } = (await this.#ask(owner, body)) as ChatReply;
        const [{ message, finish_reason: finish }] = choices;
        const output = [{ role: 'assistant', content: message.content }];
        return {
          input: messages,
          output,
          finish_reason: finish,
          model: source.model,
          usage,
          ...source.sampling_params,
        };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 429 || this.#poll.isClosed) throw error;
        await sleep(BUSY);
      }
    }
  }

  async #ask(owner: string, body: Record<string, unknown>): Promise<unknown> {
    return (await answerCall(chat, innerCall(this.#server, chat, { owner, body, isCounted: false }))).json();
  }
}

function isSampled(source: EvalSource): source is Sampled {
  return source.type === 'completions' && source.model !== undefined && source.input_messages !== undefined;
}

function messagesOf({ item }: EvalRow, { input_messages: input }: Sampled): unknown[] {
  if (input.type === 'item_reference') {
    const text = fillTemplate(`{{ ${input.item_reference} }}`, { item, answer: '' });
    return parseJson(text) as unknown[];
  }
  return input.template.map(({ role, content }) => ({
    role,
    content: fillTemplate(typeof content === 'string' ? content : content.text, { item, answer: '' }),
  }));
}

/** The text of an answer, whether generated or part of the row. */
function answerIn(sample: Record<string, unknown>): string {
  const { output_text: text, output } = sample as { output_text?: unknown; output?: { content?: unknown }[] };
  if (typeof text === 'string') return text;
  const content = Array.isArray(output) ? output.at(-1)?.content : undefined;
  return typeof content === 'string' ? content : '';
}
