/**
 * attune's public API: the commands as functions. Each loads its code on the first call, and heavy work runs in a
 * worker process, so that importing it is cheap.
 */
import { libraryOf } from './use-cases/library.ts';

export * from './api/open-page.ts';
export * from './api/resolve-recipe.ts';
export * from './api/use.ts';
const library = libraryOf();
export const {
  adapters,
  advise,
  answers,
  approve,
  audit,
  calibrate,
  chat,
  compare,
  data,
  federate,
  decide,
  doctor,
  embed,
  gate,
  generate,
  groundedness,
  improve,
  init,
  judge,
  keys,
  lineage,
  mcp,
  models,
  monitor,
  pipeline,
  policy,
  predict,
  quickstart,
  recommend,
  retrieve,
  retune,
  review,
  runs,
  safety,
  search,
  serve,
  setup,
  studio,
  store,
  train,
  usage,
  users,
} = library;
const { eval: evaluate, export: exportModel, import: importFrom } = library;
export { evaluate as eval, exportModel as export, importFrom as import };
export { Run, type DetachedRun, type TrainOutcome } from './run.ts';
export { Conversation } from './conversation.ts';
export { definePipeline } from './define-pipeline.ts';
export { defineRecipe } from './recipe/define-recipe.ts';
export { AttuneError, type Problem } from '../base/errors.ts';
export { defineMetric, type MetricRow, type OwnMetric } from '../scoring/metrics/define-metric.ts';
export { holm } from '../scoring/statistics/holm.ts';
export { minimalDetectableDifference, minimalDetectableRateDifference } from '../scoring/statistics/power.ts';
export { pairedDifference } from '../scoring/statistics/score-statistics.ts';

