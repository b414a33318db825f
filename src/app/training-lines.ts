import { baseFacts, type BaseFacts } from '../models/base-facts.ts';
import { readConfig } from '../models/load.ts';
import { quantisationOf } from '../models/quantised/config.ts';
import { suggestedTraining } from '../train/suggested-training.ts';
import { modelFolder } from '../jobs/model/base-model.ts';
import { basisOf } from '../jobs/train/settle-training.ts';

/** A line of a recipe with a remark beside it. */
type Line = readonly [setting: string, remark?: string];

/** The recipe's training part: the rate that suits the base model, where it lies here to be looked at. */
export async function trainingLines(model: string, methods: { tuning: string; objective: string }): Promise<Line[]> {
  const facts = await factsOf(model);
  return [
    ['training:'],
    rateLine(facts, methods),
    ['  # epochs: 3', 'by the number of rows unless given, as is batch_size'],
    ['  seed: 42'],
  ];
}

/** The methods of recommenders have rates of their own. */
function rateLine(facts: BaseFacts | undefined, methods: { tuning: string; objective: string }): Line {
  if (facts === undefined || facts.kind === 'items') {
    return ['  # learning_rate: auto', 'found by short trials; what suits the base model unless given'];
  }
  const { learning_rate: rate } = suggestedTraining({ ...facts, ...methods });
  return [`  learning_rate: ${rate}`, `suits ${basisOf({ ...facts, ...methods })}; auto: found by short trials`];
}

/** A base that is not here yet, or quantised, is no obstacle: its rate is then decided when the run begins. */
async function factsOf(model: string): Promise<BaseFacts | undefined> {
  try {
    const folder = modelFolder(model);
    return quantisationOf(readConfig(folder)) === undefined ? await baseFacts(folder) : undefined;
  } catch {
    return undefined;
  }
}
