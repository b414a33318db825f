import { AttuneError } from '../../base/errors.ts';
import { answerSource, answerSourceOptions } from '../answer-options.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'say what an answer of a served model was worth, or should have been',
  arguments: [{ name: 'ANSWER', summary: 'its id, as `attune answers list` or an alarm names it', required: true }],
  options: [
    { name: '--thumb', value: 'UP_OR_DOWN', summary: 'up for a good answer, down for a bad one' },
    { name: '--score', value: 'NUMBER', summary: 'on your own scale, in place of a thumb' },
    { name: '--label', value: 'CLASS', summary: 'the right class' },
    { name: '--correction', value: 'TEXT', summary: 'what the answer should have been' },
    { name: '--comment', value: 'TEXT', summary: 'free text' },
    ...answerSourceOptions,
  ],
  examples: ['answers rate chatcmpl-4f1c --thumb down --correction "It was shipped on Monday."'],
  async run(context) {
    const { rateAnswer } = await import('../../app/monitor/answers.ts');
    const rating = {
      thumb: thumbOf(context.option('--thumb')),
      score: scoreOf(context.option('--score')),
      label: context.option('--label'),
      correction: context.option('--correction'),
      comment: context.option('--comment'),
    };
    return rateAnswer(context.argument('ANSWER')!, rating, answerSource(context));
  },
  render({ id, answer, canTrain }) {
    const use = canTrain ? 'a row to train on can come of it' : 'no row to train on comes of it';
    return `${answer}: kept as ${id}; ${use}`;
  },
});

function thumbOf(text: string | undefined): 'up' | 'down' | undefined {
  if (text === undefined || text === 'up' || text === 'down') return text;
  throw new AttuneError('E_USAGE', { what: '--thumb is no thumb', got: text, expected: 'up or down' });
}

function scoreOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const score = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(score)) return score;
  throw new AttuneError('E_USAGE', { what: '--score is no number', got: text });
}
