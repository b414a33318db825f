import { statSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import { containerName, containers, dataExtensions } from '../../data/containers/index.ts';
import { findFiles } from '../../files/find-files.ts';
import { sha256 } from '../../files/hash.ts';
import { addImported, TextRedactor, TraceStore, type ImportedRecord } from '../../monitoring/index.ts';
import type { useCase as langfuse, ImportedAnswers } from '../use-cases/import-langfuse.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { Gathered, type ImportedAnswer, type ImportedScore } from './imported-answer.ts';
import { LangfuseReader } from './langfuse.ts';
import { OtlpReader } from './otlp.ts';
import { meaningOf, type ScoreNames, type ScoreUse } from './score-meaning.ts';

type ImportAnswersOptions = CallOptions<typeof langfuse>;

const READERS = { langfuse: LangfuseReader, otlp: OtlpReader } as const;

type Tool = keyof typeof READERS;

/**
 * Imports traces, observations and scores of Langfuse's exports as answers and feedback of a model, from files or
 * folders of .json, .jsonl, .csv or .parquet.
 * @throws AttuneError E_IMPORT_UNREADABLE, E_IMPORT_SIZE, E_FILE_MISSING, E_TRACES
 */
export function importLangfuse(paths: readonly string[], options: ImportAnswersOptions = {}): Promise<ImportedAnswers> {
  return importAnswers('langfuse', paths, options);
}

/**
 * Imports spans and evaluations from OTLP in JSON (OpenTelemetry's conventions for generative AI) as answers and
 * feedback of a model. @throws AttuneError E_IMPORT_UNREADABLE, E_IMPORT_SIZE, E_FILE_MISSING, E_TRACES
 */
export function importOtlp(paths: readonly string[], options: ImportAnswersOptions = {}): Promise<ImportedAnswers> {
  return importAnswers('otlp', paths, options);
}

async function importAnswers(
  tool: Tool,
  paths: readonly string[],
  options: ImportAnswersOptions,
): Promise<ImportedAnswers> {
  const files = paths.flatMap((path) => findFiles(path, { base: process.cwd(), extensions: dataExtensions }));
  checkSize(files);
  const gathered = await gather(tool, files, options);
  if (gathered.answers.size === 0 && gathered.scores.size === 0) throw unreadable(tool, gathered);
  return write(tool, { files, gathered }, options);
}

/** Size limit, since answers and scores are joined in memory. */
const MOST_BYTES = 2 * 1024 ** 3;

function checkSize(files: readonly string[]): void {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes <= MOST_BYTES) return;
  throw new AttuneError('E_IMPORT_SIZE', {
    what: 'The import is too large',
    got: `${(bytes / 1024 ** 3).toFixed(1)} GiB in ${files.length} files`,
    expected: `at most ${MOST_BYTES / 1024 ** 3} GiB`,
    fix: 'import it in parts, by time: nothing is imported twice',
  });
}

async function gather(
  tool: Tool,
  files: readonly string[],
  { onEvent, signal }: ImportAnswersOptions,
): Promise<Gathered> {
  const gathered = new Gathered();
  const reader = new READERS[tool](gathered);
  onEvent?.({ type: 'phase-started', phase: 'data', message: `reading ${files.length} files` });
  for (const file of files) {
    const container = await containers.load(containerName(file));
    for await (const { line, value, defect } of container.read(file, file, { signal })) {
      signal?.throwIfAborted();
      const fault = value === undefined ? { message: defect?.reason ?? 'no row' } : reader.add(value);
      if (fault !== undefined) gathered.break({ file, line, ...fault });
    }
  }
  reader.finish();
  return gathered;
}

const BATCH = 200;

async function write(
  tool: Tool,
  { files, gathered }: { files: readonly string[]; gathered: Gathered },
  { model, thumb: thumbs = [], label, retention = 30, onEvent, signal }: ImportAnswersOptions,
): Promise<ImportedAnswers> {
  const store = await TraceStore.open();
  const redactor = new TextRedactor(store.keys.secretFor('surrogates'));
  const uses = new Map<string, { name: string; use: ScoreUse; count: number }>();
  const result: ImportedAnswers = { ...emptyResult(gathered), files };
  try {
    const records = await recordsOf(tool, gathered, { store, model, names: { thumbs, label }, uses });
    onEvent?.({ type: 'phase-started', phase: 'data', message: 'redacting and writing answers' });
    for (let from = 0; from < records.length; from += BATCH) {
      signal?.throwIfAborted();
      const batch = records.slice(from, from + BATCH);
      const counts = await addImported(store, redactor, { records: batch, days: retention });
      for (const name of counts.models) result.models[name] = (result.models[name] ?? 0) + 1; // own: of a table
      result.own += counts.own;
      result.again += counts.again;
      result.feedbackAgain += counts.feedbackAgain;
      const done = Math.min(records.length, from + BATCH);
      onEvent?.({ type: 'work-advanced', phase: 'data', done, total: records.length, unit: 'answers' });
    }
  } finally {
    await redactor[Symbol.asyncDispose]();
    await store.close();
  }
  result.scores = [...uses.values()];
  for (const { use, count } of result.scores) if (use !== 'not used') result.feedback[use] += count;
  return result;
}

