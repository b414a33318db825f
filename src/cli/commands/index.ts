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
  quickstart: declared(useCases.quickstart),
  setup: declared(useCases.setup),
  init: declared(useCases.init),
  advise: declared(useCases.advise),
  'data inspect': declared(useCases['data inspect']),
  'data prepare': declared(useCases['data prepare']),
  'data pipeline': declared(useCases['data pipeline']),
  'data diff': declared(useCases['data diff']),
  'data pull': declared(useCases['data pull']),
  'data steps': declared(useCases['data steps']),
  'data redact': declared(useCases['data redact']),
  'data restore': declared(useCases['data restore']),
  'data audit': declared(useCases['data audit']),
  'data groups': declared(useCases['data groups']),
  'data counterfactuals': declared(useCases['data counterfactuals']),
  'import openai': declared(useCases['import openai']),
  'import langfuse': declared(useCases['import langfuse']),
  'import otlp': declared(useCases['import otlp']),
  'data list': declared(useCases['data list']),
  train: declared(useCases.train),
  chat: declared(useCases.chat),
  predict: declared(useCases.predict),
  generate: declared(useCases.generate),
  embed: declared(useCases.embed),
  'retrieve index': declared(useCases['retrieve index']),
  'retrieve query': declared(useCases['retrieve query']),
  recommend: declared(useCases.recommend),
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
  export: declared(useCases.export),
  'adapters merge': declared(useCases['adapters merge']),
  'adapters extract': declared(useCases['adapters extract']),
  'adapters project': declared(useCases['adapters project']),
  'models create': declared(useCases['models create']),
  'models index': declared(useCases['models index']),
  'models add-items': declared(useCases['models add-items']),
  'models import': declared(useCases['models import']),
  'models list': declared(useCases['models list']),
  'models show': declared(useCases['models show']),
  'models pull': declared(useCases['models pull']),
  'models estimate': declared(useCases['models estimate']),
  'models register': declared(useCases['models register']),
  'models promote': declared(useCases['models promote']),
  'models rollback': declared(useCases['models rollback']),
  'models history': declared(useCases['models history']),
  lineage: declared(useCases.lineage),
  audit: declared(useCases.audit),
  usage: declared(useCases.usage),
  retune: declared(useCases.retune),
  doctor: declared(useCases.doctor),
  'runs list': declared(useCases['runs list']),
  'runs show': declared(useCases['runs show']),
  'runs open': declared(useCases['runs open']),
  'runs attach': declared(useCases['runs attach']),
  'runs stop': declared(useCases['runs stop']),
  'runs resume': declared(useCases['runs resume']),
  'runs continue': declared(useCases['runs continue']),
  'runs rename': declared(useCases['runs rename']),
  'runs delete': declared(useCases['runs delete']),
  'runs verify': declared(useCases['runs verify']),
});
