import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { attuneCache, attuneHome } from '../base/home.ts';
import { moduleBeside } from '../base/killable.ts';
import { missingFile, readFailure } from '../files/bytes.ts';
import {
  checkPipeline,
  diffDataSets,
  mergeShards,
  parseShard,
  runPipeline,
  runShard,
  surveyDataSet,
  type DataDiff,
  type DataSetRun,
  type PipelineResult,
  type PipelineSpec,
  type ShardResult,
} from '../preparation/index.ts';
import { writeDataReport, type ShownExample } from '../jobs/report/data/index.ts';
import { Tokenizer } from '../models/text/index.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import { isBucketUrl } from '../store/objects/s3-url.ts';
import { shellWord } from '../base/shell-word.ts';
import { shortPath } from './terminal/short-path.ts';
import type { useCase, DataPipelineResult } from './use-cases/data-pipeline.ts';
import { limitsOf } from './use-cases/shared/reading-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { inspectTrainingData } from './inspect-data.ts';
import { importDefault, isProgram } from './program-file.ts';
import { loadRecognisers } from './redact/recognisers.ts';

export type DataPipelineOptions = Omit<CallOptions<typeof useCase>, 'shard'> & {
  /** Number of threads for steps that need only one row at a time; default: one per core. */
  threads?: number;
};

/**
 * Builds a versioned data set from a pipeline, given as values or as the path of a YAML file or of a program that
 * exports it.
 * @throws AttuneError E_BAD_PIPELINE, E_FILE_MISSING, and errors of the steps
 */
export async function dataPipeline(
  given: string | PipelineSpec,
  options: DataPipelineOptions = {},
): Promise<DataPipelineResult> {
  const run = await pipelineRun(given, options);
  return describeResult(run, await runPipeline(run), options);
}

/**
 * Builds one shard of a data set, for `dataMerge`. Transient failures, such as an unreachable bucket, have exit code 2,
 * so that a job controller retries; exit code 1 means that the shard always fails.
 * @throws AttuneError as `dataPipeline`; E_USAGE, E_OBJECTS…
 */
export async function dataShard(
  given: string | PipelineSpec,
  options: DataPipelineOptions & { shard: string },
): Promise<ShardResult> {
  const shard = parseShard(options.shard);
  const { output } = options;
  if (output === undefined) {
    throw new AttuneError('E_USAGE', {
      what: '--shard needs --output',
      expected: 'the folder or bucket for all parts: --output /shared/parts, or --output s3://BUCKET/PREFIX',
    });
  }
  try {
    return await runShard(await pipelineRun(given, options), shard, isBucketUrl(output) ? output : resolve(output));
  } catch (error) {
    throw mayPass(error) ? new AttuneError(error.code, { ...error, exitCode: 2 }) : error;
  }
}

/**
 * Joins the parts of all shards into the data set that `dataPipeline` builds.
 * @throws AttuneError as `dataPipeline`; E_PARTS_MISSING, E_PARTS_DIFFER, E_BAD_PART, E_OBJECTS…
 */
export async function dataMerge(
  given: string | PipelineSpec,
  parts: string,
  options: DataPipelineOptions = {},
): Promise<DataPipelineResult> {
  const run = await pipelineRun(given, options);
  return describeResult(run, await mergeShards(run, isBucketUrl(parts) ? parts : resolve(parts)), options);
}

function mayPass(error: unknown): error is AttuneError {
  return (
    error instanceof AttuneError &&
    (error.code === 'E_DISK_FULL' || error.code === 'E_OBJECTS_UNREACHABLE' || error.code === 'E_OBJECTS')
  );
}

async function pipelineRun(given: string | PipelineSpec, options: DataPipelineOptions): Promise<DataSetRun> {
  const { output, base, processes, threads, cache = true, onEvent, signal } = options;
  const isFile = typeof given === 'string';
  const pipeline = checkPipeline(isFile ? await readPipelineSpec(given) : given, isFile ? given : undefined);
  return {
    pipeline,
    cache: partsFolder(),
    keepsParts: cache,
    to: (hash) => (output === undefined ? defaultFolder(pipeline.name, hash) : resolve(output)),
    base: base !== undefined ? resolve(base) : isFile ? dirname(resolve(given)) : process.cwd(),
    reading: { processes, limits: limitsOf(options) },
    thread: THREAD,
    threads,
    openTokenizer: (name) => Tokenizer.load(modelFolder(name)),
    openRecognisers: loadRecognisers,
    onProgress: ({ activity }) => onEvent?.({ type: 'phase-started', phase: 'data', message: activity }),
    signal,
  };
}

