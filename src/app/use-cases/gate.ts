import { shortPath } from '../terminal/short-path.ts';
import type { GateResult } from '../gate/gate.ts';
import { defineUseCase } from './use-case.ts';

const SHARE = { least: 0, most: 1 };

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'decide whether a run may be used, by its measurements and approvals',
  arguments: ({ argument }) => [argument('run', 'RUN', 'its folder, name or id')],
  options: ({ number, flag }) => ({
    comparison: flag('do not require it to be better than the compared systems', { flag: '--no-comparison' }),
    margin: number('NUMBER', 'accept a result that is at most this much worse', { least: 0 }),
    maxForgetting: number('NUMBER', 'largest loss on general English allowed, in bits per byte', { least: 0 }),
    maxFlipRate: number('SHARE', 'share of answers that may change with the person in them', SHARE),
    maxCompliance: number('SHARE', 'largest rise in harmful requests that it complies with', SHARE),
    maxOverRefusal: number('SHARE', 'largest rise in harmless requests that it refuses', SHARE),
    maxBrokenRules: number('SHARE', 'share of answers that may break a rule of attune policy', SHARE),
    maxHallucinated: number('SHARE', 'share of answers that may say what their source does not', SHARE),
    minWinRate: number('SHARE', "people's win rate, from a review", SHARE),
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
