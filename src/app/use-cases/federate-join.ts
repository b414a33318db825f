import type { RecipeFlags } from '../recipe/index.ts';
import type { Joined } from '../federate/join.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "take part in a federation with this machine's rows, which stay here",
  arguments: ({ optionalArgument }) => [
    optionalArgument('link', 'LINK', 'the link from the coordinator: URL#INVITATION.FINGERPRINT'),
  ],
  options: ({ text, count, flag, inMemory }) => ({
    flower: text('URL', 'instead of LINK: the SuperLink of a Flower federation, 1.40 to 1.43 (experimental)'),
    rounds: count('N', 'with --flower: rounds of its ServerApp (3)'),
    localSteps: count('N', 'with --flower: steps in each round (20)'),
    model: text('MODEL', 'the base model on this machine, if the plan’s name is not known here'),
    name: text('NAME', "the site's name in the federation (the host's)"),
    output: text('FOLDER', "the site's folder (federations/site)", { aliases: ['--output-dir'] }),
    inProcess: flag('train in this process, for debugging'),
    flags: inMemory<RecipeFlags>("settings of this site's rows, by leaf name or dotted path"),
  }),
  takesRecipe: true,
  effects: ['computes', 'writes-runs', 'sends'],
  examples: [
    'federate join "https://hub.example:8700#INVITATION.FINGERPRINT" --train tickets.csv',
    'federate join --flower https://hub.example:8000 --rounds 5 --model attune-base --train tickets.csv',
  ],
  stopping: 'stopping; after a restart, the site continues where it stopped',
  async run({ link, flower, ...options }, call): Promise<Joined> {
    const [{ joinFederation }, { joinFlower }, { planLine, requestLine, flowerLine }] = await Promise.all([
      import('../federate/join.ts'),
      import('../federate/join-flower.ts'),
      import('./text/federated.ts'),
    ]);
    const { onNotice } = call;
    const given = { ...options, ...call };
    if (flower !== undefined && link === undefined)
      return joinFlower(flower, { ...given, onRequest: (request) => onNotice(flowerLine(request)) });
    if (link === undefined || flower !== undefined || given.rounds !== undefined || given.localSteps !== undefined)
      throw await oneFederation();
    return joinFederation(link, {
      ...given,
      onPlan: (plan, site) => onNotice(planLine(plan, site)),
      onRequest: (request) => onNotice(requestLine(request)),
    });
  },
  render: async (result, terminal) => (await import('./text/federated.ts')).describeJoined(result, terminal),
});

async function oneFederation(): Promise<Error> {
  const { AttuneError } = await import('../../base/errors.ts');
  return new AttuneError('E_USAGE', {
    what: 'A site takes part in one federation',
    expected: 'a LINK; or --flower URL, with --rounds and --local-steps',
    fix: 'see: attune federate join --help',
  });
}
