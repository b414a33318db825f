import type { Answered } from '../../../answering/system.ts';
import { storedPredictor } from '../../../evaluation/stored-answers.ts';
import { answerWithProgress, type Comparing } from '../comparing.ts';
import type { FileSpec } from './system-spec.ts';

export async function answer({ name, title, kind, path }: FileSpec, comparing: Comparing): Promise<Answered[]> {
  return [await answerWithProgress({ predictor: storedPredictor(name, path), title, kind }, comparing)];
}
