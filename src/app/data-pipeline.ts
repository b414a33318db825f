import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { attuneCache, attuneHome } from '../base/home.ts';
import { moduleBeside } from '../base/killable.ts';
import { missingFile, readFailure } from '../files/bytes.ts';
import {
  checkPipeline,
  diffDataSets,
  runPipeline,
  surveyDataSet,
  type DataDiff,
  type PipelineSpec,
} from '../preparation/index.ts';
import { writeDataReport, type ShownExample } from '../jobs/report/data/index.ts';
import { Tokenizer } from '../models/text/index.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import { shellWord } from '../base/shell-word.ts';
import { shortPath } from './terminal/short-path.ts';
import type { useCase, DataPipelineResult } from './use-cases/data-pipeline.ts';
import { limitsOf } from './use-cases/shared/reading-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';
import { inspectTrainingData } from './inspect-data.ts';
import { importDefault, isProgram } from './program-file.ts';
import { loadRecognisers } from './redact/recognisers.ts';

export type DataPipelineOptions = CallOptions<typeof useCase> & {
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
  const { output, base, processes, threads, cache = true, onEvent, signal } = options;
  const isFile = typeof given === 'string';
  const pipeline = checkPipeline(isFile ? await readSpec(given) : given, isFile ? given : undefined);
  const result = await runPipeline({
    pipeline,
    cache: partsFolder(),
    keepsParts: cache,
    to: (hash) => (output === undefined ? join(attuneHome(), 'data-sets', hash.slice(0, 16)) : resolve(output)),
    base: base ?? (isFile ? dirname(resolve(given)) : process.cwd()),
    reading: { processes, limits: limitsOf(options) },
    thread: THREAD,
    threads,
    openTokenizer: (name) => Tokenizer.load(modelFolder(name)),
    openRecognisers: loadRecognisers,
    onProgress: ({ activity }) => onEvent?.({ type: 'phase-started', phase: 'data', message: activity }),
    signal,
  });
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

/** A command that works as it is: if the pipeline's own file has the usual name, the recipe gets another one. */
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

/** Folder for finished stages of all pipelines: rows between their steps. */
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

async function readSpec(path: string): Promise<unknown> {
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
      got: (error as Error).message.split('\n', 1)[0],
    });
  }
}

/** Compares the rows of two data sets of pipelines. @throws AttuneError E_NO_DATA_SET, E_DIFF_KEY */
export function dataDiff(before: string, after: string, options: { key?: string } = {}): Promise<DataDiff> {
  return diffDataSets(resolve(before), resolve(after), options.key);
}
