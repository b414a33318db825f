import type { Decided } from '../talk.ts';
import { baseField, computeFields, storageField } from './shared/sampling-fields.ts';
import type { FieldKit } from './fields.ts';
import { defineUseCase } from './use-case.ts';

/** An object or a list passed by a program. */
const json = ({ z }: FieldKit) => z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]);

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'answer typed questions about a state with probabilities',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a chat model')],
  options: (fields) => ({
    state: fields.required(
      fields.parsed(fields.z.union([fields.z.string(), json(fields)]), 'TEXT', 'the subject of the questions', {
        read: String,
      }),
    ),
    questions: fields.required(
      fields.parsed(
        fields.z.union([fields.z.string(), json(fields)]),
        'FILE',
        'JSON file of questions by id: {type: noul, choice or score, instructions, criteria}',
        { read: String },
      ),
    ),
    ...baseField(fields),
    ...computeFields(fields),
    ...storageField(fields),
  }),
  effects: ['computes'],
  examples: ['decide runs/tickets --state "My invoice is wrong" --questions questions.json'],
  stopping: 'stopping',
  async run({ model, ...options }, call): Promise<Decided> {
    const { decide } = await import('../decide.ts');
    return decide(model, { ...options, ...call });
  },
  render: ({ answers }) =>
    Object.entries(answers)
      .map(([id, answer]) => `${id}: ${described(answer)}`)
      .join('\n'),
});

function described(answer: Decided['answers'][string]): string {
  if (answer.type === 'noul') return `${percent(answer.noul)} yes`;
  const { probabilities } = answer;
  const likely = Object.entries(probabilities)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([key, p]) => `${key} ${percent(p)}`);
  const value = answer.type === 'choice' ? answer.choice : answer.score.toFixed(2);
  return `${value} (${likely.join(', ')})`;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}