function emptyResult({ leftOut, unknownFields, broken, brokenRows }: Gathered): Omit<ImportedAnswers, 'files'> {
  return {
    models: table({}),
    own: 0,
    again: 0,
    feedback: { thumb: 0, score: 0, label: 0, correction: 0, comment: 0 },
    feedbackAgain: 0,
    scores: [],
    leftOut,
    unknownFields,
    broken,
    brokenRows,
  };
}

interface Recording {
  store: TraceStore;
  model?: string;
  names: ScoreNames;
  uses: Map<string, { name: string; use: ScoreUse; count: number }>;
}

/** Joins answers with their scores. Scores of an answer that is not in the export may refer to one that attune served. */
async function recordsOf(
  tool: Tool,
  gathered: Gathered,
  { store, model, names, uses }: Recording,
): Promise<ImportedRecord[]> {
  const said = new Map<string, ImportedRecord['feedback'][number][]>();
  const places = placesOf(gathered);
  const strangers = new Map<string, ImportedScore[]>();
  const enter = (target: string, score: ImportedScore): void => {
    const { use, said: own } = meaningOf(score, names);
    const key = JSON.stringify([score.name, use]);
    const counted = uses.get(key) ?? { name: score.name, use, count: 0 };
    counted.count++;
    uses.set(key, counted);
    if (use !== 'not used') said.set(target, [...(said.get(target) ?? []), { id: score.id, ...own }]);
  };
  for (const score of gathered.scores.values()) {
    const target = score.about.map((about) => places.get(about)).find((one) => one !== undefined);
    if (target !== undefined) enter(target, score);
    else strangers.set(score.about[0], [...(strangers.get(score.about[0]) ?? []), score]);
  }
  const records: ImportedRecord[] = [];
  for (const answer of gathered.answers.values()) {
    const ours = await replyOf(store, answer.replies);
    const { prompt, answer: text } = answer;
    const one =
      (ours && { ...ours, prompt, answer: text }) ??
      servedAnswer(tool, answer, { model, gathered, label: names.label });
    if (one !== undefined) records.push({ answer: one, feedback: said.get(answer.id) ?? [] });
  }
  for (const scores of strangers.values()) {
    const ours = await replyOf(store, scores[0].about);
    if (ours === undefined) gathered.leaveOut('scores of missing answers', scores.length);
    else {
      for (const score of scores) enter(ours.id, score);
      records.push({ answer: ours, feedback: said.get(ours.id) ?? [] });
    }
  }
  return records;
}

/** Maps every identifier to its answer; a trace with several answers maps to the last one. */
function placesOf({ answers }: Gathered): Map<string, string> {
  const sorted = [...answers.values()].toSorted((a, b) => a.at - b.at);
  const places = new Map<string, string>();
  for (const { id, trace } of sorted) if (trace !== undefined) places.set(trace, id);
  for (const { id, replies } of sorted) for (const name of [...replies, id]) places.set(name, id);
  return places;
}

/** An answer that attune's server gave, by the id of its reply. */
async function replyOf(store: TraceStore, ids: readonly string[]): Promise<ImportedRecord['answer'] | undefined> {
  for (const id of ids) {
    const row = await store.find(id, 0);
    if (row === undefined) continue;
    const { choice, at, model, version, operation, status, milliseconds } = row;
    return { id, choice, at, model, version, operation, status, milliseconds };
  }
  return undefined;
}

/** The answer as if it had been served here; undefined if that is impossible. */
function servedAnswer(
  tool: Tool,
  one: ImportedAnswer,
  { model: named, gathered, label }: { model?: string; gathered: Gathered; label?: string },
): ImportedRecord['answer'] | undefined {
  const model = named ?? one.model;
  if (model === undefined) return void gathered.leaveOut('answers without a model: set one with --model');
  if (one.prompt === undefined) return void gathered.leaveOut('answers to prompts that are not text');
  if (one.answer === undefined && !one.isFailed) return void gathered.leaveOut('answers that are not text');
  const { at, milliseconds, user, finish, promptTokens, answerTokens, prompt, answer } = one;
  return {
    id: `${tool}-${sha256(one.id).slice(0, 32)}`,
    choice: 0,
    at,
    milliseconds,
    model,
    version: tool,
    operation: 'imported',
    status: one.isFailed ? 500 : 200,
    prompt,
    ...(user !== undefined && { user }),
    ...(finish !== undefined && { finish }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(answerTokens !== undefined && { answerTokens }),
    ...(answer !== undefined && (label === undefined ? { answer } : { label: answer })),
  };
}

function unreadable(tool: Tool, { broken, leftOut }: Gathered): AttuneError {
  const found = Object.entries(leftOut).map(([reason, count]) => `${count} ${reason}`);
  const expected = {
    langfuse: 'traces, observations or scores, as Langfuse exports them',
    otlp: 'resourceSpans or resourceLogs with gen_ai attributes, in JSON',
  };
  return new AttuneError('E_IMPORT_UNREADABLE', {
    what: 'The import contains neither answers nor scores',
    got: found.length === 0 ? undefined : found.join(', '),
    expected: expected[tool],
    problems: broken.slice(0, 5),
  });
}
