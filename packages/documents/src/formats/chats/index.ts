import { discord } from './discord.ts';
import { intercom } from './intercom.ts';
import { isOfSlackList, slack } from './slack.ts';
import { zendesk } from './zendesk.ts';
import { textOf } from './chat.ts';
import type { ChatExport, ChatMessage, ChatSource } from './chat.ts';

/** JSON exports of chats and help desks. A new one takes a file and a line here. */
export const chatExports = { slack, discord, zendesk, intercom } satisfies Record<string, ChatExport>;

/** Messages of an object from a known export; undefined if it is an ordinary record. */
export function chatsOf(
  value: Readonly<Record<string, unknown>>,
  source: ChatSource,
): Iterable<ChatMessage> | undefined {
  if (isOfSlackList(value, source.file)) {
    source.notes.add('people and channels of an export, read for their names only', textOf(value.name) ?? source.file);
    return [];
  }
  return Object.values(chatExports)
    .find((known) => known.recognise(value))
    ?.messages(value, source);
}
