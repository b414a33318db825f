/** Thread that compiles constraints, so that generation does not wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { AttuneError } from '@attune/base/errors';
import { compileGrammar } from '../compiled-constraint.ts';
import { grammarOf } from '../grammar-of.ts';
import { Vocabulary } from '../tokens/vocabulary.ts';
import { tooLarge } from '../too-large.ts';
import type { CompileMessage, CompileRequest, CompilerData } from './protocol.ts';

const { vocabulary: shared } = workerData as CompilerData;
let vocabulary: Vocabulary | undefined;

function compiled({ spec }: CompileRequest): CompileMessage {
  const grammar = grammarOf(spec);
  if (vocabulary === undefined) return { type: 'checked' };
  return { type: 'compiled', parts: compileGrammar(grammar, vocabulary) };
}

function answered(request: CompileRequest): CompileMessage {
  try {
    return compiled(request);
  } catch (error) {
    // A stack overflow means that the constraint is too deeply nested.
    const told = error instanceof RangeError ? tooLarge('The constraint', 'too deeply nested parts') : error;
    if (told instanceof AttuneError) return { type: 'failed', error: told.toJSON() };
    throw error;
  }
}

parentPort!.on('message', (request: CompileRequest) => {
  vocabulary ??= shared && Vocabulary.from(shared);
  // The time limit of a constraint does not include the thread's own start.
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage({ type: 'begun' } satisfies CompileMessage);
  const answer = answered(request);
  const arrays = answer.type === 'compiled' ? [answer.parts.costs, answer.parts.byteCosts] : [];
  const grammar = answer.type === 'compiled' ? Object.values(answer.parts.grammar) : [];
  // Transfers buffers without copying them.
  const buffers = [...arrays, ...(grammar as Uint8Array[])].map(({ buffer }) => buffer as ArrayBuffer);
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has no origin
  parentPort!.postMessage(answer, [...new Set(buffers)]);
});
