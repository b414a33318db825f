/** Messages as conversations to train on: threads of mail, sessions of chats, with who asks and who answers. */
import { z } from 'zod';
import { mergeOrigins, type Item, type MessageDocument } from '@attune/documents';
import { AgentStatistics, namedAgents, type AgentFinder } from '../agents.ts';
import { DiskGroups } from '../disk-groups.ts';
import { defineStep, rowOf, type StepNotes } from '../preparation-step.ts';

const options = z.strictObject({
  agents: z
    .array(z.string().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe('authors whose turns are learnt, * for any text; found when null'),
  session_hours: z.number().positive().default(24).describe('a longer silence in a chat begins another conversation'),
  system: z.string().min(1).nullable().default(null).describe('what every conversation begins with'),
  subject: z.boolean().default(true).describe("put a mail's or ticket's subject before its first message"),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'messages in conversations, {messages}: threads and sessions, in order of time, with roles',
  takes: ['message'],
  version: 2,
  options,
  open: (given, { folder }) =>
    async function* run(items, notes) {
      using groups = new DiskGroups<MessageDocument>(folder, 'conversations');
      for await (const item of items) if (item.kind === 'message') groups.add({ item, ...threadOf(item), at: item.at });
      const finder = given.agents === null ? foundAgents(groups, given) : namedAgents(given.agents);
      notes.remark(finder.reason);
      for (const group of groups.groups()) {
        for (const session of sessionsOf(group, given)) yield* conversation(session, { given, finder, notes });
      }
    },
});

const REPLY_MARK = /^\s*(?:(?:re|aw|antw|sv|vs|fwd?|wg|tr|rv|r|ref|odp)(?:\[\d+\])?\s?:\s*)+/i;

/** Mails are one thread by what they answer, else by their subject; other messages by their channel or ticket. */
function threadOf({ conversation, id, answers = [], subject }: MessageDocument): {
  names: string[];
  alsoKnownAs?: string[];
} {
  if (id === undefined || subject === undefined) return { names: [`in ${conversation}`] };
  const names = [id, ...answers].map((name) => `mail ${name}`);
  const about = `about ${conversation}\n${subject.replace(REPLY_MARK, '').toLowerCase().trim()}`;
  const isOrphan = answers.length === 0 && REPLY_MARK.test(subject);
  return isOrphan ? { names: [...names, about] } : { names, alsoKnownAs: [about] };
}

function foundAgents(groups: DiskGroups<MessageDocument>, given: Options): AgentFinder {
  const statistics = new AgentStatistics();
  for (const group of groups.groups()) for (const session of sessionsOf(group, given)) statistics.add(session);
  return statistics.finder();
}

const HOUR = 3_600_000;

/** A mail's thread and a ticket go on after any time. */
function* sessionsOf(
  group: readonly MessageDocument[],
  { session_hours: hours }: Options,
): Generator<MessageDocument[]> {
  let session: MessageDocument[] = [];
  for (const message of group) {
    const last = session.at(-1)?.at;
    const isChat = message.subject === undefined;
    const isLater = last !== undefined && message.at !== undefined && message.at - last > hours * HOUR;
    if (isChat && isLater) {
      yield session;
      session = [];
    }
    session.push(message);
  }
  if (session.length > 0) yield session;
}

interface Telling {
  given: Options;
  finder: AgentFinder;
  notes: StepNotes;
}

interface Turn {
  role: 'user' | 'assistant';
  content: string;
  messages: MessageDocument[];
}

/** Turns from the first question to the last answer; neighbouring messages of one side are one turn. */
function* conversation(session: readonly MessageDocument[], { given, finder, notes }: Telling): Generator<Item> {
  const turns: Turn[] = [];
  // The system prompt, as in logs of models.
  const told = session[0].role === 'system' ? session[0].text : null;
  for (const message of told === null ? session : session.slice(1)) {
    const isAgent = message.role === 'system' ? undefined : finder.isAgent(message);
    if (isAgent === undefined) {
      notes.leaveOut(
        message,
        message.role === 'system' ? 'a message of the service itself' : 'its author gets no answer',
      );
      continue;
    }
    const role = isAgent ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) {
      // Whole mails stand apart, lines of a chat do not.
      last.content += `${message.subject === undefined ? '\n' : '\n\n'}${message.text}`;
      last.messages.push(message);
    } else turns.push({ role, content: message.text, messages: [message] });
  }
  const from = turns.findIndex(({ role }) => role === 'user');
  const to = turns.findLastIndex(({ role }) => role === 'assistant');
  const kept = from === -1 ? [] : turns.slice(from, to + 1);
  leaveOut(turns, kept, notes);
  if (kept.length === 0) return;
  const { subject } = session[0];
  if (given.subject && subject !== undefined)
    kept[0].content = `${subject.replace(REPLY_MARK, '')}\n\n${kept[0].content}`;
  const messages = kept.map(({ role, content }) => ({ role, content }));
  const instruction = given.system ?? told;
  if (told !== null && told !== instruction)
    notes.leaveOut(session[0], 'a system message of the log, replaced by `system`');
  const system = instruction === null ? [] : [{ role: 'system', content: instruction }];
  yield rowOf(
    { messages: [...system, ...messages] },
    mergeOrigins(kept.flatMap((turn) => turn.messages).flatMap(({ origins }) => origins)),
  );
}

/** Tells of the turns before the first question and behind the last answer. */
function leaveOut(turns: readonly Turn[], kept: readonly Turn[], notes: StepNotes): void {
  for (const turn of turns) {
    if (kept.includes(turn)) continue;
    for (const message of turn.messages)
      notes.leaveOut(message, turn.role === 'user' ? 'an unanswered question' : 'an answer before any question');
  }
}
