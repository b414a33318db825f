import { inTrainedForm } from '../../prompt-form.ts';
import { openTalker, type Prompt, type Talker } from '../../talk.ts';
import type { Answerer, AnswererOptions } from './answerer.ts';

/** Generates an answer greedily, as the comparison did. */
export async function openWriting({ target, base, signal }: AnswererOptions): Promise<Answerer> {
  const talker = await openTalker({ target, base, signal });
  return {
    async ask(question, say, stop) {
      if (question.kind !== 'text') return;
      const { text, isChat, maxNewTokens } = question;
      const prompt = promptOf(text, isChat, talker);
      const watch = { onText: (_: number, part: string) => say({ text: part }), signal: stop };
      const [completion] = await talker.answer([prompt], { maxNewTokens }, watch);
      say({ finish: completion.finishReason });
    },
    close: () => talker.close(),
  };
}

/** The prompt as in training, with the system message and tools of the training rows; the base gets the same. */
function promptOf(text: string, isChat: boolean, { trained }: Talker): Prompt {
  if (!isChat) return text;
  const message = { messages: [{ role: 'user' as const, content: text }] };
  return trained?.form === 'chat' ? inTrainedForm(message, trained) : message;
}
