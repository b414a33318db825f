import { withCall } from '../terminal/with-progress.ts';
import type { Console } from '../terminal/console.ts';
import { openField } from './shared/show-page.ts';
import { defineUseCase } from './use-case.ts';
import type { Comparison, Samples } from '../../store/results.ts';
import type { Outlook } from '../quickstart/outlook.ts';

export interface QuickstartResult {
  task: string;
  title: string;
  folder: string;
  result: string;
  report: string;
  comparison: Comparison;
  samples: Samples;
  seconds: { data: number; before: number; train: number; after: number };
  outlook: Outlook[];
}

export const useCase = defineUseCase({
  section: 'Start',
  summary: 'fine-tune a small model on real data, in minutes',
  options: (fields) => ({
    task: fields.text('NAME', 'another task than the default'),
    maxSteps: fields.count('STEPS', 'train for fewer steps'),
    testRows: fields.count('ROWS', 'held-out rows to answer'),
    output: fields.text('FOLDER', "the run's folder", { aliases: ['--output-dir'] }),
    ...openField(fields),
  }),
  effects: ['fetches', 'computes', 'writes-runs'],
  examples: ['quickstart', 'quickstart --task spelling', 'quickstart --no-open'],
  async run(options, call): Promise<QuickstartResult> {
    const { quickstart } = await import('../quickstart/quickstart.ts');
    const onStage = (stage: number, title: string) => call.onNotice(`${stage}/5 ${title}`);
    return quickstart({ ...options, ...call, onStage, onLine: call.onNotice });
  },
  async inTerminal({ open, ...options }, console): Promise<QuickstartResult> {
    const [{ quickstart }, { describeQuickstart }, { showPage }] = await Promise.all([
      import('../quickstart/quickstart.ts'),
      import('./text/quickstart.ts'),
      import('./shared/show-page.ts'),
    ]);
    const { cyan, dim } = console.log.colours;
    let advice = 'saving, then stopping; press Ctrl-C again to stop at once';
    const [result, signal] = await withCall(
      console,
      () => advice,
      async (call) => {
        const onStage = (stage: number, title: string) => console.log.line(cyan(`${stage}/5 ${title}`));
        const onLine = (line: string) => console.log.line(dim(`    ${line}`));
        return [await quickstart({ ...options, ...call, onStage, onLine }), call.signal];
      },
    );
    console.out.line(describeQuickstart(result, console.out));
    advice = 'closing the page';
    await showPage(console, { folder: result.folder, signal, open, isOptional: true });
    return forJson(console, result);
  },
});

/** Leaves out the answers of each predictor in JSON, as they would hide the figures; they are in the run's folder. */
function forJson({ isJson }: Console, result: QuickstartResult): QuickstartResult {
  if (!isJson) return result;
  const { samples: _, ...rest } = result;
  return rest as QuickstartResult;
}
