/**
 * Keeps control tokens in a message, a tool's result or a schema as plain text. While the template renders, the first
 * character of each is replaced by an unused one, which marks its place in the output; the text is then split there, so
 * that no part contains a whole control token.
 */
import { AttuneError } from '../../base/errors.ts';
import type { Message } from './message.ts';
import type { Conversation } from './chat-templates.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Permanently unassigned characters: one per distinct first character of a control token. */
const MARKS = 0xfdd0;
const MOST_MARKS = 32;

/** A rendered text, and where to split it for tokenisation. */
interface Cut {
  text: string;
  cuts: number[];
}

export interface LiteralMarks<Row extends Conversation> {
  /** The conversation with marks instead of control tokens. */
  row: Row;
  /** Restores the rendered text and adds a cut inside each control token. @throws AttuneError E_CONTROL_TOKEN */
  restore: <Given extends Cut>(draft: Given) => Given;
}

/** Special tokens in an answer, such as the end of its reasoning, are the model's own and count as tokens. */
export function markLiterals<Row extends Conversation>(row: Row, tokenizer: Tokenizer): LiteralMarks<Row> {
  const control = controlTokens(tokenizer);
  const firsts = [...new Set([...control.all].map((token) => token[0]))].slice(0, MOST_MARKS);
  const found = new Set<string>();
  const marked = (text: string, tokens: ReadonlySet<string>): string => {
    let out = text;
    for (const token of tokens) {
      if (!out.includes(token)) continue;
      found.add(token);
      const mark = String.fromCharCode(MARKS + firsts.indexOf(token[0]));
      out = out.replaceAll(token, () => mark + token.slice(1));
    }
    return out;
  };
  const turn = (message: Message): Message => {
    if (message.role === 'assistant') return message;
    const isTold = message.role === 'system' || message.role === 'developer';
    const content = marked(message.content, isTold ? control.special : control.all);
    return content === message.content ? message : { ...message, content };
  };
  const messages = row.messages.map(turn);
  const tools = row.tools && mapTexts(row.tools, (text) => marked(text, control.special));
  if (found.size === 0) return { row, restore: (draft) => draft };
  if (!tokenizer.joinsParts) throw unsplittable([...found], tokenizer);
  return {
    row: { ...row, messages, ...(tools && { tools }) },
    restore: (draft) => restored(draft, firsts, () => unsplittable([...found], tokenizer)),
  };
}

function restored<Given extends Cut>(draft: Given, firsts: readonly string[], lost: () => AttuneError): Given {
  // A template that escapes non-ASCII characters would destroy the marks.
  if (/\\ufd[de][0-9a-f]/i.test(draft.text)) throw lost();
  const cuts: number[] = [];
  const text = draft.text.replace(/[\ufdd0-\ufdef]/g, (mark, place: number) => {
    cuts.push(place + 1);
    return firsts[mark.charCodeAt(0) - MARKS];
  });
  return { ...draft, text, cuts: [...draft.cuts, ...cuts].toSorted((a, b) => a - b) };
}

/** `special`: flagged as such by the tokenizer; `all`: also those that templates write, such as marks around a result. */
function controlTokens({ addedTokens, special, stopIds, templates }: Tokenizer) {
  const roles = new Set(Object.values(special).map(({ content }) => content));
  const sources = [...templates.sources.values()];
  const isLong = ({ content }: { content: string }) => content.trim().length > 1;
  const flagged = addedTokens.filter((token) => {
    return isLong(token) && (token.special || roles.has(token.content) || stopIds.includes(token.id));
  });
  const written = addedTokens.filter((token) => isLong(token) && sources.some((text) => text.includes(token.content)));
  const longest = (tokens: readonly { content: string }[]) =>
    new Set(tokens.map(({ content }) => content).toSorted((a, b) => b.length - a.length));
  return { special: longest(flagged), all: longest([...flagged, ...written]) };
}

function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value;
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, change)) as Value;
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change)])) as Value;
}

function unsplittable(tokens: readonly string[], tokenizer: Tokenizer): AttuneError {
  return new AttuneError('E_CONTROL_TOKEN', {
    what: `The conversation contains ${tokens.map((token) => `"${token}"`).join(', ')} as text`,
    got: `the tokenizer of ${tokenizer.origin}, which cannot encode a control token as plain text`,
    expected: 'messages without control tokens',
    fix: 'remove them from the message, or insert a space into them',
  });
}
