import type { PlanInput } from '../../federation/plan.ts';
import type { Federated } from '../federate/result.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'coordinate a federation: sites train on their own rows, and only weights travel',
  arguments: ({ z, argument }) => {
    const named = argument('plan', 'PLAN', 'a .yaml or .json file: name, recipe, rounds, local_steps, strategy, …');
    return [{ ...named, schema: z.union([z.string(), z.custom<PlanInput>((given) => typeof given === 'object')]) }];
  },
  options: ({ text, count, number }) => ({
    output: text('FOLDER', 'folder of the federation (federations/NAME)', { aliases: ['--output-dir'] }),
    host: text('ADDRESS', 'address to listen on (127.0.0.1)'),
    port: number('PORT', 'port (8000); 0 picks a free one', { least: 0, most: 65_535, isWhole: true }),
    cert: text('FILE', 'TLS certificate in PEM'),
    key: text('FILE', "the certificate's key in PEM"),
    invite: count('N', 'invitations to print (at the first start as many as the plan needs, and at least 3)'),
  }),
  effects: ['listens', 'sends', 'writes-files'],
  examples: ['federate serve federation.yaml --port 8700'],
  stopping: 'stopping; after a restart, the federation continues where it stopped',
  async run({ plan, ...options }, { signal, onNotice }): Promise<Federated> {
    const [{ serveFederation }, { federationLine }] = await Promise.all([
      import('../federate/serve.ts'),
      import('./text/federated.ts'),
    ]);
    return serveFederation(plan, { ...options, signal, onEvent: (event) => onNotice(federationLine(event)) });
  },
  render: async (result, terminal) => (await import('./text/federated.ts')).describeFederated(result, terminal),
});
