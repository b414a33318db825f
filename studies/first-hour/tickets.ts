import { join } from 'node:path';
import { writeCsv } from './csv.ts';
import { Draws } from './draws.ts';
import type { FirstHourSet, WrittenSet } from './set.ts';

/** Share of tickets with a wrong queue. */
const NOISE = 0.04;
export const QUEUES = ['Billing', 'Technical', 'Returns', 'Shipping', 'Account'] as const;
type Queue = (typeof QUEUES)[number];

const SOFTWARE = ['PhotoBox', 'LedgerPro', 'MailRoom'];
const HARDWARE = ['Kettle K2', 'Desk Lamp', 'Router R7'];
const NAMES = ['Anna', 'Ben', 'Clara', 'David', 'Eva', 'Farid', 'Grace', 'Henry', 'Ines', 'Jonas', 'Kim', 'Lena'];

const SUBJECTS: Record<Queue, readonly string[]> = {
  Billing: ['Invoice is wrong', 'Charged twice', 'Question about a payment', 'Refund not on my account'],
  Technical: ['It stopped working', 'Error message', 'Update fails', 'Help with the set-up'],
  Returns: ['I want to send it back', 'Wrong item', 'Return label', 'Broken on arrival'],
  Shipping: ['Where is my parcel', 'Delivery is late', 'New address', 'Tracking shows nothing'],
  Account: ['Cannot log in', 'Change my e-mail', 'Delete my account', 'Password reset'],
};

const ISSUES: Record<Queue, readonly string[]> = {
  Billing: [
    'the invoice shows an amount that I did not agree to',
    'my card was charged twice this month',
    'I still wait for the money that you promised to pay back',
    'the tax number on the bill is missing',
  ],
  Technical: [
    'it shows an error after the last update',
    'the set-up stops half way and nothing happens',
    'it crashes whenever I open the settings',
    'it loses the connection every few minutes',
  ],
  Returns: [
    'the box held another item than I ordered',
    'I would like to send it back and need a label',
    'it arrived with a crack and I want another one',
    'it does not fit and I want to exchange it',
  ],
  Shipping: [
    'the parcel was due last week and is not here',
    'the tracking page has not changed for days',
    'I moved and the parcel has to go to another address',
    'the courier says that nobody was at home, which is not true',
  ],
  Account: [
    'I cannot log in although the password is right',
    'please change the e-mail address of my account',
    'the code for the new password never comes',
    'I want my account and my data deleted',
  ],
};

export const REPLIES: Record<Queue, string> = {
  Billing: 'Our accounts team checks the payment and writes to you within two days.',
  Technical: 'Please restart it and install the newest version; if that does not help, send us the log file.',
  Returns: 'A return label is on its way to you by e-mail; the exchange is free of charge.',
  Shipping: 'We have asked the courier and tell you tomorrow where the parcel is.',
  Account: 'We have sent you a link to confirm that it is you; the change is made at once.',
};

const OPENINGS = ['Hello,', 'Good morning,', 'Dear team,', 'Hi there,'];
const CLOSINGS = ['Thank you', 'Kind regards', 'Please help', 'Best wishes'];

interface Ticket {
  subject: string;
  body: string;
  product: string;
  queue: Queue;
  reply: string;
  customer: string;
  date: string;
}

/** The opaque issue "does not start" is technical for software and a return for other products. */
function drawTicket(draws: Draws, isNoisy: boolean): Ticket {
  const isOpaque = draws.chance(0.1);
  const product = draws.pick([...SOFTWARE, ...HARDWARE]);
  const queue = isOpaque ? (SOFTWARE.includes(product) ? 'Technical' : 'Returns') : draws.pick(QUEUES);
  const issue = isOpaque ? 'it does not start any more' : draws.pick(ISSUES[queue]);
  const name = draws.pick(NAMES);
  const order = draws.whole(10_000, 99_999);
  const subject = isOpaque || draws.chance(0.3) ? `About my ${product}` : draws.pick(SUBJECTS[queue]);
  const body = `${draws.pick(OPENINGS)} I have a question about order ${order}: ${issue}. ${draws.pick(CLOSINGS)}, ${name}`;
  const reply = `Hello ${name}, thank you for your message about order ${order}. ${REPLIES[queue]}`;
  const noted = isNoisy && draws.chance(NOISE) ? draws.pick(QUEUES.filter((other) => other !== queue)) : queue;
  const day = String(draws.whole(1, 28)).padStart(2, '0');
  const month = String(draws.whole(1, 12)).padStart(2, '0');
  const customer = `C${draws.whole(1000, 1999)}`;
  return { subject, body, product, queue: noted, reply, customer, date: `2026-${month}-${day}` };
}

const FIELDS = ['subject', 'body', 'product', 'customer', 'date'] as const;

/** Rows with their queue, some of them wrong. */
export function drawTickets({ rows, seed }: { rows: number; seed: number }): (Pick<Ticket, (typeof FIELDS)[number]> & {
  queue: Queue;
})[] {
  const draws = new Draws(seed, 'tickets');
  return Array.from({ length: rows }, () => {
    const { reply: _, ...ticket } = drawTicket(draws, true);
    return ticket;
  });
}

async function writeTickets(
  folder: string,
  { rows, fresh, seed }: { rows: number; fresh: number; seed: number },
  answer: 'queue' | 'reply',
): Promise<Omit<WrittenSet, 'answers' | 'ceiling'>> {
  const draws = new Draws(seed, 'tickets');
  const known = Array.from({ length: rows }, () => drawTicket(draws, answer === 'queue'));
  const unknown = Array.from({ length: fresh }, () => drawTicket(draws, false));
  const [data, freshFile] = [join(folder, 'tickets.csv'), join(folder, 'fresh.csv')];
  const ofFields = (ticket: Ticket) => Object.fromEntries(FIELDS.map((field) => [field, ticket[field]]));
  writeCsv(
    data,
    known.map((ticket) => ({ ...ofFields(ticket), [answer]: ticket[answer] })),
  );
  writeCsv(freshFile, unknown.map(ofFields));
  return { data, fresh: freshFile, truth: unknown.map((ticket) => ticket[answer]) };
}

export const tickets: FirstHourSet = {
  title: 'tickets to queues',
  about: 'Subject, body and product of a support ticket say which of five queues it belongs to; 4 % are noted wrongly.',
  rows: 1200,
  async write(folder, size) {
    const answers = ['--text-column', 'subject,body,product', '--label-column', 'queue'];
    const ceiling = { metric: 'accuracy', value: 1 - NOISE, because: '4 % of the labels are wrong' };
    return { ...(await writeTickets(folder, size, 'queue')), answers, ceiling };
  },
};

export const replies: FirstHourSet = {
  title: 'replies to tickets',
  about: 'The reply follows from the ticket: name and order number are copied, the rest depends on what is asked.',
  rows: 1200,
  async write(folder, size) {
    const answers = ['--text-column', 'subject,body,product', '--answer-column', 'reply'];
    const ceiling = { metric: 'chrf', value: 100, because: 'replies follow from tickets' };
    return { ...(await writeTickets(folder, size, 'reply')), answers, ceiling };
  },
};
