/**
 * Reads OTLP in JSON (`ExportTraceServiceRequest`, `ExportLogsServiceRequest`), with the attributes of
 * OpenTelemetry's semantic conventions for generative AI, of their earlier versions, and of OpenInference.
 */
import { isPlainObject } from '../../base/plain-object.ts';
import { answerOf, askedOf } from './conversation-parts.ts';
import type { Gathered, ImportedAnswer } from './imported-answer.ts';
import { attributesOf, eventName, indexed, isRead, type Attributes } from './otlp-attributes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Operations that produce text. */
const ANSWERS = new Set(['chat', 'chat.completions', 'text_completion', 'text.completions', 'generate_content']);
const FAILED = new Set([2, '2', 'STATUS_CODE_ERROR']);

export class OtlpReader {
  readonly #gathered: Gathered;
  /** Messages from log records, by span. */
  readonly #records = new Map<string, { name: string; values: Attributes }[]>();
  readonly #spans: Json[] = [];

  constructor(gathered: Gathered) {
    this.#gathered = gathered;
  }

  /** @returns the invalid field and its error */
  add(row: Json): { field: string; message: string } | undefined {
    const { resourceSpans, resourceLogs, ...rest } = row;
    if (!Array.isArray(resourceSpans) && !Array.isArray(resourceLogs))
      return { field: 'resourceSpans', message: 'is missing, and so is resourceLogs: this is not an OTLP export' };
    this.#gathered.unknown(Object.keys(rest));
    for (const span of inner(resourceSpans, ['scopeSpans', 'instrumentationLibrarySpans'], 'spans')) {
      if (typeof span.spanId !== 'string') return { field: 'spanId', message: 'is missing or not text' };
      if (timeOf(span.startTimeUnixNano) === undefined)
        return { field: 'startTimeUnixNano', message: `of span ${span.spanId.slice(0, 40)} is not a time` };
      this.#spans.push(span);
    }
    for (const record of inner(resourceLogs, ['scopeLogs'], 'logRecords')) this.#record(record);
    return undefined;
  }

  #record(record: Json): void {
    const values = { ...attributesOf(record.attributes), ...attributesOf(record.body) };
    const name = eventName(record, values);
    const span = String(record.spanId ?? '');
    if (name === 'gen_ai.evaluation.result') return this.#evaluation(values, [span]);
    if (span === '') return this.#gathered.leaveOut('log records without a span');
    const known = this.#records.get(span);
    if (known === undefined) this.#records.set(span, [{ name, values }]);
    else known.push({ name, values });
  }

  finish(): void {
    for (const span of this.#spans) this.#span(span);
  }

  #span(span: Json): void {
    const values = attributesOf(span.attributes);
    const id = String(span.spanId);
    const events = listOf(span.events).map((event) => {
      const own = attributesOf(event.attributes);
      return { name: eventName(event, own), values: own };
    });
    const told = [...events, ...(this.#records.get(id) ?? [])];
    for (const event of told)
      if (event.name === 'gen_ai.evaluation.result') this.#evaluation(event.values, [id, String(span.traceId)]);
    const operation = String(values['gen_ai.operation.name'] ?? values['llm.request.type'] ?? '');
    const details = told.filter(({ name }) => name === 'gen_ai.client.inference.operation.details');
    const all = Object.assign({}, values, ...details.map((one) => one.values)) as Attributes;
    const messages = { prompt: promptOf(all, told), answer: textOfAnswer(all, told) };
    const isAnswer = ANSWERS.has(operation) || (operation === '' && isOfModel(all) && messages.answer !== undefined);
    if (!isAnswer) {
      this.#gathered.leaveOut(operation === '' ? 'spans without a model' : `spans of ${operation.slice(0, 40)}`);
      return;
    }
    this.#gathered.unknown(Object.keys(all).filter((name) => !isRead(name)));
    this.#gathered.answers.set(id, answerFrom(span, all, messages));
  }

  #evaluation(values: Attributes, spans: readonly string[]): void {
    const [name, value, label] = ['name', 'score.value', 'score.label'].map(
      (key) => values[`gen_ai.evaluation.${key}`],
    );
    const reply = values['gen_ai.response.id'];
    const about = [...spans, ...(typeof reply === 'string' ? [reply] : [])].filter((one) => one !== '');
    if (typeof name !== 'string' || about.length === 0)
      return this.#gathered.leaveOut('evaluations of unknown answers');
    const explanation = values['gen_ai.evaluation.explanation'];
    const said = typeof value === 'number' ? value : label;
    const id = [about[0], name, this.#gathered.scores.size].join(' ');
    this.#gathered.scores.set(id, {
      id: `${about[0]} ${name} ${JSON.stringify(said ?? null)}`,
      about,
      name,
      kind: typeof value === 'number' ? 'number' : 'category',
      ...((typeof said === 'number' || typeof said === 'string') && { value: said }),
      ...(typeof explanation === 'string' && { comment: explanation }),
      isMachine: false,
    });
  }
}

