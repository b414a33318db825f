import type { RecipeFlags } from '../recipe/index.ts';
import type { Joined } from '../federate/join.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "take part in a federation with this machine's rows, which stay here",
  arguments: ({ argument }) => [argument('link', 'LINK', 'the link from the coordinator: URL#INVITATION.FINGERPRINT')],
  options: ({ text, flag, inMemory }) => ({
    model: text('MODEL', 'the base model on this machine, if the plan’s name is not known here'),
    name: text('NAME', "the site's name in the federation (the host's)"),
    output: text('FOLDER', "the site's folder (federations/site)", { aliases: ['--output-dir'] }),
    inProcess: flag('train in this process, for debugging'),
    flags: inMemory<RecipeFlags>("settings of this site's rows, by leaf name or dotted path"),
  }),
  takesRecipe: true,
  effects: ['computes', 'writes-runs', 'sends'],
  examples: ['federate join "https://hub.example:8700#INVITATION.FINGERPRINT" --train tickets.csv'],
  stopping: 'stopping; started again, the site continues where it was',
  async run({ link, ...options }, call): Promise<Joined> {
    const [{ joinFederation }, { planLine, requestLine }] = await Promise.all([
      import('../federate/join.ts'),
      import('./text/federated.ts'),
    ]);
    const { onNotice } = call;
    return joinFederation(link, {
      ...options,
      ...call,
      onPlan: (plan) => onNotice(planLine(plan)),
      onRequest: (request) => onNotice(requestLine(request)),
    });
  },
  render: async (result, terminal) => (await import('./text/federated.ts')).describeJoined(result, terminal),
});
