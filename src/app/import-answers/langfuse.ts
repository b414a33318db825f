/**
 * Reads rows of Langfuse's exports (v3): traces, observations and scores, as written by the user interface, the API
 * and the export to blob storage. Names may be in camel case or snake case.
 */
import { isPlainObject } from '../../base/plain-object.ts';
import { answerOf, askedOf, unpacked } from './conversation-parts.ts';
import type { Gathered, ImportedAnswer, ImportedScore } from './imported-answer.ts';

type Row = Readonly<Record<string, unknown>>;

/** Fields that are read or known to be irrelevant. */
const KNOWN = new Set(
  (
    'id traceId observationId type name timestamp startTime endTime userId sessionId input output model ' +
    'providedModelName usage usageDetails promptTokens completionTokens inputUsage outputUsage latency level metadata ' +
    'observations scores dataType value stringValue longStringValue comment source subject data meta trace ' +
    'projectId createdAt updatedAt environment tags public bookmarked release version htmlPath totalCost costDetails ' +
    'parentObservationId modelParameters modelId internalModelId promptId promptName promptVersion statusMessage ' +
    'completionStartTime timeToFirstToken traceName unit totalTokens totalUsage calculatedInputCost ' +
    'calculatedOutputCost calculatedTotalCost inputPrice outputPrice totalPrice authorUserId configId queueId ' +
    'executionTraceId externalId toolDefinitions toolCalls toolCallNames usagePricingTierId usagePricingTierName isDeleted eventTs'
  ).split(' '),
);

/** Types of observations that are answers of a model. */
const ANSWERS = new Set(['GENERATION', 'generation']);

export class LangfuseReader {
  readonly #gathered: Gathered;
  /** Traces. One counts as an answer only if none of its observations does. */
  readonly #traces = new Map<string, Row>();

  constructor(gathered: Gathered) {
    this.#gathered = gathered;
  }

  /** @returns the invalid field and its error */
  add(given: Row): { field: string; message: string } | undefined {
    const row = camelCased(given);
    // A page of API results.
    if (Array.isArray(row.data) && row.id === undefined) return this.#all(row.data);
    // A downloaded trace.
    if (isPlainObject(row.trace) && row.id === undefined)
      return this.add(row.trace) ?? this.#all([...listOf(row.observations), ...listOf(row.scores)]);
    this.#gathered.unknown(Object.keys(row).filter((name) => !KNOWN.has(name)));
    if (typeof row.id !== 'string' || row.id === '') return { field: 'id', message: 'is missing or not text' };
    if (isScore(row)) return this.#score(row);
    if (row.traceId !== undefined || row.startTime !== undefined) return this.#observation(row);
    return this.#trace(row);
  }

  #all(rows: readonly unknown[]): { field: string; message: string } | undefined {
    for (const row of rows) {
      if (!isPlainObject(row)) continue; // Lists of traces contain bare ids.
      const fault = this.add(row);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #trace(row: Row): { field: string; message: string } | undefined {
    if (timeOf(row.timestamp ?? row.createdAt) === undefined) return badTime('timestamp');
    this.#traces.set(String(row.id), row);
    const own = { traceId: row.id, userId: row.userId, sessionId: row.sessionId };
    return this.#all([
      ...listOf(row.observations).map((one) => (isPlainObject(one) ? { ...own, ...camelCased(one) } : one)),
      ...listOf(unpacked(row.scores)).map((one) => (isPlainObject(one) ? { traceId: row.id, ...one } : one)),
    ]);
  }

  #observation(row: Row): { field: string; message: string } | undefined {
    const at = timeOf(row.startTime);
    if (at === undefined) return badTime('startTime');
    const { type = '' } = row;
    if (!ANSWERS.has(String(type))) {
      this.#gathered.leaveOut(`observations of type ${String(type).slice(0, 40) || '?'}`);
      return undefined;
    }
    const end = timeOf(row.endTime);
    this.#gathered.answers.set(String(row.id), {
      ...answerFields(row, at),
      ...(typeof row.traceId === 'string' && { trace: row.traceId }),
      milliseconds: end === undefined ? 1000 * numberOf(row.latency, 0) : Math.max(0, end - at),
    });
    return undefined;
  }

  #score(row: Row): { field: string; message: string } | undefined {
    if (typeof row.name !== 'string') return { field: 'name', message: 'is missing or not text' };
    const subject = isPlainObject(row.subject) ? row.subject : {};
    const about = [row.observationId, subject.id, row.traceId, subject.traceId].filter(
      (one) => typeof one === 'string',
    );
    if (about.length === 0) return { field: 'traceId', message: 'is missing: the score names no trace or observation' };
    const { comment } = row;
    this.#gathered.scores.set(String(row.id), {
      id: String(row.id),
      about: about as string[],
      name: row.name,
      ...valueOf(row),
      ...(typeof comment === 'string' && { comment }),
      isMachine: row.source === 'EVAL',
    });
    return undefined;
  }

  /** Turns traces without a generation into answers; other traces supply the users of their answers. */
  finish(): void {
    const { answers } = this.#gathered;
    const answered = new Set([...answers.values()].map(({ trace }) => trace));
    for (const [id, answer] of answers) {
      const trace = answer.trace === undefined ? undefined : this.#traces.get(answer.trace);
      const user = answer.user ?? (trace && userOf(trace));
      if (user !== undefined) answers.set(id, { ...answer, user });
    }
    for (const [id, row] of this.#traces) {
      if (answered.has(id)) continue;
      const at = timeOf(row.timestamp ?? row.createdAt)!;
      answers.set(id, { ...answerFields(row, at), trace: id, milliseconds: 1000 * numberOf(row.latency, 0) });
    }
  }
}

