/** Puts a prompted model's instruction, examples and passages in front of a session's prompts. */
import type { Example } from '../../data/example.ts';
import { promptOf, type Asked } from '../../scoring/asked.ts';
import type { Message } from '../../models/text/index.ts';
import { DEFAULT_NEW_TOKENS } from '../decoding/index.ts';
import type { OpenedModel } from '../model/open-model.ts';
import type { Asker } from '../prompting/asker.ts';
import type { KeptPrompting } from '../prompting/kept-prompting.ts';
import { fitShots } from '../tasks/answers/texts.ts';
import type { ReadablePrompt } from './prompts.ts';

/** Applies to texts and conversations; token ids and infill prompts stay unchanged. */
export async function withPrompting(
  prompts: readonly ReadablePrompt[],
  {
    asker,
    prompted,
    ...opened
  }: Pick<OpenedModel, 'model' | 'tokenizer' | 'media' | 'baseFolder' | 'prompted'> & {
    asker?: Asker;
  },
): Promise<readonly ReadablePrompt[]> {
  if (asker === undefined || prompted === undefined) return prompts;
  const asked = new Map<number, Example>();
  for (const [place, prompt] of prompts.entries()) {
    const example = exampleOf(prompt, { place, kind: prompted.kind });
    if (example !== undefined) asked.set(place, example);
  }
  const framed = await frame(await asker.ask([...asked.values()]), { opened, prompted });
  const places = [...asked.keys()];
  return prompts.map((prompt, place) => {
    const at = places.indexOf(place);
    if (at < 0) return prompt;
    const made = framed[at];
    return typeof made === 'object' && typeof prompt === 'object' && 'begun' in prompt
      ? { ...made, begun: prompt.begun }
      : made;
  });
}

async function frame(
  asked: readonly Asked[],
  {
    opened,
    prompted,
  }: { opened: Pick<OpenedModel, 'model' | 'tokenizer' | 'media' | 'baseFolder'>; prompted: KeptPrompting },
) {
  const options = { style: prompted.style, maxNewTokens: prompted.maxNewTokens || DEFAULT_NEW_TOKENS };
  return (await fitShots(opened, asked, options)).map(({ row }) => promptOf(row!));
}

/** A prompt as a row of the kind that the prompting was chosen on. */
function exampleOf(
  prompt: ReadablePrompt,
  { place, kind }: { place: number; kind: KeptPrompting['kind'] },
): Example | undefined {
  const origin = { id: `asked:${place}`, source: { file: 'prompt', line: place + 1 } };
  if (typeof prompt === 'string') {
    return kind === 'classification'
      ? { kind, ...origin, text: prompt, label: '' }
      : { kind: 'completion', ...origin, prompt, completion: '' };
  }
  if (!('messages' in prompt)) return undefined;
  const messages: Message[] = [...prompt.messages, { role: 'assistant', content: '' }];
  return { kind: 'chat', ...origin, messages, tools: prompt.tools, chatTemplateKwargs: prompt.chatTemplateKwargs };
}
