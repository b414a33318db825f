import { withProgress } from '../terminal/with-progress.ts';
import { decisionLine } from './text/improvement.ts';
import { defineUseCase } from './use-case.ts';
import type { Decision, State } from '../improve/improvement-decisions.ts';

export interface Improvement {
  model: string;
  folder: string;
  cycle: number;
  state: State;
  /** Reason for waiting; undefined at the end of a cycle. */
  waitsFor?: string;
  /** Decisions of this call. */
  decisions: Decision[];
}

export const useCase = defineUseCase({
  section: 'Train',
  summary: 'improve a model in use with its feedback, as far as possible now',
  arguments: ({ argument }) => [argument('file', 'FILE', 'YAML with continuous: {model, retrain: {recipe}, …}')],
  options: ({ text, inMemory }) => ({
    discard: text('REASON', 'discard the current or stopped batch with its rows'),
    onDecision: inMemory<(decision: Decision) => void>('receives every decision'),
  }),
  effects: ['computes', 'writes-runs', 'writes-registry', 'writes-files', 'deploys'],
  examples: ['improve run support.yaml', 'improve run support.yaml --discard "one customer tried to poison it"'],
  async run({ file, ...options }, call): Promise<Improvement> {
    const { improve } = await import('../improve/improve.ts');
    return improve(file, { ...options, ...call });
  },
  async inTerminal({ file, ...options }, console): Promise<Improvement> {
    const { improve } = await import('../improve/improve.ts');
    const signal = console.stopSignal('stopping after this step; the next run continues');
    const { log } = console;
    const onDecision = (decision: Decision): void => log.line(decisionLine(decision, log.colours));
    return withProgress(console, (onEvent) => improve(file, { ...options, onDecision, onEvent, signal }));
  },
  render({ model, state, waitsFor, decisions }, { colours }) {
    if (waitsFor !== undefined) return `${model} waits (${state}): ${waitsFor}`;
    if (state === 'stopped') {
      const reason = decisions.at(-1)?.reason ?? 'see attune improve explain';
      const next = 'look at the rows, then continue without them: --discard REASON';
      return `${colours.red('✗')} ${model} is stopped: ${reason}\n  ${next}`;
    }
    return state === 'promoted' ? `${colours.green('✓')} ${model} is improved` : `${model} is unchanged`;
  },
});
