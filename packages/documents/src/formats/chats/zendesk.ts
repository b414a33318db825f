import { isObject, listOf, plainOf, textOf, type ChatExport } from './chat.ts';
import { timeOf } from '../../text/time.ts';

/** A help-desk ticket with its comments; the requester is the customer, everybody else answers. */
export const zendesk: ChatExport = {
  recognise: (value) =>
    Array.isArray(value.comments) && ('requester_id' in value || 'submitter_id' in value || isObject(value.requester)),
  *messages(ticket, { notes }) {
    const id = textOf(ticket.id) ?? 'ticket';
    const requester =
      textOf(ticket.requester_id) ?? (isObject(ticket.requester) ? textOf(ticket.requester.id) : undefined);
    const subject = textOf(ticket.subject);
    for (const comment of listOf(ticket.comments)) {
      if (comment.public === false) {
        notes.add('internal notes of tickets', `ticket ${id}`);
        continue;
      }
      const text = plainOf(textOf(comment.plain_body) ?? textOf(comment.body) ?? textOf(comment.html_body) ?? '');
      if (text === '') {
        notes.add('messages without text', `ticket ${id}`);
        continue;
      }
      const author =
        textOf(comment.author_id) ?? (isObject(comment.author) ? textOf(comment.author.id) : undefined) ?? 'unknown';
      yield {
        kind: 'message',
        conversation: `ticket ${id}`,
        ...(subject !== undefined && { subject }),
        author,
        ...(requester !== undefined && { role: author === requester ? 'customer' : 'agent' }),
        at: timeOf(comment.created_at),
        text,
      };
    }
  },
};
