import type { Message, ToolCall, ToolSchema } from './message.ts';
import { declaredStopIds } from './special-tokens.ts';
import type { ChatTemplates, Conversation } from './chat-templates.ts';
import type { Tokenizer } from './tokenizer.ts';

interface KnownToken {
  content: string;
  /** Whether the tokenizer flags it as special. */
  special: boolean;
}

/** Ids that stop generation, ascending: those in the files, EOS, and the template's ends of turns. */
export function findStopIds(tokenizer: Tokenizer): number[] {
  const declared = declaredStopIds(tokenizer.files, tokenizer.special);
  // A token with a role can end a turn even if it is not an added token.
  const roles = Object.values(tokenizer.special).map(({ content }) => ({ content, special: true }));
  const texts = declared.map((id) => tokenText(id, tokenizer));
  const ends = turnEnds(tokenizer.templates, [...tokenizer.addedTokens, ...roles], texts);
  const ids = ends.map((end) => tokenizer.idOf(end)).filter((id) => id !== null);
  return [...new Set([...declared, ...ids])].toSorted((a, b) => a - b);
}

/** Whether the files stop generation where the template ends an answer. Base models often have the template too, but stop elsewhere. */
export function declaresTurnEnds(tokenizer: Tokenizer): boolean {
  const { templates, files, special } = tokenizer;
  if (!templates.exists) return false;
  const tail = afterAnswer(render(templates, { messages: ANSWERED }));
  return declaredStopIds(files, special).some((id) => tail.includes(tokenText(id, tokenizer)));
}

/** A token's text; added tokens keep theirs, whatever the decoder does. */
export function tokenText(id: number, tokenizer: Tokenizer): string {
  return tokenizer.addedTokens.find((token) => token.id === id)?.content ?? tokenizer.decode([id]);
}

/**
 * Tokens that end an answer or a call in the template but do not stop generation yet, found by rendering short
 * conversations: files often declare only one of them, or the one that ends a document.
 */
function turnEnds(templates: ChatTemplates, tokens: readonly KnownToken[], declared: readonly string[]): string[] {
  if (!templates.exists) return [];
  const known = tokens.filter(({ content }) => content !== '');
  const answer = answerEnd(templates, known, declared);
  const stops = answer === undefined ? declared : [...declared, answer];
  const call = callEnd(templates, known, stops);
  return [answer, call].filter((end) => end !== undefined && !declared.includes(end)) as string[];
}

const QUESTION = 'attunequestion';
const ANSWER = 'attuneanswer';
const MORE = 'attunemore';
const ANSWERED: readonly Message[] = [
  { role: 'user', content: QUESTION },
  { role: 'assistant', content: ANSWER },
];

function answerEnd(
  templates: ChatTemplates,
  tokens: readonly KnownToken[],
  declared: readonly string[],
): string | undefined {
  const last = afterAnswer(render(templates, { messages: ANSWERED }));
  const longer = render(templates, { messages: [...ANSWERED, { role: 'user', content: MORE }] });
  const [between] = afterAnswer(longer).split(MORE);
  const [end] = tokensIn(last, tokens);
  if (end === undefined) {
    // Some templates end an answer only if another turn follows, with a different token than that turn starts with.
    const [first, ...more] = tokensIn(between, tokens);
    return more.length > 0 && between.trimStart().startsWith(first) ? first : undefined;
  }
  // The closing mark may precede the end-of-turn token.
  const closes = !declared.includes(end) && tokensIn(between, tokens).some((token) => declared.includes(token));
  return closes ? undefined : end;
}

/** Empty if the template does not show the answer. */
function afterAnswer(text = ''): string {
  const at = text.lastIndexOf(ANSWER);
  return at === -1 ? '' : text.slice(at + ANSWER.length);
}

const TOOL: ToolSchema = {
  type: 'function',
  function: { name: 'attunetool', description: 'attunetool', parameters: { type: 'object', properties: {} } },
};

/** The last token of a turn with calls, if none in it is known to stop generation and it does not separate two calls. */
function callEnd(
  templates: ChatTemplates,
  tokens: readonly KnownToken[],
  stops: readonly string[],
): string | undefined {
  const both = tailsOfCalls(templates, 2);
  const [between, tail] = both.length === 2 ? both : ['', tailsOfCalls(templates, 1).at(0)];
  if (tail === undefined || stops.some((stop) => tail.includes(stop))) return undefined;
  const end = tokensIn(tail, tokens).at(-1);
  if (end === undefined || !tail.trimEnd().endsWith(end) || between.includes(end)) return undefined;
  return tokens.some(({ content, special }) => special && content === end) ? end : undefined;
}

/** Text after the arguments of each of `count` calls; empty if the template does not write all of them. */
function tailsOfCalls(templates: ChatTemplates, count: number): string[] {
  const call = (place: number): ToolCall => ({
    id: `attunecal${place}`,
    type: 'function',
    function: { name: 'attunetool', arguments: { attunekey: ANSWER } },
  });
  const calls = Array.from({ length: count }, (_, place) => call(place));
  const messages: Message[] = [
    { role: 'user', content: QUESTION },
    { role: 'assistant', content: '', tool_calls: calls },
  ];
  const parts = render(templates, { messages, tools: [TOOL] })?.split(ANSWER) ?? [];
  return parts.length === count + 1 ? parts.slice(1) : [];
}

/** Broken templates, or ones that reject this conversation, are reported when used. */
function render(templates: ChatTemplates, conversation: Conversation): string | undefined {
  try {
    return templates.render(conversation, { addGenerationPrompt: false, now: new Date(0) });
  } catch {
    return undefined;
  }
}

/** Tokens in a text, in order. */
function tokensIn(text: string, tokens: readonly KnownToken[]): string[] {
  const found: string[] = [];
  for (let from = 0; ;) {
    const next = tokens
      .map(({ content }) => ({ content, at: text.indexOf(content, from) }))
      .filter(({ at }) => at !== -1)
      .reduce<{ content: string; at: number } | undefined>(earlier, undefined);
    if (next === undefined) return found;
    found.push(next.content);
    from = next.at + next.content.length;
  }
}

type Place = { content: string; at: number };

/** Prefers the earlier token, and the longer one at the same place. */
function earlier(best: Place | undefined, place: Place): Place {
  if (best === undefined || place.at < best.at) return place;
  return place.at === best.at && place.content.length > best.content.length ? place : best;
}
