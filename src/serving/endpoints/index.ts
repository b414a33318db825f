/** All endpoints: one file in this folder and one line here. */
import type { Endpoint } from '../endpoint.ts';
import { endpoints as answers } from './answers.ts';
import { endpoints as batches } from './batches.ts';
import { endpoint as chatCompletions } from './chat-completions.ts';
import { endpoint as classify } from './classify.ts';
import { endpoint as completions } from './completions.ts';
import { endpoints as conversations } from './conversations.ts';
import { endpoint as decisions } from './decisions.ts';
import { endpoint as embeddings } from './embeddings.ts';
import { endpoint as feedback } from './feedback.ts';
import { endpoints as checkpointPermissions } from './checkpoint-permissions.ts';
import { endpoints as evalRuns } from './eval-runs.ts';
import { endpoints as evals } from './evals.ts';
import { endpoints as files } from './files.ts';
import { endpoints as fineTuningJobs } from './fine-tuning-jobs.ts';
import { endpoints as graders } from './graders.ts';
import { endpoint as health } from './health.ts';
import { endpoint as loadAdapter } from './load-adapter.ts';
import { endpoint as metrics } from './metrics.ts';
import { endpoint as model } from './model.ts';
import { endpoint as modelDelete } from './model-delete.ts';
import { endpoint as models } from './models.ts';
import { endpoint as moderations } from './moderations.ts';
import { endpoint as monitor } from './monitor.ts';
import { endpoint as openapi } from './openapi.ts';
import { endpoints as pages } from './pages.ts';
import { endpoint as ready } from './ready.ts';
import { endpoint as recommend } from './recommend.ts';
import { endpoint as rerank } from './rerank.ts';
import { endpoint as response } from './response.ts';
import { endpoint as responseCancel } from './response-cancel.ts';
import { endpoint as responseDelete } from './response-delete.ts';
import { endpoint as responseInputItems } from './response-input-items.ts';
import { endpoint as responseInputTokens } from './response-input-tokens.ts';
import { endpoint as responses } from './responses.ts';
import { endpoint as score } from './score.ts';
import { endpoints as storedCompletions } from './stored-completions.ts';
import { endpoint as systemOne } from './systemone.ts';
import { endpoints as tokenize } from './tokenize.ts';
import { endpoint as transcriptions } from './transcriptions.ts';
import { endpoint as unloadAdapter } from './unload-adapter.ts';
import { endpoint as usage } from './usage.ts';
import { endpoint as userDelete } from './user-delete.ts';
import { endpoints as uploads } from './uploads.ts';

export const endpoints: readonly Endpoint[] = [
  chatCompletions,
  ...storedCompletions,
  completions,
  responses,
  responseInputTokens,
  response,
  responseDelete,
  responseCancel,
  responseInputItems,
  ...conversations,
  ...tokenize,
  embeddings,
  rerank,
  score,
  classify,
  systemOne,
  decisions,
  moderations,
  transcriptions,
  recommend,
  models,
  model,
  modelDelete,
  ...files,
  ...uploads,
  ...batches,
  ...fineTuningJobs,
  ...checkpointPermissions,
  ...graders,
  ...evals,
  ...evalRuns,
  loadAdapter,
  unloadAdapter,
  feedback,
  ...answers,
  monitor,
  userDelete,
  usage,
  health,
  ready,
  metrics,
  openapi,
  ...pages,
];
