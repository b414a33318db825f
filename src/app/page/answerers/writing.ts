import { openTalker } from '../../talk.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';

/** Writes an answer, always the likeliest next token, as the comparison did. */
export async function openWriting({ target, base, signal }: AnswererOptions): Promise<Answerer> {
  const talker = await openTalker({ target, base, signal });
  return {
    async ask(question, say, stop) {
      if (question.kind !== 'text') return;
      const { text, isChat, maxNewTokens } = question;
      const prompt = isChat ? { messages: [{ role: 'user' as const, content: text }] } : text;
      const watch = { onText: (_: number, part: string) => say({ text: part }), signal: stop };
      const [completion] = await talker.answer([prompt], { maxNewTokens }, watch);
      say({ finish: completion.finishReason });
    },
    close: () => talker.close(),
  };
}