function answerFields(row: Row, at: number): Omit<ImportedAnswer, 'milliseconds'> {
  const [prompt, answer, user] = [askedOf(row.input), answerOf(row.output), userOf(row)];
  const model = [row.model, row.providedModelName].find((one) => typeof one === 'string' && one !== '');
  const usage = [row.usageDetails, row.usage].map(unpacked).find(isPlainObject) ?? {};
  const [read, written] = [
    numberOf(usage.input ?? row.promptTokens ?? row.inputUsage),
    numberOf(usage.output ?? row.completionTokens ?? row.outputUsage),
  ];
  return {
    id: String(row.id),
    replies: repliesIn(row),
    at,
    ...(model !== undefined && { model: String(model) }),
    ...(user !== undefined && { user }),
    isFailed: row.level === 'ERROR',
    ...(read !== undefined && { promptTokens: read }),
    ...(written !== undefined && { answerTokens: written }),
    ...(prompt !== undefined && { prompt }),
    ...(answer !== undefined && { answer }),
  };
}

const REPLY_KEYS = ['completion_id', 'completionId', 'response_id', 'responseId', 'gen_ai.response.id'];

/** Finds ids of replies, where applications or instrumented clients store them. */
function repliesIn({ id, metadata }: Row): string[] {
  const kept = unpacked(metadata);
  const own = isPlainObject(kept) ? kept : {};
  const attributes = unpacked(own.attributes);
  const holders = [own, isPlainObject(attributes) ? attributes : {}];
  const found = holders.flatMap((holder) => REPLY_KEYS.map((key) => holder[key]));
  return [String(id), ...found.filter((one) => typeof one === 'string')];
}

/** The user, or the session if there is none. */
function userOf({ userId, sessionId }: Row): string | undefined {
  return [userId, sessionId].find((one) => typeof one === 'string' && one !== '') as string | undefined;
}

function isScore(row: Row): boolean {
  return (
    row.dataType !== undefined ||
    ((row.value !== undefined || row.stringValue !== undefined) && row.startTime === undefined)
  );
}

const KINDS: ReadonlyMap<string, ImportedScore['kind']> = new Map([
  ['NUMERIC', 'number'],
  ['BOOLEAN', 'boolean'],
  ['CATEGORICAL', 'category'],
  ['TEXT', 'text'],
  ['CORRECTION', 'correction'],
]);

/** The value is in `value`, `stringValue` or `longStringValue`, depending on version and export. */
function valueOf({ dataType, value, stringValue, longStringValue }: Row): Pick<ImportedScore, 'kind' | 'value'> {
  const kind = KINDS.get(String(dataType).toUpperCase()) ?? (typeof value === 'string' ? 'category' : 'number');
  const words = [longStringValue, stringValue, value].find((one) => typeof one === 'string' && one !== '');
  if (kind === 'number' || kind === 'boolean') {
    const number = typeof value === 'boolean' ? Number(value) : numberOf(value);
    const told = number ?? (typeof words === 'string' ? words : undefined);
    return told === undefined ? { kind } : { kind, value: told };
  }
  return words === undefined ? { kind } : { kind, value: words as string };
}

function numberOf(value: unknown): number | undefined;
function numberOf(value: unknown, fallback: number): number;
function numberOf(value: unknown, fallback?: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : fallback;
}

/** Times without a zone are UTC. */
function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const zoned = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value.replace(' ', 'T')}Z`;
  const at = Date.parse(zoned);
  return Number.isNaN(at) ? undefined : at;
}

function badTime(field: string): { field: string; message: string } {
  return { field, message: 'is missing or not a time' };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function camelCased(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value === '' ? undefined : value,
    ]),
  );
}
