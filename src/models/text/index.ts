export { trainByteLevelBpe, type BpeTrainingOptions, type TokenizerJson } from './bpe/train-bpe.ts';
export { splitPatterns, type SplitPatternName } from './bpe/split-pattern.ts';
export type { NewToken } from './added-tokens.ts';
export { gluedRows, separatorOf, wantsAnswerSpace, withAnswerSpace, withoutSeparator } from './answer-space.ts';
export { shownParts, type ShownPart } from './shown-row.ts';
export { chooseTemplate, withKnownKwargs, type TemplateChoice } from './chosen-template.ts';
export { withChatTemplate } from './default-template.ts';
export { hasCtcVocabulary } from './ctc-tokenizer.ts';
export { aboutIds, itemIds, itemNames, itemTokenizer, selfOf, withMoreItems } from './item-vocabulary.ts';
export { Letters, lettersOf } from './letters.ts';
export { infillIds, infillMarks } from './infill.ts';
export { markNames, type ImageTexts } from './image-texts.ts';
export { imagesIn, type ImageFile, type Message, type PlacedImage, type ToolCall, type ToolSchema } from './message.ts';
export { newTokenizer, type NewTokenizerOptions } from './new-tokenizer.ts';
export { checkRenderedRow } from './row-check.ts';
export type {
  ChatRow,
  CompletionRow,
  Continuation,
  OpenConversation,
  RenderableRow,
  TextRow,
  TrainOn,
  Piece,
  RenderedRow,
} from './row-draft.ts';
export { Renderer, type RenderedPrompt, type RenderedRows, type RendererOptions } from './renderer.ts';
export { TOOLS_TEMPLATE, usesTools } from './shown-tools.ts';
export type { SpecialRole } from './special-roles.ts';
export type { SpecialToken, SpecialTokens } from './special-tokens.ts';
export { SpeechTokens, withSpeechWish, type SpeechWish, type TimeTokens } from './speech-tokens.ts';
export { StreamingDecoder } from './streaming-decoder.ts';
export { checkTemplate, templateHash, tokenizerHash } from './template-hash.ts';
export type { Conversation } from './chat-templates.ts';
export type { EncodedText, PlacedText } from './encoded-text.ts';
export { Tokenizer } from './tokenizer.ts';
export { declaresTurnEnds } from './turn-ends.ts';
export { toolResultIds, type ToolResult } from './tool-results.ts';
export { declaredGeneration, hasTokenizer } from './tokenizer-files.ts';
export type { LanguageChoice } from './translation-traits.ts';
export { encodeWords, type WordTokens } from './word-tokens.ts';
export { checkVocabulary } from './vocabulary.ts';
