import { createInterface } from 'node:readline/promises';
import { defineCommand, type CommandContext } from '../command.ts';
import { openingOf, samplingOf, samplingOptions } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'talk to a tuned model, or to a base model',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's, a model's, or attune-base", required: true }],
  options: [
    ...samplingOptions,
    { name: '--system', value: 'TEXT', summary: 'a system message' },
    { name: '--raw', summary: 'continue plain text instead of a conversation' },
  ],
  examples: ['chat runs/tickets', 'chat runs/tickets --base', 'chat attune-base --raw --temperature 0.8'],
  async run(context) {
    const [{ checkSampling, openTalker }, { Conversation }] = await Promise.all([
      import('../../app/talk.ts'),
      import('../../app/conversation.ts'),
    ]);
    const sampling = samplingOf(context);
    checkSampling(sampling);
    const progress = context.progress();
    const talker = await openTalker({
      ...openingOf(context),
      onEvent: progress.show,
    });
    progress.close(true);
    const conversation = new Conversation(talker, sampling, context.option('--system'));
    const answers: { prompt: string; answer: string }[] = [];
    try {
      for await (const line of questions(context)) {
        if (line === '/clear') conversation.clear();
        if (line === '/clear' || line === '') continue;
        const write = (text: string) => context.out.write(text);
        const watch = { onText: (_: number, text: string) => write(text) };
        const completion = context.has('--raw')
          ? (await talker.answer([line.replaceAll('\\n', '\n')], sampling, watch))[0]
          : await conversation.say(line, write);
        context.out.write('\n');
        answers.push({ prompt: line, answer: completion.text });
      }
    } finally {
      await talker.close();
    }
    return { answers };
  },
  render: () => '',
});

/** Lines from the terminal, with a prompt and a way out; or from a pipe. */
async function* questions(context: CommandContext): AsyncGenerator<string> {
  if (context.isInteractive)
    context.log.line(context.log.colours.dim('  /clear forgets the conversation; Ctrl-D ends it'));
  const lines = createInterface({ input: process.stdin, output: context.isInteractive ? process.stdout : undefined });
  lines.setPrompt(context.log.colours.cyan('> '));
  if (context.isInteractive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '/exit') break;
    yield line.trim();
    if (context.isInteractive) lines.prompt();
  }
}
