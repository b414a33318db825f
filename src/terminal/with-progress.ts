import type { EventSink } from '../base/events.ts';
import type { Console } from './console.ts';

/** Shows what happens while `work` runs; its open phase is ticked where it ends well, and taken away where it fails. */
export async function withProgress<Result>(
  context: Pick<Console, 'progress'>,
  work: (show: EventSink) => Promise<Result>,
): Promise<Result> {
  const progress = context.progress();
  try {
    const result = await work(progress.show);
    progress.close(true);
    return result;
  } catch (error) {
    progress.close();
    throw error;
  }
}
