import { isObject, listOf, textOf, type ChatExport } from './chat.ts';
import { timeOf } from '../../text/time.ts';

/** What DiscordChatExporter writes: one object a channel. */
export const discord: ChatExport = {
  recognise: ({ guild, channel, messages }) => isObject(guild) && isObject(channel) && Array.isArray(messages),
  *messages({ guild, channel, messages }, { notes }) {
    const [server, room] = [guild, channel].map((part) => (isObject(part) ? part : {}));
    const conversation = `${textOf(server.name) ?? textOf(server.id) ?? 'server'}#${textOf(room.name) ?? textOf(room.id) ?? 'channel'}`;
    for (const message of listOf(messages)) {
      const author = isObject(message.author) ? message.author : {};
      const text = textOf(message.content);
      const isSaid = message.type === undefined || message.type === 'Default' || message.type === 'Reply';
      if (!isSaid || text === undefined) {
        notes.add(isSaid ? 'messages without text' : 'messages of the service itself', textOf(message.id));
        continue;
      }
      const answered = isObject(message.reference) ? textOf(message.reference.messageId) : undefined;
      yield {
        kind: 'message',
        conversation,
        id: textOf(message.id),
        ...(answered !== undefined && { answers: [answered] }),
        author: textOf(author.nickname) ?? textOf(author.name) ?? textOf(author.id) ?? 'unknown',
        ...(author.isBot === true && { role: 'agent' }),
        at: timeOf(message.timestamp),
        text,
      };
    }
  },
};