async function describeResult(
  { pipeline }: DataSetRun,
  result: PipelineResult,
  { cache = true, signal }: DataPipelineOptions,
): Promise<DataPipelineResult> {
  const { folder, manifest } = result;
  const survey = await surveyDataSet(folder, manifest, pipeline.groups);
  const examples = await examplesOf(folder, pipeline.model, signal);
  const isRedacted = manifest.steps.some(({ step }) => step === 'redact');
  return {
    ...result,
    ...(cache && isRedacted && { unredacted: partsFolder() }),
    report: writeDataReport(folder, { manifest, survey, examples }),
    next: await initCommand(folder),
  };
}

/** Named after the pipeline and the content's hash. */
function defaultFolder(name: string, hash: string): string {
  return join(attuneHome(), 'data-sets', `${name.replaceAll(/[^\p{L}\p{M}\p{N}_]+/gu, '-')}-${hash.slice(0, 16)}`);
}

/** A command that can be copied: if the pipeline's own file has the recipe's usual name, the recipe gets another one. */
async function initCommand(folder: string): Promise<string> {
  const { recipeFileFor } = await import('./init.ts');
  const usual = recipeFileFor(folder);
  let file = usual;
  for (let count = 1; existsSync(file); count++) {
    file = usual.replace(/\.yaml$/, `-recipe${count === 1 ? '' : `-${count}`}.yaml`);
  }
  return `attune init ${shellWord(shortPath(folder))}${file === usual ? '' : ` --output ${file}`}`;
}

const THREAD = moduleBeside('./shard-thread', import.meta.url);

/** Cache of intermediate rows after each stage, shared by all pipelines. */
function partsFolder(): string {
  return join(attuneCache(), 'pipelines');
}

const SHOWN_ROWS = 12;

/** The first rows as the given model would see them. */
async function examplesOf(
  folder: string,
  model: string | undefined,
  signal?: AbortSignal,
): Promise<{ tokenizer: string; rows: readonly ShownExample[] } | undefined> {
  if (model === undefined) return undefined;
  const { rows } = await inspectTrainingData(folder, { flags: { model }, rows: SHOWN_ROWS, signal });
  // Base names only, so that the page does not depend on the data set's location.
  return { tokenizer: model, rows: rows.map((row) => ({ ...row, file: basename(row.file) })) };
}

/** The values of a pipeline file, unchecked. @throws AttuneError E_BAD_PIPELINE, E_FILE_MISSING */
export async function readPipelineSpec(path: string): Promise<unknown> {
  if (isProgram(path)) {
    if (!existsSync(path)) throw missingFile(path);
    const codes = { unreadable: 'E_BAD_PIPELINE', other: 'E_BAD_PIPELINE' } as const;
    return importDefault(path, { codes, expected: 'export default definePipeline({ … })' });
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readFailure(path, error);
  }
  const { parse } = await import('yaml');
  try {
    // Warnings would be printed to standard error.
    return parse(text, { logLevel: 'error' }) as unknown;
  } catch (error) {
    throw new AttuneError('E_BAD_PIPELINE', {
      what: `${path} is not a pipeline: its YAML cannot be read`,
      got: (error as Error).message.split('\n', 1)[0].replace(/:$/, ''),
      fix: 'correct that line; a list has one line for each item, "- step: chunks", or stands in brackets, [{step: chunks}]',
    });
  }
}

/** Compares the rows of two data sets of pipelines. @throws AttuneError E_NO_DATA_SET, E_DIFF_KEY */
export function dataDiff(before: string, after: string, options: { key?: string } = {}): Promise<DataDiff> {
  return diffDataSets(resolve(before), resolve(after), options.key);
}
