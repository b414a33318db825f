import { defineCommand } from '../command.ts';
import { decisionLine } from '../../app/use-cases/text/improvement.ts';

export const command = defineCommand({
  section: 'Train',
  summary: 'improve a model in use by what people said of it, as far as that goes now',
  arguments: [{ name: 'FILE', summary: 'YAML with continuous: {model, retrain: {recipe}, …}', required: true }],
  options: [
    { name: '--discard', value: 'REASON', summary: 'drop the batch under way, or one that was stopped, with its rows' },
  ],
  examples: ['improve run support.yaml', 'improve run support.yaml --discard "one customer tried to turn it"'],
  async run(context) {
    const { improve } = await import('../../app/improve/improve.ts');
    const progress = context.progress();
    const signal = context.stopSignal('stopping after this step; the next run goes on');
    const { colours } = context.log;
    try {
      const result = await improve(context.argument('FILE')!, {
        discard: context.option('--discard'),
        onDecision: (decision) => context.log.line(decisionLine(decision, colours)),
        onEvent: progress.show,
        signal,
      });
      progress.close(true);
      return result;
    } finally {
      progress.close();
    }
  },
  render({ model, state, waitsFor, decisions }, { colours }) {
    if (waitsFor !== undefined) return `${model} waits (${state}): ${waitsFor}`;
    if (state === 'stopped') {
      const reason = decisions.at(-1)?.reason ?? 'see attune improve explain';
      const next = 'look at the rows, then go on without them: --discard REASON';
      return `${colours.red('✗')} ${model} is stopped: ${reason}\n  ${next}`;
    }
    return state === 'promoted' ? `${colours.green('✓')} ${model} is improved` : `${model} stays as it is`;
  },
});
