/** All endpoints: one file in this folder and one line here. */
import type { Endpoint } from '../endpoint.ts';
import { endpoint as chatCompletions } from './chat-completions.ts';
import { endpoint as completions } from './completions.ts';
import { endpoint as health } from './health.ts';
import { endpoint as loadAdapter } from './load-adapter.ts';
import { endpoint as model } from './model.ts';
import { endpoint as models } from './models.ts';
import { endpoint as ready } from './ready.ts';
import { endpoint as unloadAdapter } from './unload-adapter.ts';

export const endpoints: readonly Endpoint[] = [
  chatCompletions,
  completions,
  models,
  model,
  loadAdapter,
  unloadAdapter,
  health,
  ready,
];
