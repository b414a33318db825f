import type { ExampleKind } from '../data/index.ts';
import type { MethodOptionInputs } from '../methods/options.ts';

export interface UsualObjective {
  name: keyof MethodOptionInputs['objective'];
  /** What it does, as a remark beside it. */
  remark: string;
}

/** What is made of rows of a kind by models of a class of their own. */
const objectivesByClass: readonly { kind: ExampleKind; classEnding: string; objective: UsualObjective }[] = [
  {
    kind: 'text',
    classEnding: 'ForMaskedLM',
    objective: { name: 'masked_lm', remark: 'hidden tokens are predicted from both sides' },
  },
  {
    kind: 'completion',
    classEnding: 'ForConditionalGeneration',
    objective: { name: 'seq2seq', remark: 'the prompt is read whole, the answer is trained' },
  },
  {
    kind: 'speech',
    classEnding: 'ForConditionalGeneration',
    objective: { name: 'speech_seq2seq', remark: 'the recording is read whole, its text is written token by token' },
  },
  {
    kind: 'items',
    classEnding: 'ForItemRetrieval',
    objective: { name: 'item_retrieval', remark: 'each item is distinguished from the choices of other rows' },
  },
  {
    kind: 'items',
    classEnding: 'ForPairwiseRanking',
    objective: { name: 'bpr', remark: 'each item is distinguished from one that the row lacks' },
  },
];

/** Of pairs, for a base that does not answer yet: under dpo it would only learn what not to say. */
export const preferenceOfBases: UsualObjective = {
  name: 'orpo',
  remark: 'the base learns the chosen answers and the preference at once; dpo is for models that answer already',
};

/** What is made of rows of a kind unless their owner says otherwise. */
export const usualObjectives: Partial<Record<ExampleKind, UsualObjective>> = {
  chat: { name: 'sft', remark: 'the answers are trained, the prompts are not' },
  completion: { name: 'sft', remark: 'the answers are trained, the prompts are not' },
  text: { name: 'pretrain', remark: 'every token is trained' },
  classification: { name: 'classification', remark: 'a new head gives one label to each row' },
  multilabel: { name: 'multilabel', remark: 'a new head gives any number of labels to each text' },
  regression: { name: 'regression', remark: 'a new head gives a number to each text' },
  tagged: { name: 'token_classification', remark: 'a new head gives a tag to each word' },
  question: { name: 'question_answering', remark: 'a new head finds where the answer starts and ends' },
  items: { name: 'next_item', remark: 'each item is predicted from those before it' },
  pair: { name: 'contrastive', remark: 'vectors of texts, near to what belongs to them' },
  'image-text': { name: 'image_text_contrastive', remark: 'images and their texts, near to each other' },
  speech: { name: 'ctc', remark: 'the letters of what is said, in their order' },
  preference: { name: 'dpo', remark: 'the chosen answer becomes likelier than the rejected one' },
  feedback: { name: 'kto', remark: 'good answers become likelier, bad ones less likely' },
  stepwise: { name: 'prm', remark: 'a new head says of each step whether it is right' },
  graded: { name: 'contrastive', remark: 'vectors of texts, as near as their score says' },
};

/** What a model of these classes makes of rows of a kind, where that is its own; undefined where it is not. */
export function objectiveOfClasses(
  kind: ExampleKind | undefined,
  classes: readonly string[],
): UsualObjective | undefined {
  const isOwn = ({ classEnding }: { classEnding: string }) => classes.some((name) => name.endsWith(classEnding));
  return objectivesByClass.find((one) => one.kind === kind && isOwn(one))?.objective;
}
