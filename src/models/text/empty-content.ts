import type { Conversation } from './chat-templates.ts';

/**
 * The conversation with empty texts in place of null where its template wants them. OpenAI gives null as the content of
 * a turn that only calls tools: some templates ask for it, others fail on it or write "None", which would be trained.
 */
export function withoutPrintedNull<Row extends Conversation>(
  row: Row,
  render: (conversation: Conversation) => string | undefined,
): Row {
  if (!row.messages.some(({ contentless }) => contentless !== undefined)) return row;
  const messages = row.messages.map(({ contentless: _contentless, ...message }) => message);
  const emptied = { ...row, messages };
  const [asGiven, withEmpty] = [render(row), render(emptied)];
  if (withEmpty === undefined || asGiven === withEmpty) return row;
  const isPrinted = asGiven === undefined || asGiven.replaceAll('None', '') === withEmpty.replaceAll('None', '');
  return isPrinted ? emptied : row;
}
