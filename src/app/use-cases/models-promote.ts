import { AttuneError } from '../../base/errors.ts';
import { formatDuration, formatPercent, plural } from '../../base/format.ts';
import { parseDuration } from '../terminal/parse-duration.ts';
import type { GateSettings } from '../../methods/recipe/recipe-gate.ts';
import { defineUseCase } from './use-case.ts';
import type { Rollout } from '../../store/registry/index.ts';

export interface Promotion {
  model: string;
  version: number;
  /** The previous champion. */
  from?: number;
  /** The trial of the version, if there is one; a server that serves the registry continues it. */
  rollout?: Rollout;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: "make a version the champion of a model's name, if it passes its gate",
  arguments: ({ z, argument, optionalArgument }) => [
    argument('name', 'NAME', 'a registered model'),
    {
      ...optionalArgument('version', 'VERSION', 'its number (default: the newest)'),
      schema: z.union([z.string(), z.int().positive()]).optional(),
    },
  ],
  options: ({ z, text, texts, count, parsed, inMemory }) => ({
    force: text('REASON', 'reason for promoting it without passing the gate; it is recorded'),
    shadow: count('N', 'first compare this many answers with the champion’s, on copies of requests'),
    canary: parsed(z.number().gt(0).lt(1), 'SHARE', 'first let it answer a share of the requests: 10%', {
      read: (typed) => shareOf(String(typed)),
    }),
    bake: parsed(
      z.number().positive(),
      'TIME',
      'time after which a canary becomes the champion: 30m, 2h, 7d; needs a guard',
      { read: (typed, flag) => parseDuration(flag, String(typed)) },
    ),
    guard: texts(
      'LIMIT',
      'limit that ends the trial when broken: error_rate<1%, length_rate<=base+5%; can be repeated',
    ),
    gate: inMemory<Partial<GateSettings>>("requirements in place of the run's own gate; may be empty"),
    by: inMemory<string>('actor for the audit log (the user of this machine)'),
  }),
  effects: ['deploys'],
  examples: [
    'models promote tickets',
    'models promote tickets 4 --shadow 200 --canary 10% --bake 2h --guard "error_rate<1%"',
  ],
  async run({ name, version, ...options }): Promise<Promotion> {
    const { promoteModel } = await import('../registry/promote.ts');
    return promoteModel(name, { ...options, ...(version !== undefined && { version: versionOf(String(version)) }) });
  },
  render: (promotion, { colours }) => `${colours.green('✓')} ${describe(promotion)}`,
});

function versionOf(text: string): number {
  const value = Number(text.replace(/^v/, ''));
  if (Number.isInteger(value) && value > 0) return value;
  throw new AttuneError('E_USAGE', { what: 'VERSION is not a version number', got: text, expected: 'such as 3' });
}

function shareOf(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (value > 0 && value < 1) return value;
  throw new AttuneError('E_USAGE', {
    what: '--canary is not a valid share',
    got: text,
    expected: 'such as 10% or 0.1',
  });
}

function describe({ model, version, from, rollout }: Promotion): string {
  const name = `${model}@${version}`;
  if (rollout === undefined)
    return `${model} answers with ${name}${from === undefined ? '' : `, no longer ${model}@${from}`}`;
  const { shadowPairs, share, bakeMs, guards } = rollout;
  const steps = [
    ...(shadowPairs > 0 ? [`compared on ${plural(shadowPairs, 'requests')}`] : []),
    ...(share > 0 ? [`answers ${formatPercent(share)} of requests`] : []),
    bakeMs > 0 ? `becomes the champion after ${formatDuration(bakeMs / 1000)}` : 'waits for `attune models promote`',
  ];
  const guarded = guards.length === 0 ? '' : `; ends if a guard breaks: ${guards.join(', ')}`;
  return `${name} is on trial next to ${model}@${from}: ${steps.join(', then ')}${guarded}`;
}
