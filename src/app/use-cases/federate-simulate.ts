import type { PlanInput } from '../../federation/plan.ts';
import type { RecipeFlags } from '../recipe/index.ts';
import type { Federated } from '../federate/result.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'try a federation on this machine: rows of one file divided among sites',
  arguments: ({ z, argument }) => {
    const named = argument('plan', 'PLAN', 'a .yaml or .json file: name, recipe, rounds, local_steps, strategy, …');
    return [{ ...named, schema: z.union([z.string(), z.custom<PlanInput>((given) => typeof given === 'object')]) }];
  },
  options: ({ required, text, texts, count, flag, inMemory }) => ({
    data: required(texts('FILE', 'rows: one file to divide, or one for each site', { aliases: ['--train'] })),
    sites: count('N', 'number of sites (the number of files, or of values of --by)'),
    by: text('COLUMN', 'a column whose values are the sites'),
    output: text('FOLDER', 'folder of the federation (federations/NAME)', { aliases: ['--output-dir'] }),
    alone: flag('also train every site alone for as many steps, and compare on its test rows'),
    inProcess: flag('train in this process, for debugging'),
    flags: inMemory<RecipeFlags>('settings of the rows of all sites, by leaf name or dotted path'),
  }),
  takesRecipe: true,
  effects: ['computes', 'writes-runs', 'writes-files'],
  examples: ['federate simulate federation.yaml --data tickets.csv --sites 100'],
  stopping: 'stopping; after a restart, the federation continues where it stopped',
  async run({ plan, ...options }, call): Promise<Federated> {
    const [{ simulateFederation }, { federationLine }] = await Promise.all([
      import('../federate/simulate.ts'),
      import('./text/federated.ts'),
    ]);
    return simulateFederation(plan, {
      ...options,
      ...call,
      onFederation: (event) => call.onNotice(federationLine(event)),
    });
  },
  render: async (result, terminal) => (await import('./text/federated.ts')).describeFederated(result, terminal),
});
