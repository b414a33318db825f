import { asTurns, readAnswer, readTextOrTurns } from './answers.ts';
import { asContext, chatBody, chatFields, chatInput } from './chat-body.ts';
import type { Format } from './format.ts';

/** `{ prompt, completion }`: two texts without a chat template, or turns; only the completion is trained. */
export const promptCompletion: Format = {
  fields: ['prompt', 'completion', ...chatFields],
  recognise: (sample) => (sample.has('prompt', 'completion') ? ['prompt', 'completion'] : undefined),
  read(row) {
    const prompt = readTextOrTurns(row, 'prompt', true);
    const answer = readAnswer(row, 'completion');
    if (prompt === undefined || answer === undefined) return undefined;
    if (typeof prompt === 'string' && typeof answer === 'string')
      return { kind: 'completion', prompt, completion: answer };
    return chatBody(row, 'completion', [...asContext(asTurns(prompt, 'user')), ...asTurns(answer, 'assistant')]);
  },
  readInput(row) {
    const prompt = readTextOrTurns(row, 'prompt');
    if (prompt === undefined) return undefined;
    return typeof prompt === 'string' ? { kind: 'completion', prompt, completion: '' } : chatInput(row, prompt);
  },
};
