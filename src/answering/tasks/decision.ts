import { defineTask } from './define.ts';
import { outputDistance } from './output-distance.ts';

/** Options of typed questions, scored by their vectors next to that of the state, or by a Laya head. */
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

/** Every token as if it were an option's. */
function placesOf(ids: BigInt64Array): BigInt64Array {
  return BigInt64Array.from(ids, (_, place) => BigInt(place));
}
