import { chosenLabel, chosenLabels, type Thresholds } from '../scoring/chosen-labels.ts';
import { joinLabels } from '../data/kinds/multilabel.ts';
import type { Prediction, Predictor } from '../scoring/predictor.ts';

type Answer = Pick<Prediction, 'text' | 'label' | 'labels' | 'scores'>;

/** Applies thresholds to an answer; no change for answers without probabilities. */
export function decide({ scores, labels }: Answer, thresholds: Thresholds): Pick<Answer, 'text' | 'label' | 'labels'> {
  if (scores === undefined) return {};
  const [names, probabilities] = [Object.keys(scores), Object.values(scores)];
  if (labels !== undefined) {
    const given = chosenLabels(probabilities, names, thresholds);
    return { text: joinLabels(given), labels: given };
  }
  const label = chosenLabel(probabilities, names, thresholds);
  return { text: label, label };
}

/** Applies thresholds to answers. */
export function decideAll(answers: readonly Prediction[], thresholds: Thresholds): Prediction[] {
  return answers.map((answer) => ({ ...answer, ...decide(answer, thresholds) }));
}

/** A predictor whose probabilities are turned into answers by thresholds. */
export function withThresholds(predictor: Predictor, thresholds: Thresholds): Predictor {
  const { name, note } = predictor;
  return {
    name,
    note,
    async predict(examples, options) {
      return decideAll(await predictor.predict(examples, options), thresholds);
    },
  };
}
