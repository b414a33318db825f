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
  predict: () => import('./predict.ts'),
  generate: () => import('./generate.ts'),
  embed: () => import('./embed.ts'),
  'retrieve index': () => import('./retrieve-index.ts'),
  'retrieve query': () => import('./retrieve-query.ts'),
  recommend: () => import('./recommend.ts'),
  serve: declared(useCases.serve),
  monitor: declared(useCases.monitor),
  'answers list': declared(useCases['answers list']),
  'answers show': declared(useCases['answers show']),
  'answers rate': declared(useCases['answers rate']),
  'improve run': declared(useCases['improve run']),
  'improve status': declared(useCases['improve status']),
  'improve explain': declared(useCases['improve explain']),
  'users erase': declared(useCases['users erase']),
  'store move': declared(useCases['store move']),
  'keys create': declared(useCases['keys create']),
  eval: declared(useCases.eval),
  compare: declared(useCases.compare),
  judge: declared(useCases.judge),
  review: declared(useCases.review),
  'review results': declared(useCases['review results']),
  'review import': declared(useCases['review import']),
  'review sign': declared(useCases['review sign']),
  'review verify': declared(useCases['review verify']),
  safety: declared(useCases.safety),
  'safety rows': declared(useCases['safety rows']),
  'safety pull': declared(useCases['safety pull']),
  policy: declared(useCases.policy),
  groundedness: declared(useCases.groundedness),
  gate: declared(useCases.gate),
  export: () => import('./export.ts'),
  'adapters merge': () => import('./adapters-merge.ts'),
  'adapters extract': () => import('./adapters-extract.ts'),
  'adapters project': () => import('./adapters-project.ts'),
  'models create': () => import('./models-create.ts'),
  'models index': () => import('./models-index.ts'),
  'models add-items': () => import('./models-add-items.ts'),
  'models import': () => import('./models-import.ts'),
  'models list': () => import('./models-list.ts'),
  'models show': () => import('./models-show.ts'),
  'models pull': () => import('./models-pull.ts'),
  'models estimate': () => import('./models-estimate.ts'),
  'models register': declared(useCases['models register']),
  'models promote': declared(useCases['models promote']),
  'models rollback': declared(useCases['models rollback']),
  'models history': declared(useCases['models history']),
  lineage: declared(useCases.lineage),
  audit: declared(useCases.audit),
  usage: declared(useCases.usage),
  retune: () => import('./retune.ts'),
  doctor: () => import('./doctor.ts'),
  'runs list': declared(useCases['runs list']),
  'runs show': () => import('./runs-show.ts'),
  'runs open': () => import('./runs-open.ts'),
  'runs attach': () => import('./runs-attach.ts'),
  'runs stop': () => import('./runs-stop.ts'),
  'runs resume': () => import('./runs-resume.ts'),
  'runs continue': () => import('./runs-continue.ts'),
  'runs rename': () => import('./runs-rename.ts'),
  'runs delete': () => import('./runs-delete.ts'),
  'runs verify': () => import('./runs-verify.ts'),
});
