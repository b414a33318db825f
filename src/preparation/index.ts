/** From documents to rows: steps that are plain values, run one after the other over a stream of any length. */
export { prepare, type Preparation, type PreparationReport, type PrepareProgress } from './prepare.ts';
export { openSteps, runSteps, type StepSpec } from './run-steps.ts';
export type { StepContext, StepDefinition, StepReport } from './preparation-step.ts';
export { steps } from './steps/index.ts';
export type { DataSetManifest } from './pipeline/data-set.ts';
export { checkPipeline, type Pipeline, type PipelineSpec } from './pipeline/pipeline-spec.ts';
export { runPipeline, type DataSetRun, type PipelineResult } from './pipeline/run-pipeline.ts';
export { fetchObjects } from './pipeline/find-sources.ts';
export { mergeShards } from './pipeline/shards/merge-shards.ts';
export { runShard, type ShardResult } from './pipeline/shards/run-shard.ts';
export { parseShard } from './pipeline/shards/shard-manifest.ts';
export { serveShards } from './pipeline/threads/serve-shards.ts';
export { diffDataSets, type DataDiff } from './pipeline/diff.ts';
export { surveyDataSet, type DataSurvey } from './pipeline/survey.ts';
export { groupsOfRow, answersOf, type GroupsWanted } from './row-groups.ts';
export { textOfRow } from './row-texts.ts';
