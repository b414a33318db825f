import { isObject, listOf, textOf, type ChatExport, type Json } from './chat.ts';
import { timeOf } from '../../text/time.ts';

/** DiscordChatExporter's format: one object per channel. */
export const discord: ChatExport = {
  recognise: ({ guild, channel, messages }) => isObject(guild) && isObject(channel) && Array.isArray(messages),
  *messages({ guild, channel, messages }, { notes }) {
    const [server, room] = [guild, channel].map((part) => (isObject(part) ? part : {}));
    const conversation = `${textOf(server.name) ?? textOf(server.id) ?? 'server'}#${textOf(room.name) ?? textOf(room.id) ?? 'channel'}`;
    for (const [index, message] of listOf(messages).entries()) {
      const author = isObject(message.author) ? message.author : {};
      const text = textOf(message.content);
      const isSaid = message.type === undefined || SAID.has(String(message.type));
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
        text: unmarked(text, listOf(message.mentions)),
        place: { row: index + 1 },
      };
    }
  },
};

/** Message types by name or, in newer exports, by number: messages, replies, commands and thread starters. */
const SAID = new Set(['Default', 'Reply', 'ThreadStarterMessage', '0', '19', '20', '21', '23']);

/** Mentions and custom emoji as people see them. */
function unmarked(text: string, mentions: readonly Json[]): string {
  const names = new Map(mentions.map(({ id, nickname, name }) => [textOf(id), textOf(nickname) ?? textOf(name)]));
  return text
    .replace(/<@!?(\d+)>/g, (mention, id: string) => (names.get(id) === undefined ? mention : `@${names.get(id)!}`))
    .replace(/<a?(:\w+:)\d+>/g, '$1');
}
