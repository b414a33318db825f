import { readFileSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { answerWithSpans } from '../tasks/answers/spans.ts';
import { processorOf, writeDown } from '../tasks/answers/speech.ts';
import { wrongPrompt, type Answering, type GenerateRequest } from './read-prompts.ts';
import type { PromptsRequest } from './session-request.ts';

/**
 * Transcribes recordings one after the other. Speech models do not sample: `n`, `stop` and constraints are rejected.
 */
export async function writeDownAll(answering: Answering, { body, send, signal }: PromptsRequest): Promise<void> {
  refuseSampling(body, 'the transcript');
  const processor = processorOf(answering);
  for (const [row, prompt] of body.prompts.entries()) {
    signal.throwIfAborted();
    if (typeof prompt === 'string' || !('audio' in prompt)) throw wrongPrompt('a text', 'a recording');
    const options = { ...body.speech, maxNewTokens: body.maxNewTokens, signal };
    const transcript = await writeDown(answering, processor, readFileSync(prompt.audio), options).catch((error) => {
      throw inPlace(error, row);
    });
    const { text, finishReason, language, segments, seconds } = transcript;
    const asked = body.speech?.timestamps === true ? { segments } : {};
    const usage = { prompt: transcript.heard, shared: 0, answer: transcript.written };
    send({ row, completions: [{ text, ids: [], finishReason, usage, language, seconds, ...asked }] });
  }
}

/** Finds the answer span in each prompt's text. There is no sampling. */
export async function findAnswers(answering: Answering, { body, send, signal }: PromptsRequest): Promise<void> {
  refuseSampling(body, 'the answer span');
  const asked = body.prompts.map((prompt, row) => {
    if (typeof prompt === 'string' || !('question' in prompt))
      throw wrongPrompt('a text', 'a question with its context');
    const source = { file: 'prompts', line: row + 1 };
    return { example: { kind: 'question', id: String(row), source, ...prompt } as const };
  });
  const answers = await answerWithSpans(answering, asked, { signal });
  const problems = answers.flatMap(({ unreadable }, row) =>
    unreadable === undefined ? [] : [{ field: `prompts[${row}]`, message: `its question is ${unreadable}` }],
  );
  if (problems.length > 0)
    throw new AttuneError('E_PROMPT_TOO_LONG', {
      what: "Some questions do not fit into the model's context",
      problems,
      fix: 'shorten them',
    });
  for (const [row, { text = '', usage: read }] of answers.entries()) {
    const usage = { prompt: read?.inputTokens ?? 0, shared: 0, answer: 0 };
    send({ row, completions: [{ text, ids: [], finishReason: 'stop', usage }] });
  }
}

/** Adds the recording's position among the prompts to an error. */
function inPlace(error: unknown, row: number): unknown {
  if (!(error instanceof AttuneError) || !/^E_(AUDIO|FEATURES_SHAPE)/.test(error.code)) return error;
  const { code, what, got } = error;
  const problems = [{ field: `prompts[${row}]`, message: got === undefined ? what : `${what}: ${got}` }];
  return new AttuneError(code, { what: 'A recording cannot be transcribed', problems, fix: 'remove it' });
}

function refuseSampling({ n = 1, stop = [], logProbs, constraint }: GenerateRequest, subject: string): void {
  const given = {
    n: n > 1,
    stop: stop.length > 0,
    logprobs: logProbs !== undefined,
    constraint: constraint !== undefined,
  };
  const problems = Object.entries(given)
    .filter(([, isGiven]) => isGiven)
    .map(([field]) => ({ field, message: `has no effect on ${subject}` }));
  if (problems.length === 0) return;
  throw new AttuneError('E_GENERATION_OPTIONS', {
    what: 'The model does not sample its answers, so it cannot follow these settings',
    problems,
  });
}
