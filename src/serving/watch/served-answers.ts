/** Converts a finished request to the answers that monitoring receives. */
import type { Asked, ServedAnswer } from '../../monitoring/index.ts';
import { isObject } from '../../data/formats/row-reader.ts';
import { askedText } from '../../monitoring/trace.ts';
import { versionOf } from '../../monitoring/version-of.ts';
import { readPersonalName } from '../../store/registry/index.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { RowAnswer } from '../models/opened.ts';
import type { Exchange } from './exchange.ts';

const WATCHED = new Set(['chat', 'text_completion', 'classify', 'decisions']);

/**
 * The answers of a request; empty if it uses no model, or a kind that is not monitored. A failure counts as one
 * answer without text.
 */
export function servedAnswers(exchange: Exchange, status: number): ServedAnswer[] {
  const { asked, model, answers, predictions, id } = exchange;
  if (asked === undefined || model === undefined || !WATCHED.has(asked.operation)) return [];
  if (status >= 400 && status < 499) return [];
  const { body, operation } = asked;
  const user = [body.user, body.safety_identifier].find((one) => typeof one === 'string') as string | undefined;
  const shared = {
    id: asked.id ?? id,
    at: exchange.startedAt,
    ...placeOf(model),
    ...(model.upstream === undefined && { folder: model.folder }),
    operation,
    status,
    milliseconds: exchange.milliseconds,
    ...(exchange.keyName !== undefined && { key: exchange.keyName }),
    ...(user !== undefined && { user }),
    ...(exchange.firstPart !== undefined && { firstPart: exchange.firstPart }),
  };
  const prompts = operation === 'decisions' ? predictions.map(() => stateOf(body)) : promptsOf(body);
  if (predictions.length > 0)
    return predictions.map((one, choice) => ({ ...shared, choice, ...rowOf(exchange, prompts, { one, choice }) }));
  if (status !== 200 || answers.length === 0) return [{ ...shared, choice: 0, prompt: prompts[0] }];
  const n = Math.max(1, answers.length / prompts.length);
  const wanted = { wantsJson: wantsJson(body), hasTools: Array.isArray(body.tools) && body.tools.length > 0 };
  return answers.map((answer, choice) => ({
    ...shared,
    ...wanted,
    choice,
    prompt: prompts[Math.floor(choice / n)],
    answer: answer.text,
    promptTokens: answer.usage.prompt,
    answerTokens: answer.usage.answer,
    finish: exchange.finishReasons[choice] ?? answer.finishReason,
    ...confidenceOf(answer.logProbs),
  }));
}

/**
 * Name and version for monitoring: versions of the registry are recorded under their model's name, users' own models as
 * the shared version that they come from.
 */
function placeOf({ id, folder, version, upstream }: ServedModel): { model: string; version: string } {
  const personal = version === undefined ? undefined : readPersonalName(modelOf(version));
  if (personal !== undefined) return { model: modelOf(personal.shared), version: personal.shared };
  if (upstream !== undefined) return { model: id, version: upstream.endpoint.model };
  if (version === undefined) return { model: id, version: versionOf(folder) };
  return { model: modelOf(version), version };
}

function modelOf(version: string): string {
  return version.slice(0, version.lastIndexOf('@'));
}

function rowOf(exchange: Exchange, prompts: Asks, { one, choice }: { one: RowAnswer; choice: number }) {
  return { prompt: prompts[choice], ...predicted(one), ...tokensOf(exchange, prompts, choice) };
}

type Asks = readonly (Asked | undefined)[];

/** Divides the request's token count among its rows, in proportion to their characters. */
function tokensOf(
  { counts }: Exchange,
  prompts: readonly (Asked | undefined)[],
  row: number,
): { promptTokens?: number } {
  const lengths = prompts.map((prompt) => askedText(prompt).length);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  if (counts === undefined || counts.prompt === 0 || all === 0) return {};
  return { promptTokens: (counts.prompt * lengths[row]) / all };
}

type Body = Readonly<Record<string, unknown>>;

function predicted({ prediction, probability }: RowAnswer): Pick<ServedAnswer, 'label' | 'confidence'> {
  return {
    ...(typeof prediction === 'string' && { label: prediction }),
    ...(probability !== undefined && { confidence: probability }),
  };
}

/**
 * Prompts of a request: a conversation is one prompt, texts may be several. Prompts given as token ids have no text.
 */
function promptsOf({ messages, prompt, input, instructions }: Body): (Asked | undefined)[] {
  if (Array.isArray(messages)) return [messages as Asked];
  const given = prompt ?? input;
  if (!Array.isArray(given)) return [given as Asked | undefined];
  if (given.some((one) => typeof one === 'object' && one !== null && 'role' in one)) {
    const told = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
    return [[...told, ...given] as Asked];
  }
  const isTokens = (one: unknown): boolean => typeof one === 'number' || Array.isArray(one);
  return given.some(isTokens) ? [undefined] : (given as Asked[]);
}

/** Input shared by all questions of a request. */
function stateOf({ state, input }: Body): Asked {
  const given = state ?? input;
  return typeof given === 'string' || isObject(given) ? given : JSON.stringify(given);
}

function wantsJson({ response_format: format, text }: Body): boolean {
  const wanted = (format ?? (text as { format?: unknown } | undefined)?.format) as { type?: string } | undefined;
  return wanted?.type === 'json_object' || wanted?.type === 'json_schema';
}

function confidenceOf(logProbs: readonly { logProb: number }[] | undefined): { confidence?: number } {
  if (logProbs === undefined || logProbs.length === 0) return {};
  const mean = logProbs.reduce((sum, { logProb }) => sum + logProb, 0) / logProbs.length;
  return { confidence: Math.exp(mean) };
}