function answerFrom(
  span: Json,
  values: Attributes,
  { prompt, answer }: Pick<ImportedAnswer, 'prompt' | 'answer'>,
): ImportedAnswer {
  const first = (...names: string[]): unknown => names.map((name) => values[name]).find((one) => one !== undefined);
  const text = (...names: string[]): string | undefined => {
    const found = first(...names);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const count = (...names: string[]): number | undefined => {
    const found = Number(first(...names));
    return Number.isFinite(found) ? found : undefined;
  };
  const at = timeOf(span.startTimeUnixNano)!;
  const finish = [first('gen_ai.response.finish_reasons', 'gen_ai.completion.0.finish_reason')].flat()[0];
  const status = isPlainObject(span.status) ? span.status.code : undefined;
  const reply = text('gen_ai.response.id');
  const optional = {
    trace: typeof span.traceId === 'string' ? span.traceId : undefined,
    model: text('gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name', 'langfuse.observation.model.name'),
    user: text('user.id', 'enduser.id', 'langfuse.user.id', 'gen_ai.conversation.id', 'session.id'),
    finish: typeof finish === 'string' ? finish : undefined,
    promptTokens: count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt'),
    answerTokens: count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion'),
    prompt,
    answer,
  };
  return {
    id: String(span.spanId),
    replies: reply === undefined ? [] : [reply],
    at,
    milliseconds: Math.max(0, (timeOf(span.endTimeUnixNano) ?? at) - at),
    isFailed: FAILED.has(status as number) || values['error.type'] !== undefined,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function isOfModel(values: Attributes): boolean {
  return Object.keys(values).some((name) =>
    /^(?:gen_ai\.(?:request|response|usage)\.|llm\.(?:model|token)|langfuse\.observation\.model)/.test(name),
  );
}

type Told = readonly { name: string; values: Attributes }[];

/** The prompt in the first of the known forms that is present. */
function promptOf(values: Attributes, told: Told): ImportedAnswer['prompt'] {
  const instructions = values['gen_ai.system_instructions'];
  const event = (name: string) => told.find((one) => one.name === name)?.values;
  const spoken = told.flatMap(({ name, values: own }) => {
    const role = /^gen_ai\.(system|user|assistant)\.message$/.exec(name)?.[1];
    return role === undefined ? [] : [messageIn(own, role)];
  });
  const forms = [
    values['gen_ai.input.messages'],
    indexed(values, 'gen_ai.prompt'),
    indexed(values, 'llm.input_messages', 'message'),
    spoken.length > 0 ? spoken : undefined,
    event('gen_ai.content.prompt')?.['gen_ai.prompt'],
    values['gen_ai.prompt'],
    values['langfuse.observation.input'],
    values['input.value'],
  ];
  return askedOf(
    forms.find((form) => form !== undefined),
    instructions,
  );
}

function textOfAnswer(values: Attributes, told: Told): string | undefined {
  const event = (name: string) => told.find((one) => one.name === name)?.values;
  const choice = event('gen_ai.choice');
  const forms = [
    values['gen_ai.output.messages'],
    indexed(values, 'gen_ai.completion'),
    indexed(values, 'llm.output_messages', 'message'),
    choice && messageIn(choice, 'assistant'),
    event('gen_ai.content.completion')?.['gen_ai.completion'],
    values['gen_ai.completion'],
    values['langfuse.observation.output'],
    values['output.value'],
  ];
  return answerOf(forms.find((form) => form !== undefined));
}

/** A message of an event: its attributes, or JSON in one of them. */
function messageIn(values: Attributes, role: string): unknown {
  const packed = values['gen_ai.event.content'];
  const { message, ...own } = values;
  const given = typeof packed === 'string' ? packed : (message ?? own);
  const read = typeof given === 'string' ? askedOf(given) : given;
  if (Array.isArray(read)) return { role, ...(read[0] as object) };
  return isPlainObject(read) ? { role, ...read } : { role, content: read };
}

/** Converts nanoseconds, as text or number, to milliseconds. */
function timeOf(value: unknown): number | undefined {
  const nanoseconds = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isFinite(nanoseconds) && nanoseconds > 0 ? nanoseconds / 1e6 : undefined;
}

function inner(groups: unknown, scopes: readonly string[], name: string): Json[] {
  return listOf(groups)
    .flatMap((group) => scopes.flatMap((scope) => listOf(group[scope])))
    .flatMap((scope) => listOf(scope[name]));
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : [];
}
