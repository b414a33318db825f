import { fetchManualQuestions } from '../data/manual-questions.ts';
import { RIVALS, tuneField, type Field } from './field.ts';

export const chatbot: Field = {
  title: "An industry's chatbot: answers from manuals, or none",
  about:
    'Questions about options in the manual pages of dpkg, devscripts and debhelper (GPL-2 and others), with four options of ' +
    'the page, of which none is the one asked for in every third row: the right answer is then “I do not know.” Whole pages ' +
    'are held out. `npm run studies -- judged` has more on made-up answers.',
  learnt:
    'The answer stands in the prompt, so it is a matter of choosing and copying, which attune-base has to learn from ' +
    'the rows. Always saying “I do not know.” is right in every third question and more: compare with it before you ' +
    'trust a share of right answers. Examples in front of the question make a tuned model of this size worse, as it ' +
    'was trained without them.',
  async measure(setting) {
    const { train, test } = await fetchManualQuestions(setting);
    return tuneField(
      'chatbot',
      {
        data: {
          train,
          test,
          columns: { prompt: 'prompt', completion: 'completion' },
          validation: 0.05,
          max_length: 256,
          long_rows: 'drop',
          allow_overlap: true,
        },
        tuning: 'full',
        training: { max_steps: setting.quick ? 30 : 200, batch_size: 16, learning_rate: 1e-3 },
        evaluation: {
          every: 'never',
          other_words: false,
          metrics: ['exact_match', 'chrf'],
          baselines: RIVALS,
          max_rows: setting.quick ? 30 : 100,
        },
      },
      setting,
    );
  },
};
