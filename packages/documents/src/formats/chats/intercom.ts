import { isObject, listOf, plainOf, textOf, type ChatExport, type ChatMessage, type Json } from './chat.ts';
import { timeOf } from '../../text/time.ts';

/** A conversation with its parts; authors have a type: users and leads are customers, admins and bots answer. */
export const intercom: ChatExport = {
  recognise: ({ conversation_parts: parts, source }) => (isObject(parts) || Array.isArray(parts)) && isObject(source),
  *messages(value, { notes }) {
    const conversation = `conversation ${textOf(value.id) ?? '?'}`;
    const source = value.source as Json;
    const parts = isObject(value.conversation_parts)
      ? value.conversation_parts.conversation_parts
      : value.conversation_parts;
    const all = [
      { ...source, created_at: source.created_at ?? value.created_at, part_type: 'comment' },
      ...listOf(parts),
    ] as Json[];
    for (const part of all) {
      const author = isObject(part.author) ? part.author : {};
      const text = plainOf(textOf(part.body) ?? '');
      if (part.part_type === 'note') notes.add('internal notes of conversations', conversation);
      else if (text === '') notes.add('messages without text', conversation);
      else {
        const message: ChatMessage = {
          kind: 'message',
          conversation,
          author: textOf(author.id) ?? textOf(author.name) ?? 'unknown',
          role: ['user', 'lead', 'contact'].includes(String(author.type)) ? 'customer' : 'agent',
          at: timeOf(part.created_at),
          text,
        };
        yield message;
      }
    }
  },
};
