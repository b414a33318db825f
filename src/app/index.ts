/**
 * attune's public API: the commands as functions. Each loads its code on the first call, and heavy work runs in a
 * worker process, so that importing it is cheap.
 */
import { libraryOf } from './use-cases/library.ts';

export * from './api/runs.ts';
export * from './api/training.ts';
export * from './api/use.ts';
const library = libraryOf();
export const {
  adapters,
  advise,
  answers,
  audit,
  chat,
  compare,
  data,
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
  models,
  monitor,
  policy,
  predict,
  quickstart,
  recommend,
  retrieve,
  retune,
  review,
  runs,
  safety,
  serve,
  setup,
  store,
  train,
  usage,
  users,
} = library;
const { eval: evaluate, export: exportModel, import: importFrom } = library;
export { evaluate as eval, exportModel as export, importFrom as import };
export { Run } from './run.ts';
export { Conversation } from './conversation.ts';
export { definePipeline } from './define-pipeline.ts';
export { defineRecipe } from './recipe/define.ts';
export { AttuneError, type Problem } from '../base/errors.ts';
export { defineMetric, type MetricRow, type OwnMetric } from '../scoring/metrics/define-metric.ts';
export { holm } from '../scoring/statistics/holm.ts';
export { minimalDetectableDifference, minimalDetectableRateDifference } from '../scoring/statistics/power.ts';
export { pairedDifference } from '../scoring/statistics/score-statistics.ts';

export type { ModelCreation } from './create-model.ts';
export type { Diagnosis } from './doctor.ts';
export type { Advice, Advised } from './advise/advise.ts';
export type { ComparedSystems } from './compare/compare.ts';
export type { Evaluated } from './compare/evaluate.ts';
export type { ModelEstimate } from './estimate.ts';
export type { Embedded } from './embed/embed.ts';
export type { Embedder, EmbedderOptions, EmbeddingModelDescription, EmbedRow } from './embed/embedder.ts';
export type { ServedCheck } from './check-served.ts';
export type { GateResult } from './gate/gate.ts';
export type { GeneratedAnswers, GeneratedRow } from './generate-rows.ts';
export type { Judgement } from './judge/judge.ts';
export type { ImportedAnswers } from './import-answers/import-answers.ts';
export type { ImportedFromOpenAi } from './import-openai/import-openai.ts';
export type { GroundednessResults, GroundedSystem } from '../evaluation/assessments/groundedness.ts';
export type { PolicyResults, RuleResult } from '../evaluation/assessments/policy.ts';
export type { PulledSafetySet } from './safety/published.ts';
export type { RehearsedKind, SafetyRows } from './safety/rows.ts';
export type { SafetyMeasure, SafetyResults } from '../evaluation/assessments/safety.ts';
export type { ImportResult } from './import/import-model.ts';
export type { InitQuestions, InitResult } from './init/run-init.ts';
export type { RunToDelete } from './tidy-runs.ts';
export type { OpenPredictor, Predicted, PredictedRow, PredictedSpan, PredictorOptions, Row } from './predict.ts';
export type { DataInspectionResult } from './inspect-data.ts';
export type { KnownModels, ModelDetails } from './models.ts';
export type { PageServer } from './page/page-server.ts';
export type { DataPipelineResult } from './data-pipeline.ts';
export type { StepDescription } from './describe-steps.ts';
export type { PreparedData } from './prepare-data.ts';
export type { PullRequest } from './pull.ts';
export type { DataGroups } from './fairness/groups.ts';
export type { Counterfactuals } from './fairness/counterfactuals.ts';
export type { AuditResult } from './redact/audit-data.ts';
export type { RedactedData } from './redact/redact-data.ts';
export type { RestoredData } from './redact/restore-data.ts';
export type { QuickstartResult } from './quickstart/quickstart.ts';
export type { DataInput, RowSource } from './recipe/data-input.ts';
export type * from './recipe/recipe-input.generated.ts';
export type { ResolveOptions } from './recipe/resolve.ts';
export type { ReportFiles } from './use-cases/runs-open.ts';
export type { WrittenReport } from './report/index.ts';
export type { Recommended } from './recommend.ts';
export type { CreatedIndex } from './retrieve/create-index.ts';
export type { Hit, OpenIndex, OpenIndexOptions, QueryOptions } from './retrieve/open-index.ts';
export type { Queried, QueryHits } from './retrieve/query-rows.ts';
export type { DataOrigin, DocumentLineage, ModelLineage } from './registry/lineage.ts';
export type { UserLineage } from './registry/user-lineage.ts';
export type { ModelHistory } from './registry/history.ts';
export type { Promotion } from './registry/promote.ts';
export type { Rollback } from './registry/rollback.ts';
export type { MovedObjects } from './store/move-objects.ts';
export type { MovedStore } from './store/move-store.ts';
export type { AuditEntry } from '../store/registry/index.ts';
export type { KeyUsage } from './registry/usage.ts';
export type { ImportedReview } from './review/import-review.ts';
export type { OpenReview } from './review/open-review.ts';
export type { ReviewOutcome } from './review/review.ts';
export type { Rows } from './rows/rows.ts';
export type { FileOrRows } from './rows/temporary-rows.ts';
export type { RunDetails, RunSummary } from './runs.ts';
export type { AnswerWatch, NamedAdapter, Prompt, Sampling, Talker, TalkOptions } from './talk.ts';
export type { Decision, Improvement, ImprovementStatus } from './improve/improve.ts';
export type { Monitored, VersionReport } from './monitor/monitor.ts';
export type { RatedAnswer } from './monitor/answers.ts';
export type { AnswerList, ListedAnswer, WholeAnswer } from '../serving/endpoints/answers.ts';
export type { UserErasure } from './monitor/erase-user.ts';
export type { MountableServer, RunningServer, ServeOptions } from './serve/serve.ts';
export type { Chatted } from './chat.ts';
export type { DetachedRun, TrainOutcome } from './train.ts';
export type { Verification } from './verify.ts';
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
