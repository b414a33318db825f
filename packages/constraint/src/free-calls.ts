/**
 * Free text in which tool calls must match their schemas: nothing is constrained until a call begins, and from there on
 * the call is completed. A model may answer or call, but never emits half a call.
 */
import { isPlainObject } from '@attune/base/plain-object';
import type { Grammar } from './automaton/grammar.ts';
import { addFreeText, type Pattern } from './automaton/free-text.ts';
import { schemaGrammar } from './schema/schema-grammar.ts';
import { unreadable } from './unreadable.ts';

export interface FreeCalls {
  /** JSON schema of a call, or of a list of calls. */
  schema: object;
  /** Text after it. */
  after: string;
  /**
   * Mark that begins a call anywhere in the text; without one, an answer consists of calls from its start or contains
   * none.
   */
  mark?: string;
  /** For answers that consist of calls: the beginning of the JSON, and texts allowed before it. */
  begins?: string;
  leads?: readonly string[];
  /** Separator between calls, if several are allowed; white space is always allowed. */
  between?: string;
  /**
   * Thinking before the answer is unconstrained: `marked` may begin with `<think>`, `opened` continues an open block.
   */
  thinking?: 'none' | 'marked' | 'opened';
}

const [THINK, THOUGHT] = ['<think>', '</think>'];

/** @throws E_CONSTRAINT_INVALID, E_SCHEMA_INVALID, E_SCHEMA_UNSUPPORTED, E_CONSTRAINT_TOO_LARGE */
export function freeCallsGrammar(value: unknown): Grammar {
  if (!isFreeCalls(value)) throw unreadable('calls', value, 'schema, after, and mark or begins');
  return schemaGrammar(value.schema, (grammar, rule) => {
    const answer = value.mark === undefined ? wholeCalls(grammar, rule, value) : markedCalls(grammar, rule, value);
    const [start] = grammar.starts;
    const { thinking = 'none' } = value;
    if (thinking !== 'opened') grammar.addJump(start, answer);
    if (thinking === 'none') return;
    const thought = addFreeText(grammar, { patterns: [bytesOf(THOUGHT)], found: afterSpace(grammar, answer) });
    if (thinking === 'opened') return grammar.addJump(start, thought);
    grammar.addText(spaceAfter(grammar, start), THINK, thought);
  });
}

/** Text with calls wherever their mark occurs. */
function markedCalls(grammar: Grammar, rule: number, { mark = '', after, between }: FreeCalls): number {
  const [open, end] = [grammar.addNode(), grammar.addNode()];
  const text = addFreeText(grammar, { patterns: [bytesOf(mark)], found: open });
  const closed = grammar.addNode();
  grammar.addCall(spaceAfter(grammar, open), rule, closed);
  grammar.addText(spaceAfter(grammar, closed), after, between === undefined ? end : text);
  grammar.setEnd(end);
  return text;
}

/** Text that does not begin a call, or calls only. */
function wholeCalls(grammar: Grammar, rule: number, { begins = '{', leads = [], ...value }: FreeCalls): number {
  const { after, between, thinking } = value;
  const [start, end] = [grammar.addNode(), grammar.addNode()];
  const patterns = ['', ...leads].map((lead): Pattern => ['space', ...bytesOf(lead), 'space', ...bytesOf(begins)]);
  // Thinking is a separate part, since a call may follow it.
  const thought: Pattern[] = thinking === 'marked' ? [['space', ...bytesOf(THINK)]] : [];
  grammar.addJump(start, addFreeText(grammar, { patterns: [...patterns, ...thought], isAtStart: true }));
  const [call, closed] = [grammar.addNode(), grammar.addNode()];
  const space = endlessSpace(grammar, start);
  for (const lead of leads) grammar.addText(space, lead, afterSpace(grammar, call));
  grammar.addJump(space, call);
  grammar.addCall(call, rule, closed);
  grammar.setEnd(closed);
  grammar.setEnd(end);
  const behind = spaceAfter(grammar, closed);
  if (after !== '') grammar.addText(behind, after, end);
  if (between !== undefined) grammar.addText(behind, between, spaceBefore(grammar, call));
  return start;
}

// Bounds white space, which a model could otherwise use up its budget with instead of a call.
const MOST_SPACE = 2;

/** Adds a node reached by up to two line feeds or spaces. */
function spaceAfter(grammar: Grammar, from: number): number {
  const to = grammar.addNode();
  let at = from;
  for (let count = 0; count <= MOST_SPACE; count++) {
    grammar.addJump(at, to);
    if (count === MOST_SPACE) break;
    const next = grammar.addNode();
    for (const byte of bytesOf('\n ')) grammar.addBytes(at, [byte, byte], next);
    at = next;
  }
  return to;
}

function spaceBefore(grammar: Grammar, to: number): number {
  const from = grammar.addNode();
  grammar.addJump(spaceAfter(grammar, from), to);
  return from;
}

/** Adds a node reached by any white space. */
function endlessSpace(grammar: Grammar, from: number, to = grammar.addNode()): number {
  const loop = grammar.addNode();
  grammar.addJump(from, loop);
  for (const byte of bytesOf(' \t\r\n')) grammar.addBytes(loop, [byte, byte], loop);
  grammar.addJump(loop, to);
  return to;
}

/** Adds white space that leads to a node. */
function afterSpace(grammar: Grammar, to: number): number {
  const from = grammar.addNode();
  endlessSpace(grammar, from, to);
  return from;
}

function bytesOf(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function isFreeCalls(value: unknown): value is FreeCalls {
  if (!isPlainObject(value)) return false;
  const { schema, after, mark, begins } = value;
  return isPlainObject(schema) && typeof after === 'string' && (typeof mark === 'string' || typeof begins === 'string');
}
