import { discord } from './discord.ts';
import { intercom } from './intercom.ts';
import { isOfSlackList, slack } from './slack.ts';
import { zendesk } from './zendesk.ts';
import { textOf } from './chat.ts';
import type { ChatExport, ChatMessage, ChatSource } from './chat.ts';

/** Exports of chats and help desks in JSON, each one file and one line. */
export const chatExports = { slack, discord, zendesk, intercom } satisfies Record<string, ChatExport>;

/** An object's messages where it is of a known export; undefined where it is a record like any other. */
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
