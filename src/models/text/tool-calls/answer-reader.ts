/** Parses an answer while it is generated: reasoning, content and tool calls. */
import { pushAll } from '../../../base/many.ts';
import { randomUUID } from 'node:crypto';
import { begunCall, type ToolFamily, type WrittenCall } from './family.ts';

/** A call in the form sent to clients. */
export interface ToolCallReply {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** Part of an answer. A call is cut if the answer ended within its arguments, which then hold the text so far. */
export type AnswerPart = { content: string } | { reasoning: string } | { call: ToolCallReply; isCut?: true };

export interface AnswerForm {
  /** Format of calls; undefined if no tool may be called. */
  family?: ToolFamily;
  /** Names that may be called; any by default. */
  names?: ReadonlySet<string>;
  /** Maximum number of calls; further ones are dropped. Unlimited by default. */
  mostCalls?: number;
  /** Random ids by default. */
  newCallId?: () => string;
  /** `opened`: the prompt ends by opening a reasoning block; `marked`: an answer may start with one. */
  thinking: 'none' | 'marked' | 'opened';
}

const [THINK, THOUGHT] = ['<think>', '</think>'];

type Stage = 'start' | 'thinking' | 'content' | 'calls';

export class AnswerReader {
  readonly #form: AnswerForm;
  #stage: Stage;
  #held = '';
  #hasContent = false;
  /** Whitespace after a mark belongs to it. */
  #isBehindMark = false;
  #calls = 0;
  #isCut = false;

  constructor(form: AnswerForm) {
    this.#form = form;
    this.#stage = form.thinking === 'opened' ? 'thinking' : 'start';
  }

  /** Adds text; returns the parts that are certain. */
  push(text: string): AnswerPart[] {
    this.#held += text;
    return this.#read(false);
  }

