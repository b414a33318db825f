import { answerFields } from './shared/answer-fields.ts';
import { defineUseCase } from './use-case.ts';

export interface RatedAnswer {
  id: string;
  answer: string;
  /** Whether a training row can be made from it. */
  canTrain: boolean;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'give feedback on a served answer: a rating, the right class or a correction',
  arguments: ({ argument }) => [argument('id', 'ANSWER', 'its id, from `attune answers list` or an alarm')],
  options: (fields) => ({
    thumb: fields.choice(['up', 'down'], 'UP_OR_DOWN', 'up for a good answer, down for a bad one'),
    score: fields.number('NUMBER', 'a number on your own scale, instead of a thumb'),
    label: fields.text('CLASS', 'the right class'),
    correction: fields.text('TEXT', 'what the answer should have been'),
    comment: fields.text('TEXT', 'free text'),
    ...answerFields(fields),
  }),
  effects: ['judges'],
  examples: ['answers rate chatcmpl-4f1c --thumb down --correction "It was shipped on Monday."'],
  async run({ id, ...options }): Promise<RatedAnswer> {
    const { rateAnswer } = await import('../monitor/answers.ts');
    return rateAnswer(id, options);
  },
  render({ id, answer, canTrain }) {
    const use = canTrain ? 'it can become a training row' : 'it cannot become a training row';
    return `${answer}: stored as ${id}; ${use}`;
  },
});
