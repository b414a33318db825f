import type { Example } from '../../data/example.ts';
import { expectedText, rowLabels } from '../../scoring/prompt-text.ts';
import type { AnsweredQuestion } from '../../data/kinds/decision.ts';
import type { DecisionAnswer, Prediction } from '../../scoring/predictor.ts';

/** The expected text as a generative model returns it. */
export function flawlessText(example: Example): Prediction {
  const text = expectedText(example) ?? '';
  const usage = { inputTokens: 1, outputTokens: 1, seconds: 0, cost: 0 };
  const decisions = example.kind === 'decision' ? { decisions: example.questions.map(certain) } : {};
  return { id: example.id, text, ...decisions, likelihood: { negativeLogLikelihood: 1, tokens: 1, bytes: 1 }, usage };
}

function certain({ target, options }: AnsweredQuestion): DecisionAnswer {
  return { probabilities: target ?? options.map(() => 1 / options.length) };
}

/** The expected class, classes or number as a classifier returns it. */
export function flawlessLabel(example: Example): Prediction {
  const labels = rowLabels(example);
  const text = expectedText(example) ?? '';
  if (labels.length === 0 && example.kind !== 'multilabel') return { id: example.id, text };
  const scores = Object.fromEntries(labels.map((label) => [label, 1]));
  return { id: example.id, text, scores, ...(example.kind === 'multilabel' ? { labels } : { label: text }) };
}
