import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';

/** Typed questions: options are scored by the similarity of their vectors to the state's, or by a Laya head. */
export const task = defineTask({
  title: 'typed questions',
  pipelineTag: 'text-classification',
  answers: ['decision'],
  answering: async () => (await import('./answers/decision-vectors.ts')).answerWithHead,
  answerKind: () => 'decisions',
  served: 'rows',
  firstUse: (folder, rows) => `attune predict ${folder} --input ${rows} --output answers.csv`,
  outputLoss: ({ model, hidden, layout, ids, tensorOf }) =>
    outputDistance(
      'embed' in model.head
        ? model.embeddingHead.embed(hidden, layout)
        : model.layaHead.scores(hidden, layout, { types: layout.rowOf.map(() => 0), places: tensorOf(placesOf(ids)) }),
    ),
});

/** Treats every token as an option's. */
function placesOf(ids: BigInt64Array): BigInt64Array {
  return BigInt64Array.from(ids, (_, place) => BigInt(place));
}
