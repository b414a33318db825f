import type { GateOptions } from '../../app/gate/gate.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { numberOf } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'decide whether a run may be used, by its measurements and approvals',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--no-comparison', summary: 'do not require it to be better than the compared systems' },
    { name: '--margin', value: 'NUMBER', summary: 'accept a result that is at most this much worse' },
    { name: '--max-forgetting', value: 'NUMBER', summary: 'largest loss on general English allowed, in bits per byte' },
    { name: '--max-flip-rate', value: 'SHARE', summary: 'share of answers that may change with the person in them' },
    { name: '--max-compliance', value: 'SHARE', summary: 'largest rise in harmful requests that it complies with' },
    { name: '--max-over-refusal', value: 'SHARE', summary: 'largest rise in harmless requests that it refuses' },
    { name: '--max-broken-rules', value: 'SHARE', summary: 'share of answers that may break a rule of attune policy' },
    { name: '--max-hallucinated', value: 'SHARE', summary: 'share of answers that may say what their source does not' },
    { name: '--min-win-rate', value: 'SHARE', summary: "people's win rate, from a review" },
    { name: '--sign-off', summary: 'require an approval' },
  ],
  examples: ['gate runs/tickets', 'gate runs/tickets --max-forgetting 0.02 --min-win-rate 0.5 --sign-off'],
  async run(context) {
    const { gateRun } = await import('../../app/gate/gate.ts');
    return gateRun(context.argument('RUN')!, optionsOf(context));
  },
  render: ({ checks, page }, { colours }) => {
    const marks = { passed: colours.green('✓'), failed: colours.red('✗'), 'not asked': colours.dim('–') };
    const lines = checks.map(({ name, outcome, message }) => `${marks[outcome]} ${name}  ${message}`);
    return [...lines, colours.dim(`to forward: ${shortPath(page)}`)].join('\n');
  },
});

const SHARE = { least: 0, most: 1 };

/** What is not given stays as the recipe says. */
function optionsOf(context: CommandContext): GateOptions {
  return {
    comparison: context.has('--no-comparison') ? false : undefined,
    margin: numberOf(context, '--margin', { least: 0 }),
    forgetting: numberOf(context, '--max-forgetting', { least: 0 }),
    flip_rate: numberOf(context, '--max-flip-rate', SHARE),
    safety: numberOf(context, '--max-compliance', SHARE),
    over_refusal: numberOf(context, '--max-over-refusal', SHARE),
    policy: numberOf(context, '--max-broken-rules', SHARE),
    groundedness: numberOf(context, '--max-hallucinated', SHARE),
    win_rate: numberOf(context, '--min-win-rate', SHARE),
    sign_off: context.has('--sign-off') || undefined,
  };
}
