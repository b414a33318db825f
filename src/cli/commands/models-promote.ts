import type { Promotion, PromoteOptions } from '../../app/registry/promote.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatDuration, formatPercent, plural } from '../../base/format.ts';
import { parseDuration } from '../../terminal/duration.ts';
import { defineCommand, type CommandContext } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: "make a version what a model's name answers with, where it passes its gate",
  arguments: [
    { name: 'NAME', summary: 'a registered model', required: true },
    { name: 'VERSION', summary: 'its number; the newest unless given' },
  ],
  options: [
    { name: '--force', value: 'REASON', summary: 'although the gate is not passed; the reason is kept' },
    {
      name: '--shadow',
      value: 'N',
      summary: 'first compare so many answers with the champion’s, on copies of requests',
    },
    { name: '--canary', value: 'SHARE', summary: 'let it answer a share of the requests first: 10%' },
    { name: '--bake', value: 'TIME', summary: 'after which a canary becomes the champion: 30m, 2h, 7d; needs a guard' },
    {
      name: '--guard',
      value: 'LIMIT',
      many: true,
      summary: 'what ends the trial: error_rate<1%, length_rate<=base+5%; may be repeated',
    },
  ],
  examples: [
    'models promote tickets',
    'models promote tickets 4 --shadow 200 --canary 10% --bake 2h --guard "error_rate<1%"',
  ],
  async run(context) {
    const { promoteModel } = await import('../../app/registry/promote.ts');
    return promoteModel(context.argument('NAME')!, optionsOf(context));
  },
  render: (promotion, { colours }) => `${colours.green('✓')} ${describe(promotion)}`,
});

function optionsOf(context: CommandContext): PromoteOptions {
  const [version, bake] = [context.argument('VERSION'), context.option('--bake')];
  return {
    version: version === undefined ? undefined : versionOf(version),
    force: context.option('--force'),
    shadow: context.count('--shadow'),
    canary: shareOf(context.option('--canary')),
    bake: bake === undefined ? undefined : parseDuration('--bake', bake),
    guards: context.all('--guard'),
  };
}

function versionOf(text: string): number {
  const value = Number(text.replace(/^v/, ''));
  if (Number.isInteger(value) && value > 0) return value;
  throw new AttuneError('E_USAGE', { what: 'VERSION is no number of a version', got: text, expected: 'such as 3' });
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (value > 0 && value < 1) return value;
  throw new AttuneError('E_USAGE', { what: '--canary is no share', got: text, expected: 'such as 10% or 0.1' });
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
  const guarded = guards.length === 0 ? '' : `; ends where a guard breaks: ${guards.join(', ')}`;
  return `${name} is tried beside ${model}@${from}: ${steps.join(', then ')}${guarded}`;
}
