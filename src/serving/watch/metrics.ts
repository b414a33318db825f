/** Metrics for Prometheus: vLLM's names, so that its dashboards work with this server, and attune's own. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from '../models/admission.ts';
import type { ModelTable, ServedModel } from '../models/model-table.ts';
import type { Exchange } from './exchange.ts';

/** Histogram buckets in seconds, from OpenTelemetry's semantic conventions for generative AI. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];
const GAP_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Maximum number of model names used as labels; further ones are counted together. */
const MOST_NAMES = 64;
const OTHERS = 'other';

type Labels = 'model_name';

export class ServeMetrics {
  readonly registry = new Registry();
  readonly #names = new Set<string>();
  readonly #prompt = this.#counter('vllm:prompt_tokens', 'Prompt tokens processed');
  readonly #answer = this.#counter('vllm:generation_tokens', 'Tokens generated');
  readonly #asked = this.#counter('vllm:prefix_cache_queries', 'Prompt tokens looked up in the prefix cache');
  readonly #shared = this.#counter('vllm:prefix_cache_hits', 'Prompt tokens found in the prefix cache');
  readonly #success: Counter<Labels | 'finished_reason'>;
  readonly #firstToken = this.#histogram('vllm:time_to_first_token_seconds', 'Time to the first token', SECONDS);
  readonly #gap = this.#histogram('vllm:inter_token_latency_seconds', 'Time between tokens', GAP_SECONDS);
  readonly #whole = this.#histogram('vllm:e2e_request_latency_seconds', 'Time to the complete answer', SECONDS);
  readonly #promptSize = this.#histogram('vllm:request_prompt_tokens', 'Tokens per prompt', TOKENS);
  readonly #answerSize = this.#histogram('vllm:request_generation_tokens', 'Tokens per answer', TOKENS);
  readonly #requests: Counter<'path' | 'status'>;

  constructor({
    table,
    admission,
    isOpen,
  }: {
    table: ModelTable;
    admission: Admission;
    isOpen(model: ServedModel): boolean;
  }) {
    const registers = [this.registry];
    this.#success = new Counter({
      name: 'vllm:request_success_total',
      help: 'Answers by finish reason',
      labelNames: ['model_name', 'finished_reason'],
      registers,
    });
    this.#requests = new Counter({
      name: 'attune_requests_total',
      help: 'Requests by endpoint and status',
      labelNames: ['path', 'status'],
      registers,
    });
    const each = (set: (name: string, counts: { running: number; waiting: number }) => void) => {
      for (const { id, base } of table.models) if (base === undefined) set(this.nameOf(id), admission.countsOf(id));
    };
    this.#gauge('vllm:num_requests_running', 'Answers being generated', (gauge) =>
      each((model_name, { running }) => gauge.set({ model_name }, running)),
    );
    this.#gauge('vllm:num_requests_waiting', 'Answers waiting', (gauge) =>
      each((model_name, { waiting }) => gauge.set({ model_name }, waiting)),
    );
    this.#gauge('attune_model_loaded', 'Whether a model is in memory', (gauge) => {
      for (const model of table.models) gauge.set({ model_name: this.nameOf(model.id) }, isOpen(model) ? 1 : 0);
    });
  }

  #counter(name: string, help: string): Counter<Labels> {
    return new Counter({ name: `${name}_total`, help, labelNames: ['model_name'], registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<Labels> {
    return new Histogram({ name, help, labelNames: ['model_name'], buckets, registers: [this.registry] });
  }

  #gauge(name: string, help: string, collect: (gauge: Gauge<Labels>) => void): void {
    const gauge: Gauge<Labels> = new Gauge({
      name,
      help,
      labelNames: ['model_name'],
      registers: [],
      collect: () => {
        gauge.reset();
        collect(gauge);
      },
    });
    this.registry.registerMetric(gauge);
  }

  /** Adds metrics of the monitor: open alarms that are not silenced, and answers that could not be stored. */
  watch({
    alarms: open,
    lost,
  }: {
    alarms: () => Promise<{ model: string; signal: string }[]>;
    lost: () => number;
  }): void {
    const registers = [this.registry];
    const alarms: Gauge<Labels | 'signal'> = new Gauge({
      name: 'attune_alarm_open',
      help: 'Whether a monitored signal has an open alarm',
      labelNames: ['model_name', 'signal'],
      registers,
      collect: async () => {
        const found = await open();
        alarms.reset();
        for (const { model, signal } of found) alarms.set({ model_name: this.nameOf(model), signal }, 1);
      },
    });
    const unwritten: Gauge = new Gauge({
      name: 'attune_answers_unwritten',
      help: 'Answers that could not be stored',
      registers,
      collect: () => unwritten.set(lost()),
    });
  }

  /** Label of a model: its name, up to the maximum number of labels. */
  nameOf(id: string): string {
    if (this.#names.size < MOST_NAMES) this.#names.add(id);
    return this.#names.has(id) ? id : OTHERS;
  }

  observe(exchange: Exchange, status: number): void {
    const { model, counts, path, finishReasons, firstPart, partGaps, milliseconds } = exchange;
    this.#requests.inc({ path, status: String(status) });
    if (model === undefined) return;
    const labels = { model_name: this.nameOf(model.id) };
    if (status === 499) this.#success.inc({ ...labels, finished_reason: 'abort' });
    for (const finished_reason of finishReasons) this.#success.inc({ ...labels, finished_reason });
    if (firstPart !== undefined) this.#firstToken.observe(labels, firstPart / 1000);
    for (const gap of partGaps) this.#gap.observe(labels, gap / 1000);
    if (counts === undefined) return;
    this.#whole.observe(labels, milliseconds / 1000);
    this.#prompt.inc(labels, counts.prompt);
    this.#answer.inc(labels, counts.answer);
    this.#asked.inc(labels, counts.prompt);
    this.#shared.inc(labels, counts.shared);
    this.#promptSize.observe(labels, counts.prompt);
    this.#answerSize.observe(labels, counts.answer);
  }
}
