/** Reads table rows as messages, for chats and tickets exported as CSV. */
import { table } from '../../base/table.ts';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { type MessageDocument, type RecordDocument, timeOf } from '@attune/documents';
import { defineStep, eachItem, type StepNotes } from '../preparation-step.ts';
import { valueText } from '../record-text.ts';

const column = z.string().min(1).nullable().default(null);
const options = z.strictObject({
  text: column.describe('column with the text of the message; null: found by name'),
  author: column.describe('column with the author'),
  role: column.describe('column that tells customers from agents'),
  recipient: column.describe('column with the recipient: groups messages if nothing else does'),
  conversation: column.describe('column that groups messages: a ticket, a session, a customer'),
  time: column.describe('column with the time'),
  subject: column.describe('column with the subject'),
});

type Options = z.output<typeof options>;
type Field = keyof Options;

/** Names that such columns usually have, in lower case without spaces and underscores. */
const USUAL: Record<Field, readonly string[]> = {
  text: ['text', 'message', 'body', 'content', 'messagetext', 'comment', 'utterance', 'msg'],
  author: ['author', 'sender', 'from', 'speaker', 'user', 'username', 'name', 'authorid', 'fromname'],
  role: [
    'role',
    'sendertype',
    'authortype',
    'usertype',
    'fromtype',
    'speakertype',
    'senderrole',
    'authorrole',
    'direction',
  ],
  recipient: ['to', 'recipient', 'receiver', 'toname'],
  conversation: [
    'conversation',
    'conversationid',
    'ticket',
    'ticketid',
    'thread',
    'threadid',
    'session',
    'sessionid',
    'chatid',
    'channel',
    'caseid',
    'room',
  ],
  time: ['time', 'timestamp', 'date', 'datetime', 'createdat', 'sentat', 'created', 'sent'],
  subject: ['subject', 'title', 'topic'],
};

/** Values of a role column for customers, agents and system messages. */
const ROLES: Readonly<Record<string, MessageDocument['role']>> = table({
  ...namedAs('customer', 'user customer client visitor enduser requester contact lead human guest inbound incoming'),
  ...namedAs('agent', 'assistant agent bot support operator admin staff advisor representative outbound outgoing ai'),
  ...namedAs('system', 'system'),
});

function namedAs(role: MessageDocument['role'], names: string): Record<string, MessageDocument['role']> {
  return Object.fromEntries(names.split(' ').map((name) => [name, role]));
}

export const step = defineStep<Options>({
  summary: 'table rows as messages, with columns given or found by name; use conversations next',
  takes: ['record', 'message'],
  version: 2,
  options,
  open(given) {
    let columns: Partial<Record<Field, string>> | undefined;
    return eachItem((item, notes) => {
      if (item.kind === 'message') return [item];
      if (item.kind !== 'record') return [];
      columns ??= columnsOf(item, given, notes);
      const message = messageOf(item, columns);
      if (message === undefined) notes.leaveOut(item, `no text in column "${columns.text}"`);
      else if (columns.time !== undefined && message.at === undefined)
        notes.find(item, `unreadable time in column "${columns.time}": sorted after those with a time`);
      return message === undefined ? [] : [message];
    });
  },
});

function columnsOf(
  { values, origins }: RecordDocument,
  given: Options,
  notes: StepNotes,
): Partial<Record<Field, string>> {
  const present = Object.keys(values);
  const found = Object.entries(USUAL).map(([field, names]) => {
    const named = given[field as Field];
    const usual = names.flatMap(
      (name) => present.find((one) => one.toLowerCase().replaceAll(/[\s_-]/g, '') === name) ?? [],
    )[0];
    return [field as Field, named ?? usual] as const;
  });
  const columns: Partial<Record<Field, string>> = Object.fromEntries(found.filter(([, name]) => name !== undefined));
  const wrong = found.filter(([field, name]) =>
    name === undefined ? isNeeded(field, columns) : !present.includes(name),
  );
  if (wrong.length > 0) {
    throw new AttuneError('E_BAD_COLUMNS', {
      what: `The rows of ${origins[0].file} cannot be read as messages`,
      expected: `some of ${present.join(', ')}`,
      problems: wrong.map(([field, name]) => ({
        field: `messages.${field}`,
        message: name === undefined ? 'no column is recognised by name' : `there is no column "${name}"`,
      })),
      fix: 'map the columns: "messages: {text: body, author: sender, conversation: ticket, time: sent}"',
    });
  }
  notes.remark(
    `columns: ${Object.entries(columns)
      .map(([field, name]) => `${field} = ${name}`)
      .join(', ')}`,
  );
  return columns;
}

/** Without an author column, the role identifies the author. */
function isNeeded(field: Field, columns: Partial<Record<Field, string>>): boolean {
  return field === 'text' || (field === 'author' && columns.role === undefined);
}

function messageOf(
  { values, origins }: RecordDocument,
  columns: Partial<Record<Field, string>>,
): MessageDocument | undefined {
  const value = (field: Field): string => (columns[field] === undefined ? '' : valueText(values[columns[field]]));
  const text = value('text');
  if (text === '') return undefined;
  const at = timeOf(value('time'));
  const role =
    ROLES[
      value('role')
        .toLowerCase()
        .replaceAll(/[\s_-]/g, '')
    ];
  const author = value('author') || value('role') || 'unknown';
  const pair = value('recipient') === '' ? '' : [author, value('recipient')].sort().join(' and ');
  const subject = value('subject');
  return {
    kind: 'message',
    conversation: value('conversation') || pair || origins[0].file,
    author,
    ...(role !== undefined && { role }),
    ...(at !== undefined && { at }),
    ...(subject !== '' && { subject }),
    text,
    origins,
  };
}