  /** Returns the rest at the end of the answer. `isCut`: it reached its maximum length. */
  end(isCut = false): AnswerPart[] {
    this.#isCut = isCut;
    const parts = this.#read(true);
    const rest = this.#held;
    this.#held = '';
    if (rest === '') return parts;
    return [...parts, this.#stage === 'thinking' ? { reasoning: rest } : { content: rest }];
  }

  #read(isWhole: boolean): AnswerPart[] {
    const parts: AnswerPart[] = [];
    for (let before = -1; before !== this.#held.length;) {
      before = this.#held.length;
      if (this.#stage === 'start') this.#begin(isWhole);
      if (this.#stage === 'thinking') pushAll(parts, this.#think(isWhole));
      if (this.#stage === 'content') pushAll(parts, this.#speak(isWhole));
    }
    return parts;
  }

  /** Checks whether the answer starts with reasoning. */
  #begin(isWhole: boolean): void {
    const text = this.#held.trimStart();
    if (this.#form.thinking === 'none') this.#stage = 'content';
    else if (text.startsWith(THINK)) {
      this.#held = text.slice(THINK.length);
      this.#isBehindMark = true;
      this.#stage = 'thinking';
    } else if (isWhole || !THINK.startsWith(text)) this.#stage = 'content';
  }

  /** Drops whitespace after a mark, as far as it has arrived. */
  #passMark(): void {
    if (this.#isBehindMark) this.#held = this.#held.trimStart();
    if (this.#held !== '') this.#isBehindMark = false;
  }

  #think(isWhole: boolean): AnswerPart[] {
    this.#passMark();
    const end = this.#held.indexOf(THOUGHT);
    if (end >= 0) {
      const reasoning = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + THOUGHT.length);
      this.#isBehindMark = true;
      this.#stage = 'content';
      return reasoning === '' ? [] : [{ reasoning }];
    }
    return this.#give(isWhole ? this.#held.length : this.#held.length - begunMark(this.#held, THOUGHT), 'reasoning');
  }

  #speak(isWhole: boolean): AnswerPart[] {
    this.#passMark();
    const { family } = this.#form;
    if (family === undefined) return this.#give(this.#held.length, 'content');
    const { mark } = family;
    if (mark === undefined) return this.#speakOrCall(family, isWhole);
    const start = this.#held.indexOf(mark);
    if (start < 0)
      return this.#give(isWhole ? this.#held.length : this.#held.length - begunMark(this.#held, mark), 'content');
    // Whitespace before a call is not content.
    const said = this.#held.slice(0, start).trimEnd() === '' ? [] : this.#give(start, 'content');
    if (said.length === 0) this.#held = this.#held.slice(start);
    const found = family.read(this.#held, isWhole);
    if (found === undefined) return said;
    const calls = found === null ? undefined : this.#known(found.calls);
    if (found === null || calls === undefined)
      return [...said, ...(this.#cutCall(mark) ?? this.#give(mark.length, 'content'))];
    this.#held = this.#held.slice(found.length);
    this.#isBehindMark = true;
    return [...said, ...calls];
  }

  /** Parses an answer that consists of calls entirely, or not at all. */
  #speakOrCall(family: ToolFamily, isWhole: boolean): AnswerPart[] {
    const found = this.#hasContent ? null : family.read(this.#held, isWhole);
    if (found === undefined) return [];
    const calls = found === null ? undefined : this.#known(found.calls);
    if (found === null || calls === undefined)
      return (this.#hasContent ? undefined : this.#cutCall()) ?? this.#give(this.#held.length, 'content');
    this.#held = '';
    return calls;
  }

  /** The call that an answer broke off in. */
  #cutCall(mark = ''): AnswerPart[] | undefined {
    const call = this.#isCut ? begunCall(this.#held.slice(mark.length)) : undefined;
    const { names, mostCalls = Infinity, newCallId = randomCallId } = this.#form;
    if (call === undefined || names?.has(call.name) === false || this.#calls >= mostCalls) return undefined;
    this.#calls++;
    this.#held = '';
    return [{ call: { id: newCallId(), type: 'function', function: call }, isCut: true }];
  }

  /** The calls, if all their tools were offered; else undefined. */
  #known(calls: readonly WrittenCall[]): AnswerPart[] | undefined {
    const { names, mostCalls = Infinity, newCallId = randomCallId } = this.#form;
    if (!calls.every(({ name }) => names?.has(name) !== false)) return undefined;
    const taken = calls.slice(0, mostCalls - this.#calls);
    this.#calls += taken.length;
    return taken.map((call) => ({ call: replyOf(call, newCallId()) }));
  }

  #give(length: number, kind: 'content' | 'reasoning'): AnswerPart[] {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (text === '') return [];
    if (kind === 'reasoning') return [{ reasoning: text }];
    this.#hasContent = true;
    return [{ content: text }];
  }
}

/** Joins the parts of an answer. */
export function joined(parts: readonly AnswerPart[]): { content: string; reasoning: string; calls: ToolCallReply[] } {
  const [content, reasoning, calls] = [[] as string[], [] as string[], [] as ToolCallReply[]];
  for (const part of parts) {
    if ('call' in part) calls.push(part.call);
    else if ('content' in part) content.push(part.content);
    else reasoning.push(part.reasoning);
  }
  return { content: content.join(''), reasoning: reasoning.join(''), calls };
}

/** Finish reason: `tool_calls` as soon as there is a complete call. */
export function finishOf(reason: 'stop' | 'length', calls: number): 'stop' | 'length' | 'tool_calls' {
  return calls > 0 && reason === 'stop' ? 'tool_calls' : reason;
}

/** Length of the longest suffix of a text that is a prefix of the mark. */
function begunMark(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

function randomCallId(): string {
  return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

function replyOf({ name, arguments: given }: WrittenCall, id: string): ToolCallReply {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given ?? {}) } };
}

/** Whether a template's model reasons before it answers, and whether its prompts open the reasoning. */
export function thinkingOf(template: string): AnswerForm['thinking'] {
  if (!template.includes('</think>')) return 'none';
  const prompt = template.slice(template.lastIndexOf('add_generation_prompt'));
  return /<think>(?:\\n)*['"]/.test(prompt) && !prompt.includes('</think>') ? 'opened' : 'marked';
}