export type { Diagnosis } from './doctor.ts';
export type { Evaluated } from './compare/evaluate-system.ts';
export type { Embedder, EmbedderOptions, EmbeddingModelDescription, EmbedRow } from './embed/embedder.ts';
export type { DeploymentSpec } from './pipeline/pipeline-file.ts';
export type { GateResult } from './gate/gate.ts';
export type { GroundednessResults, GroundedSystem } from '../evaluation/assessments/groundedness.ts';
export type { PolicyResults, RuleResult } from '../evaluation/assessments/policy.ts';
export type { SafetyMeasure, SafetyResults } from '../evaluation/assessments/safety.ts';
export type { RunToDelete } from './tidy-runs.ts';
export type { OpenPredictor, PredictedRow, PredictedSpan, PredictorOptions, Row } from './predict.ts';
export type { KnownModels, ModelDetails } from './models.ts';
export type { PageServer } from './page/page-server.ts';
export type { StepDescription } from './describe-steps.ts';
export type { PullRequest } from './pull.ts';
export type { DataInput, RowSource } from './recipe/data-input.ts';
export type * from './recipe/recipe-input.generated.ts';
export type { ResolveOptions } from './recipe/resolve.ts';
export type { ReportFiles } from './use-cases/runs-open.ts';
export type { WrittenReport } from './report/index.ts';
export type { Hit, OpenIndex, OpenIndexOptions, QueryOptions } from './retrieve/open-index.ts';
export type { DataOrigin, DocumentLineage, ModelLineage } from './registry/lineage.ts';
export type { UserLineage } from './registry/user-lineage.ts';
export type { ModelHistory } from './registry/history.ts';
export type { MovedObjects } from './store/move-objects.ts';
export type { AuditEntry } from '../store/registry/index.ts';
export type { Rows } from './rows/rows.ts';
export type { FileOrRows } from './rows/temporary-rows.ts';
export type { RunDetails } from './find-runs.ts';
export type {
  AnswerWatch,
  AskedDecisions,
  Decided,
  NamedAdapter,
  Prompt,
  Sampling,
  Talker,
  TalkOptions,
} from './talk.ts';
export type { ImprovementStatus } from './improve/improve.ts';
export type { AnswerList, ListedAnswer, WholeAnswer } from '../serving/endpoints/answers.ts';
export type { UserErasure } from './monitor/erase-everywhere.ts';
export type { MountableServer, RunningServer, ServeOptions } from './serve/serve.ts';
export type { Verification } from './use-cases/runs-verify.ts';
export type { ConstraintSpec } from '../answering/decoding/index.ts';
export type { RowFormatter } from '../data/index.ts';
export type { BatchReward, Reward, RewardFunction, RewardSample } from '../training/objectives/rewards/reward.ts';
export type { Tool } from '../training/objectives/tools/tool.ts';
export type { RunEvent } from '../base/events.ts';
export type { DataDiff, PipelineSpec } from '../preparation/index.ts';
export type { CounterfactualResults } from '../evaluation/assessments/counterfactuals.ts';
export type { DataSetRecord } from '../store/data-sets.ts';
export type { Comparison } from '../store/results.ts';
export type { Recipe } from '../training/recipe/recipe.ts';
export type { Answer } from '../answering/generate/generate.ts';
export type { Monitored } from './use-cases/monitor.ts';
export type { VersionReport } from '../monitoring/index.ts';
export type { GeneratedAnswers, GeneratedRow } from './use-cases/generate.ts';
export type { PreparedData } from './use-cases/data-prepare.ts';
export type { RunSummary } from '../store/run-summary.ts';
export type { ComparedSystems } from './use-cases/compare.ts';
export type { ModelCreation } from './use-cases/models-create.ts';
export type { Advice, Advised } from './use-cases/advise.ts';
export type { Searched, SearchedTrial } from './use-cases/search.ts';
export type { ModelEstimate } from './use-cases/models-estimate.ts';
export type { Embedded } from './use-cases/embed.ts';
export type { ServedCheck } from './use-cases/export.ts';
export type { ImportedAnswers } from './use-cases/import-langfuse.ts';
export type { ImportedFromOpenAi } from './use-cases/import-openai.ts';
export type { ImportResult } from './use-cases/models-import.ts';
export type { InitQuestions, InitResult } from './use-cases/init.ts';
export type { DataInspectionResult } from './use-cases/data-inspect.ts';
export type { DataPipelineResult } from './use-cases/data-pipeline.ts';
export type { AuditResult } from './use-cases/data-audit.ts';
export type { RedactedData } from './use-cases/data-redact.ts';
export type { RestoredData } from './use-cases/data-restore.ts';
export type { QuickstartResult } from './use-cases/quickstart.ts';
export type { Recommended } from './use-cases/recommend.ts';
export type { CreatedIndex } from './use-cases/retrieve-index.ts';
export type { Queried, QueryHits } from './use-cases/retrieve-query.ts';
export type { Promotion } from './use-cases/models-promote.ts';
export type { Rollback } from './use-cases/models-rollback.ts';
export type { MovedStore } from './use-cases/store-move.ts';
export type { KeyUsage } from './use-cases/usage.ts';
export type { ImportedReview } from './use-cases/review-import.ts';
export type { OpenReview } from './use-cases/review.ts';
export type { ReviewOutcome } from './use-cases/review-results.ts';
export type { Decision } from './improve/improvement-decisions.ts';
export type { Improvement } from './use-cases/improve-run.ts';
export type { RatedAnswer } from './use-cases/answers-rate.ts';
export type { Chatted } from './use-cases/chat.ts';
export type { Predicted } from './use-cases/predict.ts';
export type { Judgement } from './use-cases/judge.ts';
export type { PulledSafetySet } from './use-cases/safety-pull.ts';
export type { RehearsedKind, SafetyRows } from './use-cases/safety-rows.ts';
export type { DataGroups } from './use-cases/data-groups.ts';
export type { Counterfactuals } from './use-cases/data-counterfactuals.ts';
export type { Calibrated } from './use-cases/calibrate.ts';
