import { defineRegistry } from '../../base/registry.ts';
import { useCases } from '../../app/use-cases/index.ts';
import type { UseCase } from '../../app/use-cases/use-case.ts';
import { commandOf, overviewOf } from '../command-of.ts';
import type { Command } from '../command.ts';

interface CommandModule {
  /** Without its fields where it is drawn from a use case: the list of commands has no need of them. */
  command: Command;
  whole?: () => Promise<Command>;
}

function declared(load: () => Promise<{ useCase: unknown }>): () => Promise<CommandModule> {
  return async () => {
    const useCase = (await load()).useCase as UseCase;
    return { command: overviewOf(useCase), whole: () => commandOf(useCase) };
  };
}

/** Each verb is one file and one line; the help lists what stands here. */
export const commands = defineRegistry<CommandModule, string>('command', 'E_UNKNOWN_COMMAND', {
  quickstart: () => import('./quickstart.ts'),
  setup: () => import('./setup.ts'),
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
  'data groups': declared(useCases['data groups']),
  'data counterfactuals': () => import('./data-counterfactuals.ts'),
  'import openai': () => import('./import-openai.ts'),
  'import langfuse': () => import('./import-langfuse.ts'),
  'import otlp': () => import('./import-otlp.ts'),
  'data list': () => import('./data-list.ts'),
  train: () => import('./train.ts'),
  chat: () => import('./chat.ts'),
  predict: declared(useCases.predict),
  generate: declared(useCases.generate),
  embed: declared(useCases.embed),
  'retrieve index': declared(useCases['retrieve index']),
  'retrieve query': declared(useCases['retrieve query']),
  recommend: declared(useCases.recommend),
  serve: () => import('./serve.ts'),
  monitor: () => import('./monitor.ts'),
  'answers list': () => import('./answers-list.ts'),
  'answers show': () => import('./answers-show.ts'),
  'answers rate': () => import('./answers-rate.ts'),
  'improve run': () => import('./improve-run.ts'),
  'improve status': () => import('./improve-status.ts'),
  'improve explain': () => import('./improve-explain.ts'),
  'users erase': () => import('./users-erase.ts'),
  'store move': () => import('./store-move.ts'),
  'keys create': () => import('./keys-create.ts'),
  eval: () => import('./eval.ts'),
  compare: () => import('./compare.ts'),
  judge: declared(useCases.judge),
  review: () => import('./review.ts'),
  'review results': () => import('./review-results.ts'),
  'review import': () => import('./review-import.ts'),
  'review sign': () => import('./review-sign.ts'),
  'review verify': () => import('./review-verify.ts'),
  safety: () => import('./safety.ts'),
  'safety rows': () => import('./safety-rows.ts'),
  'safety pull': () => import('./safety-pull.ts'),
  policy: () => import('./policy.ts'),
  groundedness: declared(useCases.groundedness),
  gate: () => import('./gate.ts'),
  export: declared(useCases.export),
  'adapters merge': declared(useCases['adapters merge']),
  'adapters extract': declared(useCases['adapters extract']),
  'adapters project': declared(useCases['adapters project']),
  'models create': () => import('./models-create.ts'),
  'models index': declared(useCases['models index']),
  'models add-items': declared(useCases['models add-items']),
  'models import': declared(useCases['models import']),
  'models list': declared(useCases['models list']),
  'models show': declared(useCases['models show']),
  'models pull': declared(useCases['models pull']),
  'models estimate': () => import('./models-estimate.ts'),
  'models register': () => import('./models-register.ts'),
  'models promote': () => import('./models-promote.ts'),
  'models rollback': () => import('./models-rollback.ts'),
  'models history': () => import('./models-history.ts'),
  lineage: () => import('./lineage.ts'),
  audit: () => import('./audit.ts'),
  usage: () => import('./usage.ts'),
  retune: () => import('./retune.ts'),
  doctor: () => import('./doctor.ts'),
  'runs list': declared(useCases['runs list']),
  'runs show': declared(useCases['runs show']),
  'runs open': declared(useCases['runs open']),
  'runs attach': declared(useCases['runs attach']),
  'runs stop': declared(useCases['runs stop']),
  'runs resume': () => import('./runs-resume.ts'),
  'runs continue': () => import('./runs-continue.ts'),
  'runs rename': declared(useCases['runs rename']),
  'runs delete': declared(useCases['runs delete']),
  'runs verify': declared(useCases['runs verify']),
});
