import { readConfig } from '../models/load-model.ts';
import { quantisationOf } from '../models/quantised/quantisation-config.ts';
import { suggestedTraining, type TrainingFacts } from '../training/suggested-training.ts';
import { modelFolder } from '../answering/model/base-model.ts';
import { basisOf } from '../jobs/train/settle-training.ts';
import { trainingFacts } from '../jobs/train/training-facts.ts';

/** A line of a recipe with an optional comment. */
type Line = readonly [setting: string, remark?: string];

/** Lines of the recipe about training, with the base model's default rate if the model is on this machine. */
export async function trainingLines(model: string, methods: { tuning: string; objective: string }): Promise<Line[]> {
  return [
    ['training:'],
    rateLine(await factsOf(model, methods)),
    ['  # epochs: 3', 'default: depends on the number of rows; so does batch_size'],
    ['  seed: 42'],
  ];
}

/** Recommenders' methods have their own default rates. */
function rateLine(facts: TrainingFacts | undefined): Line {
  if (facts === undefined || facts.kind === 'items') {
    return ['  # learning_rate: auto', 'found by short trials; default: suits the base model'];
  }
  const { learning_rate: rate } = suggestedTraining(facts);
  return [`  learning_rate: ${rate}`, `suits ${basisOf(facts)}; auto: found by short trials`];
}

/** Without local files, or for a quantised base, the rate is decided when the run starts. */
async function factsOf(
  model: string,
  { tuning, objective }: { tuning: string; objective: string },
): Promise<TrainingFacts | undefined> {
  try {
    const folder = modelFolder(model);
    if (quantisationOf(readConfig(folder)) !== undefined) return undefined;
    return await trainingFacts(folder, { tuning: { method: tuning }, objective: { name: objective } });
  } catch {
    return undefined;
  }
}
