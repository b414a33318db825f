/** Takes an answer apart as it is written: what was thought, what is said, which tools are called. */
import { pushAll } from '../../../base/many.ts';
import { randomUUID } from 'node:crypto';
import { begunCall, type ToolFamily, type WrittenCall } from './family.ts';

/** A call in the form sent to clients. */
export interface ToolCallReply {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** Something of an answer; a call is cut where the answer ended within its arguments, which are the text until there. */
export type AnswerPart = { content: string } | { reasoning: string } | { call: ToolCallReply; isCut?: true };

export interface AnswerForm {
  /** How calls are written; undefined where no tool may be called. */
  family?: ToolFamily;
  /** Names that may be called; any unless given. */
  names?: ReadonlySet<string>;
  /** Maximum number of calls; further ones are dropped. Unlimited unless given. */
  mostCalls?: number;
  /** Random ids unless given. */
  newCallId?: () => string;
  /** `opened`: the prompt ends where thinking begins; `marked`: an answer may begin with it. */
  thinking: 'none' | 'marked' | 'opened';
}

const [THINK, THOUGHT] = ['<think>', '</think>'];

type Stage = 'start' | 'thinking' | 'content' | 'calls';

export class AnswerReader {
  readonly #form: AnswerForm;
  #stage: Stage;
  #held = '';
  #hasContent = false;
  /** White space behind a mark belongs to it. */
  #isBehindMark = false;
  #calls = 0;
  #isCut = false;

  constructor(form: AnswerForm) {
    this.#form = form;
    this.#stage = form.thinking === 'opened' ? 'thinking' : 'start';
  }

  /** Takes a further part of the text; gives what is certain. */
  push(text: string): AnswerPart[] {
    this.#held += text;
    return this.#read(false);
  }

  /** The rest, when the answer has ended; `isCut`: because it reached its maximum length. */
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

  /** Whether the answer begins with thoughts. */
  #begin(isWhole: boolean): void {
    const text = this.#held.trimStart();
    if (this.#form.thinking === 'none') this.#stage = 'content';
    else if (text.startsWith(THINK)) {
      this.#held = text.slice(THINK.length);
      this.#isBehindMark = true;
      this.#stage = 'thinking';
    } else if (isWhole || !THINK.startsWith(text)) this.#stage = 'content';
  }

  /** Drops white space behind a mark, as far as it has come. */
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
    // White space before a call is not content.
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

  /** An answer that is calls as a whole, or none. */
  #speakOrCall(family: ToolFamily, isWhole: boolean): AnswerPart[] {
    const found = this.#hasContent ? null : family.read(this.#held, isWhole);
    if (found === undefined) return [];
    const calls = found === null ? undefined : this.#known(found.calls);
    if (found === null || calls === undefined)
      return (this.#hasContent ? undefined : this.#cutCall()) ?? this.#give(this.#held.length, 'content');
    this.#held = '';
    return calls;
  }

  /** The call that an answer has ended in. */
  #cutCall(mark = ''): AnswerPart[] | undefined {
    const call = this.#isCut ? begunCall(this.#held.slice(mark.length)) : undefined;
    const { names, mostCalls = Infinity, newCallId = randomCallId } = this.#form;
    if (call === undefined || names?.has(call.name) === false || this.#calls >= mostCalls) return undefined;
    this.#calls++;
    this.#held = '';
    return [{ call: { id: newCallId(), type: 'function', function: call }, isCut: true }];
  }

  /** Calls of tools that were offered; undefined where one was not. */
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

/** All of an answer. */
export function joined(parts: readonly AnswerPart[]): { content: string; reasoning: string; calls: ToolCallReply[] } {
  const [content, reasoning, calls] = [[] as string[], [] as string[], [] as ToolCallReply[]];
  for (const part of parts) {
    if ('call' in part) calls.push(part.call);
    else if ('content' in part) content.push(part.content);
    else reasoning.push(part.reasoning);
  }
  return { content: content.join(''), reasoning: reasoning.join(''), calls };
}

/** Calls that are whole are what the answer is about. */
export function finishOf(reason: 'stop' | 'length', calls: number): 'stop' | 'length' | 'tool_calls' {
  return calls > 0 && reason === 'stop' ? 'tool_calls' : reason;
}

/** Length of the longest end of a text that a mark begins with. */
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

/** Whether a template's model thinks before it answers, and whether its prompts open the thinking. */
export function thinkingOf(template: string): AnswerForm['thinking'] {
  if (!template.includes('</think>')) return 'none';
  const prompt = template.slice(template.lastIndexOf('add_generation_prompt'));
  return /<think>(?:\\n)*['"]/.test(prompt) && !prompt.includes('</think>') ? 'opened' : 'marked';
}
