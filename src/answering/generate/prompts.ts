import type { Conversation, OpenConversation } from '../../models/text/index.ts';

/** Path of a recording, for speech recognition models. */
export interface RecordingPrompt {
  audio: string;
}

/** A question about a text: extractive models read both; others get the question after the text. */
export interface QuestionPrompt {
  question: string;
  context: string;
}

/** Token ids of the model's vocabulary, which are continued as they are. */
export interface TokensPrompt {
  ids: readonly number[];
}

/**
 * A conversation with the beginning of its answer, which the model continues; the completion excludes that beginning.
 */
export interface BegunConversation extends Conversation {
  begun: string;
}

/** A text with a gap, for models that fill in the middle. */
export interface InfillPrompt {
  prefix: string;
  suffix: string;
}

/** Prompts for a text model. */
export type ReadablePrompt = OpenConversation | BegunConversation | string | TokensPrompt | InfillPrompt;

export type Prompt = ReadablePrompt | RecordingPrompt | QuestionPrompt;
