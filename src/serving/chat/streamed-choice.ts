/** One answer of a chat as a stream of deltas. */
import { pushAll } from '../../base/many.ts';
import type { ChosenLogProb } from '../../answering/decoding/index.ts';
import type { Answer } from '../../answering/generate/generate.ts';
import { chatLogProbs } from '../generation/api-log-probs.ts';
import type { ChatChunk } from '../schemas/chat.ts';
import { AnswerReader, finishOf, type AnswerPart } from '../../models/text/tool-calls/answer-reader.ts';
import type { ChatPlan } from './chat-plan.ts';

type Choice = ChatChunk['choices'][number];

export class StreamedChoice {
  readonly #index: number;
  readonly #reader: AnswerReader;
  /** Log-probabilities of tokens whose text has not been sent yet. */
  #logProbs: ChosenLogProb[] = [];
  readonly #hasLogProbs: boolean;
  #calls = 0;
  finishReason: 'stop' | 'length' | 'tool_calls' = 'length';

  constructor(index: number, { form, wish }: ChatPlan) {
    this.#index = index;
    this.#reader = new AnswerReader(form);
    this.#hasLogProbs = wish.sampling.logProbs !== undefined;
  }

  /** The first delta with the role, without which clients reject the stream. */
  first(): Choice {
    return { index: this.#index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null };
  }

  next(text: string, logProbs: readonly ChosenLogProb[] = []): Choice[] {
    pushAll(this.#logProbs, logProbs);
    return this.#reader.push(text).map((part) => this.#choice(part));
  }

  last(answer: Answer): Choice[] {
    const rest = this.#reader.end(answer.finishReason === 'length').map((part) => this.#choice(part));
    this.finishReason = finishOf(answer.finishReason, this.#calls);
    const logprobs = this.#logProbs.length > 0 ? this.#takeLogProbs() : null;
    return [...rest, { index: this.#index, delta: {}, logprobs, finish_reason: this.finishReason }];
  }

  #choice(part: AnswerPart): Choice {
    return { index: this.#index, delta: this.#deltaOf(part), logprobs: this.#takeLogProbs(), finish_reason: null };
  }

  #deltaOf(part: AnswerPart): Choice['delta'] {
    if ('call' in part) return { tool_calls: [{ index: this.#calls++, ...part.call }] };
    return 'content' in part ? { content: part.content } : { reasoning_content: part.reasoning };
  }

  #takeLogProbs(): Choice['logprobs'] {
    if (!this.#hasLogProbs) return null;
    const taken = this.#logProbs;
    this.#logProbs = [];
    return chatLogProbs(taken);
  }
}
