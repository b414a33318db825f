/** attune's public API: the use cases of the command line, as functions. Everything heavy runs in a worker process. */
export { createNewModel, type CreateOptions, type ModelCreation } from './create-model.ts';
export { doctor, type Diagnosis } from './doctor.ts';
export { advise, type Advice, type AdviseOptions } from './advise/advise.ts';
export { compare, type CompareOptions } from './compare/compare.ts';
export { evaluate, type Evaluated } from './compare/evaluate.ts';
export { embed, type Embedded, type EmbedOptions } from './embed/embed.ts';
export {
  openEmbedder,
  type Embedder,
  type EmbedderOptions,
  type EmbeddingModelDescription,
  type EmbedRow,
} from './embed/embedder.ts';
export { exportRun, type ExportOptions } from './export.ts';
export { generateRows, type GeneratedRow, type GenerateRowsOptions } from './generate-rows.ts';
export { inspectTrainingData, type DataInspectionResult, type InspectDataOptions } from './inspect-data.ts';
export { findModels, showModel, type KnownModels, type ModelDetails } from './models.ts';
export {
  openPredictor,
  predict,
  type OpenPredictor,
  type Predicted,
  type PredictedRow,
  type PredictedSpan,
  type PredictOptions,
  type PredictorOptions,
  type Row,
} from './predict.ts';
export { openPage } from './page/index.ts';
export type { PageServer } from './page/page-server.ts';
export { dataDiff, dataPipeline, definePipeline, type DataPipelineOptions } from './data-pipeline.ts';
export { describeSteps, prepareData, type PrepareDataOptions, type PreparedData } from './prepare-data.ts';
export { evaluateCounterfactuals, type CounterfactualEvaluation } from './fairness/evaluate-counterfactuals.ts';
export { describeGroups, type DataGroups, type GroupsOptions } from './fairness/groups.ts';
export { writeCounterfactuals, type CounterfactualOptions, type Counterfactuals } from './fairness/counterfactuals.ts';
export { auditData, type AuditResult } from './redact/audit-data.ts';
export { redactData, type RedactDataOptions, type RedactedData } from './redact/redact-data.ts';
export { restoreData, type RestoredData } from './redact/restore-data.ts';
export { quickstart, type QuickstartOptions, type QuickstartResult } from './quickstart/quickstart.ts';
export { defineRecipe, resolveRecipe, resolveRecipeFile, type RecipeInput } from './recipe/index.ts';
export { reportRun, type WrittenReport } from './report/index.ts';
export { addItems, indexItems, recommend, type Recommended, type RecommendOptions } from './recommend.ts';
export { createIndex, type CreatedIndex, type CreateIndexOptions } from './retrieve/create-index.ts';
export {
  openIndex,
  type Hit,
  type OpenIndex,
  type OpenIndexOptions,
  type QueryOptions,
} from './retrieve/open-index.ts';
export { query, type Queried, type QueryHits, type QueryRowsOptions } from './retrieve/query-rows.ts';
export { attachRun, findRuns, showRun, stopRun, type RunDetails, type RunSummary } from './runs.ts';
export { Conversation, openTalker, type AnswerWatch, type Sampling, type Talker, type TalkOptions } from './talk.ts';
export { train, trainDetached, type TrainOptions, type TrainOutcome } from './train.ts';
export { verifyRun, type Verification, type VerifyOptions } from './verify.ts';
export { AttuneError, type Problem } from '../base/errors.ts';
export type { ConstraintSpec } from '../generate/index.ts';
export {
  holm,
  minimalDetectableDifference,
  minimalDetectableRateDifference,
  pairedDifference,
} from '../eval/statistics/index.ts';
export { defineMetric, type MetricRow, type OwnMetric } from '../eval/metrics/define-metric.ts';
export type { RowFormatter } from '../data/index.ts';
export type { RunEvent } from '../base/events.ts';
export type { Recipe } from '../train/recipe.ts';
