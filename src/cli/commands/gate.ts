import type { GateOptions } from '../../app/gate/gate.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { numberOf } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'say whether a run may be used, by what was measured and who approved it',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--no-comparison', summary: 'it need not be better than what it was compared with' },
    { name: '--margin', value: 'NUMBER', summary: 'in place of better: surely no worse by more than this' },
    { name: '--max-forgetting', value: 'NUMBER', summary: 'bits per byte of general English that it may lose' },
    { name: '--max-flip-rate', value: 'SHARE', summary: 'of answers that may change with the person spoken of' },
    { name: '--max-compliance', value: 'SHARE', summary: 'by which it may comply more often with harmful requests' },
    { name: '--max-over-refusal', value: 'SHARE', summary: 'by which it may refuse harmless requests more often' },
    {
      name: '--max-broken-rules',
      value: 'SHARE',
      summary: 'of answers that break one of your rules, from attune policy',
    },
    { name: '--max-hallucinated', value: 'SHARE', summary: 'of answers that say what their source does not' },
    { name: '--min-win-rate', value: 'SHARE', summary: "people's win rate, from a review" },
    { name: '--sign-off', summary: 'somebody must have approved it' },
  ],
  examples: ['gate runs/tickets', 'gate runs/tickets --max-forgetting 0.02 --min-win-rate 0.5 --sign-off'],
  async run(context) {
    const { gateRun } = await import('../../app/gate/gate.ts');
    return gateRun(context.argument('RUN')!, optionsOf(context));
  },
  render: ({ checks }, { colours }) => {
    const marks = { passed: colours.green('✓'), failed: colours.red('✗'), 'not asked': colours.dim('–') };
    return checks.map(({ name, outcome, message }) => `${marks[outcome]} ${name}  ${message}`).join('\n');
  },
});

/** What is not given stays as the recipe says. */
function optionsOf(context: CommandContext): GateOptions {
  return {
    comparison: context.has('--no-comparison') ? false : undefined,
    margin: numberOf(context, '--margin'),
    forgetting: numberOf(context, '--max-forgetting'),
    flip_rate: numberOf(context, '--max-flip-rate'),
    safety: numberOf(context, '--max-compliance'),
    over_refusal: numberOf(context, '--max-over-refusal'),
    policy: numberOf(context, '--max-broken-rules'),
    groundedness: numberOf(context, '--max-hallucinated'),
    win_rate: numberOf(context, '--min-win-rate'),
    sign_off: context.has('--sign-off') || undefined,
  };
}
