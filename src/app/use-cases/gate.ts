import { shortPath } from '../terminal/short-path.ts';
import type { GateResult } from '../gate/gate.ts';
import { defineUseCase } from './use-case.ts';

const SHARE = { least: 0, most: 1 };

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'decide whether a run may be used, by its measurements and approvals',
  arguments: ({ argument }) => [argument('run', 'RUN', "a run's folder, name or id")],
  options: ({ number, flag, choice }) => ({
    comparison: flag('do not require the result to be better than the compared systems', { flag: '--no-comparison' }),
    margin: number('NUMBER', 'how much worse than the others the result may be', { least: 0 }),
    otherWords: choice(
      ['auto', 'true', 'false'],
      'VALUE',
      'require it to hold in other words: auto (fails where another system does notably better), true or false',
    ),
    maxForgetting: number('NUMBER', 'maximum loss on general English in bits per byte', { least: 0 }),
    maxFlipRate: number('SHARE', 'maximum share of answers that change with the person mentioned', SHARE),
    maxCompliance: number('SHARE', 'maximum rise in compliance with harmful requests', SHARE),
    maxOverRefusal: number('SHARE', 'maximum rise in refusals of harmless requests', SHARE),
    maxBrokenRules: number('SHARE', 'maximum share of answers that break a rule of attune policy', SHARE),
    maxHallucinated: number('SHARE', 'maximum share of answers with claims that their source does not support', SHARE),
    minWinRate: number('SHARE', 'minimum win rate as judged by people, from a review', SHARE),
    signOff: flag('require an approval'),
  }),
  effects: ['writes-runs'],
  examples: ['gate runs/tickets', 'gate runs/tickets --max-forgetting 0.02 --min-win-rate 0.5 --sign-off'],
  async run({ run, ...asked }): Promise<GateResult> {
    const { gateRun, settingsFrom } = await import('../gate/gate.ts');
    return gateRun(run, settingsFrom(asked));
  },
  render({ checks, page }, { colours }) {
    const marks = { passed: colours.green('✓'), failed: colours.red('✗'), 'not asked': colours.dim('–') };
    const lines = checks.map(({ name, outcome, message }) => `${marks[outcome]} ${name}  ${message}`);
    return [...lines, colours.dim(`to forward: ${shortPath(page)}`)].join('\n');
  },
});
