import { createInterface } from 'node:readline/promises';
import type { TrainedForm } from '../../app/prompt-form.ts';
import type { Sampling, Talker } from '../../app/talk.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { openingOf, samplingOf, samplingOptions } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'talk to a tuned model, or to a base model',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's, a model's, or attune-base", required: true }],
  options: [
    ...samplingOptions,
    { name: '--system', value: 'TEXT', summary: 'system message (that of all training rows)' },
    {
      name: '--image',
      value: 'FILE',
      many: true,
      summary: 'shown with the first message, to a model that reads images',
    },
    { name: '--raw', summary: 'continue plain text; as the model was trained unless given' },
    { name: '--turns', summary: 'use the chat template although the model was trained on plain prompts' },
  ],
  examples: [
    'chat runs/tickets',
    'chat runs/tickets --base',
    'chat attune-base --raw --temperature 0.8',
    'chat runs/receipts --image scan.png',
  ],
  async run(context) {
    refuseContradictions(context);
    const [{ checkSampling, openTalker }, { trainedForm }] = await Promise.all([
      import('../../app/talk.ts'),
      import('../../app/prompt-form.ts'),
    ]);
    const sampling = samplingOf(context);
    checkSampling(sampling);
    const form = chosenForm(context, trainedForm(context.argument('MODEL')!));
    const progress = context.progress();
    const talker = await openTalker({
      ...openingOf(context),
      onEvent: progress.show,
    });
    progress.close(true);
    describeForm(context, form);
    const answers: { prompt: string; answer: string }[] = [];
    try {
      const { ask, clear, show } = await asker({ talker, sampling, form });
      for (const path of context.all('--image')) show(path);
      for await (const line of questions(context, form)) {
        if (line === '/clear') clear();
        const image = form.isPlain ? undefined : /^\/image +(?<path>.+)$/.exec(line)?.groups?.path;
        if (image !== undefined) tryToShow(context, () => show(image));
        if (line === '/clear' || line === '' || image !== undefined) continue;
        const answer = await ask(line, (text) => context.out.write(text));
        context.out.write('\n');
        answers.push({ prompt: line, answer });
      }
    } finally {
      await talker.close();
    }
    return { answers };
  },
  render: () => '',
});

interface ChosenForm {
  isPlain: boolean;
  system?: string;
  /** What the model was trained on, where that decided. */
  trained?: TrainedForm;
}

/** In a conversation a wrong path is no reason to end it. */
function tryToShow(context: CommandContext, show: () => void): void {
  try {
    show();
  } catch (error) {
    if (!(error instanceof AttuneError) || !context.isInteractive) throw error;
    context.log.line(error.what);
  }
}

function refuseContradictions(context: CommandContext): void {
  const given = ['--raw', '--turns'].filter((name) => context.has(name));
  if (given.length < 2) return;
  throw new AttuneError('E_USAGE', { what: `${given.join(' and ')} exclude each other`, fix: 'choose one' });
}

/** As the model was trained, unless told. @throws AttuneError E_USAGE for a system message that nothing would show */
function chosenForm(context: CommandContext, trained: TrainedForm | undefined): ChosenForm {
  const system = context.option('--system');
  const isTold = context.has('--raw') || context.has('--turns');
  const isPlain = isTold ? context.has('--raw') : trained?.form === 'plain';
  if (isPlain && context.all('--image').length > 0) {
    throw new AttuneError('E_USAGE', {
      what: 'A plain text shows no image',
      got: '--image',
      fix: 'leave it out, or ask in turns: --turns',
    });
  }
  if (!isPlain) return { isPlain, system: system ?? trained?.systemPrompt, trained: isTold ? undefined : trained };
  if (system === undefined) return { isPlain, trained: isTold ? undefined : trained };
  throw new AttuneError('E_USAGE', {
    what: 'A plain text has no system message',
    got: isTold ? '--raw and --system' : '--system, and a model that was trained on plain prompts',
    fix: isTold ? 'leave out one of them' : 'leave it out, or ask in turns: --turns',
  });
}

function describeForm(context: CommandContext, { isPlain, system, trained }: ChosenForm): void {
  if (trained === undefined) return;
  const { dim } = context.log.colours;
  const say = (text: string) => context.log.line(dim(`  ${text}`));
  if (isPlain)
    say('trained on plain prompts: each line is continued as text, without the lines before (--turns: chat)');
  else if (system !== undefined && system === trained.systemPrompt) say(`system, as in training: ${system}`);
}

/** One line after the other: plain texts are asked alone, turns make a conversation. */
async function asker({ talker, sampling, form }: { talker: Talker; sampling: Sampling; form: ChosenForm }) {
  const { Conversation } = await import('../../app/conversation.ts');
  const conversation = new Conversation(talker, sampling, form.system);
  const continued = async (line: string, write: (text: string) => void) => {
    const watch = { onText: (_: number, text: string) => write(text) };
    return (await talker.answer([line.replaceAll('\\n', '\n')], sampling, watch))[0].text;
  };
  return {
    ask: form.isPlain
      ? continued
      : async (line: string, write: (text: string) => void) => (await conversation.say(line, write)).text,
    clear: () => conversation.clear(),
    show: (path: string) => conversation.show(path),
  };
}

/** Lines from the terminal, with a prompt and a way out; or from a pipe. */
async function* questions(context: CommandContext, { isPlain }: ChosenForm): AsyncGenerator<string> {
  const ways = [
    '/clear forgets the conversation',
    ...(isPlain ? [] : ['/image FILE shows an image']),
    'Ctrl-D ends it',
  ];
  if (context.isInteractive) context.log.line(context.log.colours.dim(`  ${ways.join('; ')}`));
  const lines = createInterface({ input: process.stdin, output: context.isInteractive ? process.stdout : undefined });
  lines.setPrompt(context.log.colours.cyan('> '));
  if (context.isInteractive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '/exit') break;
    yield line.trim();
    if (context.isInteractive) lines.prompt();
  }
}
