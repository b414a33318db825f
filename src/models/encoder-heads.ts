import type { HeadPlan, Task } from './architecture.ts';
import type { MaskedLanguageModelOptions } from './heads/masked-lm.ts';
import type { QuestionOptions } from './heads/question.ts';
import type { SequenceOptions } from './heads/sequence.ts';
import type { TokenClassOptions } from './heads/token.ts';

/** Where the heads of one encoder differ from those of the others. */
export interface EncoderHeads {
  masked: MaskedLanguageModelOptions;
  sequence: Partial<SequenceOptions>;
  token: Partial<TokenClassOptions>;
  question?: Partial<QuestionOptions>;
}

/** The heads that every encoder of texts has in Hugging Face's library; `name` is `Bert` in `BertForMaskedLM`. */
export function encoderHeads(name: string, heads: EncoderHeads): Partial<Record<Task, HeadPlan>> {
  const classifier = { name: 'classifier', bias: true };
  return {
    'masked-lm': { head: 'masked-lm', className: `${name}ForMaskedLM`, options: { ...heads.masked } },
    sequence: {
      head: 'sequence',
      className: `${name}ForSequenceClassification`,
      options: { ...classifier, pool: 'first', ...heads.sequence },
    },
    token: {
      head: 'token',
      className: `${name}ForTokenClassification`,
      options: { ...classifier, ...heads.token },
    },
    question: {
      head: 'question',
      className: `${name}ForQuestionAnswering`,
      options: { name: 'qa_outputs', ...heads.question },
    },
    embedding: {
      head: 'embedding',
      className: `${name}Model`,
      options: { pooling: 'mean', normalise: true },
      isBare: true,
    },
  };
}
