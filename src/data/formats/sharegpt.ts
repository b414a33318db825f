import { chatBody, chatFields } from './chat-body.ts';
import { readConversation } from './conversation.ts';
import type { Format } from './format.ts';

/** ShareGPT's rows: `{ conversations: [{ from: human | gpt | function_call | observation | system, value }], system?, tools? }`. */
export const sharegpt: Format = {
  fields: ['conversations', 'system', ...chatFields],
  recognise: (sample) => (sample.has('conversations') ? ['conversations'] : undefined),
  read(row) {
    const turns = readConversation(row, 'conversations');
    const system = row.optionalText('system');
    if (turns === undefined || system === undefined) return undefined;
    const all = system === '' ? turns : [{ role: 'system' as const, content: system }, ...turns];
    return chatBody(row, 'conversations', all);
  },
};
