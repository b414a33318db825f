import { isObject, listOf, textOf, type ChatExport, type ChatMessage, type Json, type People } from './chat.ts';
import { timeOf } from '../../text/time.ts';

/** An exported channel is a folder with a file per day; threads refer to the time of their first message. */
export const slack: ChatExport = {
  recognise: ({ type, ts, text }) => type === 'message' && typeof ts === 'string' && typeof text === 'string',
  *messages(value, { file, notes, people }) {
    const { subtype, text, ts, thread_ts: thread, user, bot_id: bot, user_profile: profile } = value;
    if (typeof subtype === 'string' && !SAID.has(subtype))
      return notes.add(`messages of the service itself (${subtype})`);
    const names = isObject(profile) ? profile : {};
    const author =
      nameOf(user, people) ??
      textOf(names.real_name) ??
      textOf(value.username) ??
      textOf(user) ??
      textOf(bot) ??
      'unknown';
    const channel = file.split('/').slice(0, -1).join('/') || file;
    const message: ChatMessage = {
      kind: 'message',
      conversation: typeof thread === 'string' ? `${channel}#${thread}` : channel,
      id: String(ts),
      author,
      ...(bot !== undefined && { role: 'agent' }),
      at: timeOf(ts),
      text: unmarked(textOf(text) ?? attachedText(value.attachments), people),
    };
    if (message.text === '') notes.add('messages without text');
    else yield message;
  },
};

/** Kinds of messages with content. */
const SAID = new Set(['bot_message', 'thread_broadcast', 'me_message', 'file_share', 'reply_broadcast']);

/** Bots put their text into attachments. */
function attachedText(attachments: unknown): string {
  const texts = listOf(attachments).map(({ title, text, fallback }) =>
    [textOf(title), textOf(text) ?? textOf(fallback)].filter((part) => part !== undefined).join('\n'),
  );
  return texts.join('\n\n');
}

/** Member and channel lists of an export: without messages, but with names. */
const LISTS = /(?:^|\/)(?:users|channels|groups|dms|mpims|integration_logs)\.json$/;

/** Whether an object comes from one of the lists next to an export's channels. */
export function isOfSlackList(value: Readonly<Json>, file: string): boolean {
  if (!LISTS.test(file)) return false;
  const isOfPeople = isObject(value.profile) || 'is_bot' in value || 'real_name' in value;
  return isOfPeople || Array.isArray(value.members) || 'app_type' in value || 'service_id' in value;
}

function nameOf(user: unknown, people: People): string | undefined {
  return typeof user === 'string' ? people.get(user) : undefined;
}

/** Mentions and links as people see them. */
function unmarked(text: string, people: People): string {
  return text
    .replace(/<(?:https?|mailto):[^|>]+\|([^>]+)>/g, '$1')
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replace(/<@([^|>]+)(?=[|>])/g, (mention, id: string) => (people.has(id) ? `<@|${people.get(id)!}` : mention))
    .replace(/<@\|([^|>]+)(?:\|[^>]*)?>/g, '@$1')
    .replace(/<(#)[^|>]*\|([^>]+)>/g, '$1$2')
    .replace(/<[@!][^|>]*\|@?([^>]+)>/g, '@$1')
    .replace(/<!([^>]+)>/g, '@$1')
    .replace(/<([@#])([^>]+)>/g, '$1$2')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .trim();
}
