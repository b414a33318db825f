import type { Conversation } from './chat-templates.ts';

/**
 * Replaces null content by an empty text where the template needs that. OpenAI uses null for turns that only call
 * tools; some templates require it, others fail or print "None", which would then be trained.
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
