import { chatBody, chatFields, chatInput } from './chat-body.ts';
import { readConversation } from './conversation.ts';
import type { Format } from './format.ts';

/** OpenAI's chat rows: `{ messages: [{ role, content, tool_calls?, name?, weight? }], tools? }`. */
export const messages: Format = {
  fields: ['messages', ...chatFields],
  recognise: (sample) => (sample.has('messages') ? ['messages'] : undefined),
  read(row) {
    const turns = readConversation(row, 'messages');
    return turns && chatBody(row, 'messages', turns);
  },
  readInput(row) {
    const turns = readConversation(row, 'messages');
    return turns && chatInput(row, turns);
  },
};
