import { defineRegistry } from '../../base/registry.ts';
import type { Command } from '../command.ts';

interface CommandModule {
  command: Command;
}

/** Each verb is one file and one line; the help lists what stands here. */
export const commands = defineRegistry<CommandModule, string>('command', 'E_UNKNOWN_COMMAND', {
  quickstart: () => import('./quickstart.ts'),
  init: () => import('./init.ts'),
  advise: () => import('./advise.ts'),
  'data inspect': () => import('./data-inspect.ts'),
  'data prepare': () => import('./data-prepare.ts'),
  'data pipeline': () => import('./data-pipeline.ts'),
  'data diff': () => import('./data-diff.ts'),
  'data pull': () => import('./data-pull.ts'),
  'data steps': () => import('./data-steps.ts'),
  'data redact': () => import('./data-redact.ts'),
  'data restore': () => import('./data-restore.ts'),
  'data audit': () => import('./data-audit.ts'),
  'data groups': () => import('./data-groups.ts'),
  'data counterfactuals': () => import('./data-counterfactuals.ts'),
  'data list': () => import('./data-list.ts'),
  train: () => import('./train.ts'),
  chat: () => import('./chat.ts'),
  predict: () => import('./predict.ts'),
  generate: () => import('./generate.ts'),
  embed: () => import('./embed.ts'),
  'retrieve index': () => import('./retrieve-index.ts'),
  'retrieve query': () => import('./retrieve-query.ts'),
  recommend: () => import('./recommend.ts'),
  eval: () => import('./eval.ts'),
  compare: () => import('./compare.ts'),
  export: () => import('./export.ts'),
  'models create': () => import('./models-create.ts'),
  'models index': () => import('./models-index.ts'),
  'models add-items': () => import('./models-add-items.ts'),
  'models import': () => import('./models-import.ts'),
  'models list': () => import('./models-list.ts'),
  'models show': () => import('./models-show.ts'),
  'models pull': () => import('./models-pull.ts'),
  'models estimate': () => import('./models-estimate.ts'),
  doctor: () => import('./doctor.ts'),
  'runs list': () => import('./runs-list.ts'),
  'runs show': () => import('./runs-show.ts'),
  'runs open': () => import('./runs-open.ts'),
  'runs attach': () => import('./runs-attach.ts'),
  'runs stop': () => import('./runs-stop.ts'),
  'runs resume': () => import('./runs-resume.ts'),
  'runs verify': () => import('./runs-verify.ts'),
});
