/** Builds a response incrementally: its items, and the events that announce them. */
import { pushAll } from '../../base/many.ts';
import type { ChosenLogProb } from '../../answering/decoding/index.ts';
import type { AnswerPart, ToolCallReply } from '../../models/text/tool-calls/answer-reader.ts';
import { chatLogProbs } from '../generation/api-log-probs.ts';
import { newKeptId } from '../kept/kept-objects.ts';
import type { ServerEvent } from '../replies/event-stream.ts';
import { callItemOf, type OutputItem, type OutputText, type ResponseReply } from './reply.ts';

type MessageItem = Extract<OutputItem, { type: 'message' }>;
type ReasoningItem = Extract<OutputItem, { type: 'reasoning' }>;
type EventBody = { type: string } & Record<string, unknown>;

export class ResponseWriter {
  readonly output: OutputItem[] = [];
  readonly #hasLogProbs: boolean;
  #logProbs: ChosenLogProb[] = [];
  #sequence = 0;
  #message: MessageItem | undefined;
  #reasoning: ReasoningItem | undefined;

  constructor(hasLogProbs: boolean) {
    this.#hasLogProbs = hasLogProbs;
  }

  begin(response: ResponseReply): ServerEvent[] {
    return [
      this.#event({ type: 'response.created', response }),
      this.#event({ type: 'response.in_progress', response }),
    ];
  }

  end(response: ResponseReply): ServerEvent[] {
    return [this.#event({ type: `response.${response.status}`, response })];
  }

  addLogProbs(logProbs: readonly ChosenLogProb[] = []): void {
    pushAll(this.#logProbs, logProbs);
  }

  write(part: AnswerPart): ServerEvent[] {
    if ('reasoning' in part) return this.#think(part.reasoning);
    if ('content' in part) return [...this.#closeReasoning(), ...this.#speak(part.content)];
    return [...this.close(), ...this.#call(part.call, part.isCut === true)];
  }

  /** Completes the open item. */
  close(isCut = false): ServerEvent[] {
    return [...this.#closeReasoning(), ...this.#closeMessage(isCut ? 'incomplete' : 'completed')];
  }

  #think(text: string): ServerEvent[] {
    const isNew = this.#reasoning === undefined;
    this.#reasoning ??= { type: 'reasoning', id: newKeptId('rs_'), summary: [], content: [], status: 'in_progress' };
    const item = this.#reasoning;
    const begun = isNew ? this.#open({ ...item, content: [] }) : [];
    item.content = [{ type: 'reasoning_text', text: (item.content[0]?.text ?? '') + text }];
    return begun;
  }

  #closeReasoning(): ServerEvent[] {
    const item = this.#reasoning;
    if (item === undefined) return [];
    this.#reasoning = undefined;
    return this.#done({ ...item, status: 'completed' });
  }

  #speak(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    if (this.#message === undefined) {
      this.#message = { type: 'message', id: newKeptId('msg_'), status: 'in_progress', role: 'assistant', content: [] };
      pushAll(events, this.#open({ ...this.#message, content: [] }));
      this.#message.content.push({ type: 'output_text', text: '', annotations: [], logprobs: [] });
      events.push(
        this.#event({
          type: 'response.content_part.added',
          ...this.#place(),
          part: { ...this.#message.content[0], logprobs: [] },
        }),
      );
    }
    const [part] = this.#message.content;
    const logprobs = this.#takeLogProbs();
    part.text += text;
    pushAll(part.logprobs, logprobs);
    events.push(this.#event({ type: 'response.output_text.delta', ...this.#place(), delta: text, logprobs }));
    return events;
  }

  #closeMessage(status: 'completed' | 'incomplete'): ServerEvent[] {
    const item = this.#message;
    if (item === undefined) return [];
    const [part] = item.content;
    pushAll(part.logprobs, this.#takeLogProbs());
    const place = this.#place();
    this.#message = undefined;
    return [
      this.#event({ type: 'response.output_text.done', ...place, text: part.text, logprobs: part.logprobs }),
      this.#event({ type: 'response.content_part.done', ...place, part }),
      ...this.#done({ ...item, status }),
    ];
  }

  #call(call: ToolCallReply, isCut: boolean): ServerEvent[] {
    const begun = callItemOf(call, 'in_progress');
    const whole = callItemOf(call, isCut ? 'incomplete' : 'completed');
    const place = { item_id: begun.id, output_index: this.output.length };
    const { name, arguments: given } = whole;
    return [
      ...this.#open(begun),
      this.#event({ type: 'response.function_call_arguments.delta', ...place, delta: given }),
      this.#event({ type: 'response.function_call_arguments.done', ...place, name, arguments: given }),
      ...this.#done(whole),
    ];
  }

  #open(item: OutputItem): ServerEvent[] {
    return [this.#event({ type: 'response.output_item.added', output_index: this.output.length, item })];
  }

  #done(item: OutputItem): ServerEvent[] {
    this.output.push(item);
    return [this.#event({ type: 'response.output_item.done', output_index: this.output.length - 1, item })];
  }

  #place() {
    return { item_id: this.#message!.id, output_index: this.output.length, content_index: 0 };
  }

  #takeLogProbs(): OutputText['logprobs'] {
    if (!this.#hasLogProbs) return [];
    const taken = this.#logProbs;
    this.#logProbs = [];
    const known = <Entry extends { bytes: number[] | null }>(entry: Entry) => ({ ...entry, bytes: entry.bytes ?? [] });
    return (chatLogProbs(taken)?.content ?? []).map((entry) => ({
      ...known(entry),
      top_logprobs: entry.top_logprobs.map(known),
    }));
  }

  #event(body: EventBody): ServerEvent {
    // Copied, so that later changes do not affect events already sent.
    return { name: body.type, data: structuredClone({ ...body, sequence_number: this.#sequence++ }) };
  }
}
