import type { DataPrepared, EventSink } from '../../base/events.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Example, LoadedData } from '../../data/index.ts';
import { checkVocabulary, type Tokenizer } from '../../models/text/index.ts';
import type { MediaReader } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../training/objective.ts';
import { reportRemark } from '../../answering/model/report-remark.ts';
import { readConfig } from '../../models/load-model.ts';
import type { ModelOptions } from '../../models/skeleton.ts';
import { modelFolder } from '../../answering/model/base-model.ts';
import { isByObjective, requireFit } from '../../answering/model/fit-for-rows.ts';
import { createObjective, baseTraits } from './build-trainer.ts';
import { recipePlan } from '../compare/label-meaning.ts';
import { labelsOf, labelStatistics } from '../evaluate/label-statistics.ts';
import { loadRunData, reportCuts, reportData } from '../rows/load-run-data.ts';
import { withCanaries } from './result/measure-canaries.ts';
import { checkGeneralSet } from './result/measure-forgetting.ts';
import { checkTrainingRows, prepareSplit, type PreparedSplit } from '../rows/prepare-rows.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';
import { mediaReaderOf } from '../../answering/model/model-readers.ts';
import { runTokenizer } from '../rows/run-tokenizer.ts';
import { reportUnseen } from './unseen-tokens.ts';
import { warnOfSilence } from './warn-of-silence.ts';
import type { FinishedRun, RunContext } from './run-context.ts';
import type { Vocabulary } from '../rows/speech-tokenizer.ts';

/** First stage of a run: its tokenised data and their targets. */
export interface ReadRows extends FinishedRun {
  context: RunContext;
  /** Folder of the base model. */
  base: string;
  loaded: LoadedData;
  /** Statistics of the training data. */
  report: DataPrepared;
  /** Whether the base model can follow instructions or examples. */
  isPromptable: boolean;
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media: MediaReader | undefined;
  vocabulary: Vocabulary;
  letters: ModelOptions['letters'];
  labels: readonly string[];
  objective: Objective;
  train: PreparedSplit;
  validation: PreparedSplit;
}

const SPACE_MESSAGE =
  'a space is inserted between prompt and answer, because words in the vocabulary begin with one ' +
  '(data.answer_space: false to disable)';

export async function readRows(context: RunContext): Promise<ReadRows> {
  const { recipe, emit, now } = context;
  const base = modelFolder(recipe.model);
  const names = recipe.data.train.map(({ path }) => path).join(', ');
  emit({ type: 'phase-started', phase: 'data', message: `reading ${names}` });
  const metrics = await recipeMetrics(recipe);
  const loaded = withCanaries(context.given ?? (await loadRunData(recipe, context)), recipe);
  const named = { model: recipe.model, folder: base };
  await refuseUnfit(named, loaded.splits.train);
  const { causal, maxPositions, vocabularySize, filledTo } = await baseTraits(base, recipe.tuning);
  const { tokenizer, vocabulary, letters } = await formedTokenizer(context, base, loaded.splits.train);
  // Models without input tokens have no embedding table to check.
  if (vocabularySize > 0) checkVocabulary({ origin: base, size: vocabulary.known }, vocabularySize);
  const labels = labelsOf(recipe, loaded.splits.train, readConfig(base));
  recipePlan(recipe, labels, loaded.splits.train); // rejects invalid costs before training
  const statistics = labelStatistics(loaded.splits.train, labels);
  const media = await mediaReaderOf(base);
  const about = { tokenizer, media, isLaya: readConfig(base).laya !== undefined };
  const objective = await createObjective(recipe, { ...about, labels, statistics, now, causal, filledTo });
  await refuseUnfit(named, loaded.splits.train, objective.task);
  await objective.ready?.(context.signal);
  await warnOfSilence(recipe, emit);
  const isCached = context.given === undefined;
  const prepare = { objective, labels, tokenizer, media, recipe, emit, now, maxPositions, isCached };
  checkTrainingRows(loaded.splits.train, objective);
  const train = await prepareSplit(loaded.splits.train, prepare);
  const validation = await prepareSplit(loaded.splits.validation, prepare);
  // With `long_rows: fail`, reports rows that are too long before training.
  await prepareSplit(loaded.splits.test, prepare);
  if (train.rows.length === 0) throw nothingLeft(Math.min(recipe.data.max_length, maxPositions));
  checkGeneralSet(recipe, objective.task);
  if (recipe.evaluation.patience !== null && validation.rows.length === 0) throw patienceForNothing();
  const report = reportRows(loaded, { train, validation }, emit);
  reportUnseen(vocabulary.trained, { rows: train.rows, tokenizer, emit });
  const isPromptable = (causal || objective.task === 'seq2seq') && media === undefined;
  const formed = { tokenizer, media, vocabulary, letters };
  return { context, base, loaded, report, train, validation, metrics, isPromptable, ...formed, labels, objective };
}

/** Rejects an unsuitable base model at once, rather than row by row or in its tokenizer. */
async function refuseUnfit(base: NamedBase, [first]: readonly Example[], task?: Objective['task']): Promise<void> {
  // Recommendation rows are checked elsewhere, with a specific error.
  if (first === undefined || first.kind === 'items' || isByObjective(first) !== (task !== undefined)) return;
  const fix = () => `attune init ${first.source.file} suggests a model for these rows`;
  await requireFit(base, first, { fix, task });
}

type NamedBase = Parameters<typeof requireFit>[0];

/** A run that began before the space between prompt and answer existed continues without it. */
async function formedTokenizer({ recipe, earlier, emit }: RunContext, base: string, train: readonly Example[]) {
  const decided = earlier && { answerSpace: earlier.answerSpace ?? false };
  const formed = await runTokenizer(recipe, base, train, decided);
  reportRemark(formed.tokenizer, emit);
  if (formed.tokenizer.answerSpace) emit({ type: 'phase-started', phase: 'data', message: SPACE_MESSAGE });
  return formed;
}

function reportRows(
  loaded: LoadedData,
  { train, validation }: Pick<ReadRows, 'train' | 'validation'>,
  emit: EventSink,
): DataPrepared {
  const rows = { train: train.rows, validation: validation.rows, test: loaded.splits.test };
  const report = reportData(loaded, rows, train.cuts, emit);
  reportCuts(train.cuts, { split: 'train', examples: loaded.splits.train, emit });
  reportCuts(validation.cuts, { split: 'validation', examples: loaded.splits.validation, emit });
  return report;
}

function patienceForNothing(): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: 'evaluation.patience has no effect: there are no validation rows',
    fix: 'set data.validation to a share or a file, or remove patience',
  });
}

function nothingLeft(limit: number): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: 'No rows are left to train on: all of them are too long',
    got: `more than ${limit} tokens each`,
    fix: "choose long_rows: truncate, or raise max_length up to the model's limit",
  });
}
