import { defineTask } from './define.ts';
import { flawlessText } from './flawless.ts';

export const task = defineTask({
  title: 'text generation',
  pipelineTag: 'text-generation',
  alsoAnswers: ['decision'],
  async answering(kind) {
    if (kind === 'preference') return (await import('./answers/preferences.ts')).answerWithPreferences;
    if (kind === 'decision') return (await import('./answers/decisions.ts')).answerWithDecisions;
    return (await import('./answers/texts.ts')).answerWithText;
  },
  flawless: flawlessText,
  prompts: 'written',
  served: 'text',
  firstUse: (folder) => `attune chat ${folder}`,
  outputLoss({ model, hidden, layout, ids, tensorOf }) {
    const targets = tensorOf(BigInt64Array.from([...ids.subarray(1), ids[0]])); // [N], shifted
    const scores = model.tokenHead.tokenLogProbs(hidden, targets).logProbs.toNumbers();
    const scored = scores.filter((_, i) => !layout.offsets.includes(i + 1));
    return -scored.reduce((sum, value) => sum + value, 0) / scored.length;
  },
});
