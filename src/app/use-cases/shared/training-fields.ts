import type { FieldKit } from '../fields.ts';

/** Options for where a training runs, and whether it continues after its caller ends. */
export function trainingFields({ flag, inMemory }: FieldKit) {
  return {
    detach: flag('continue in the background'),
    queue: flag('wait until no other run is training; waiting runs start in their order'),
    inProcess: flag('train in this process, for debugging'),
    leave: inMemory<AbortSignal>('when aborted, the call returns and the run continues in the background'),
  };
}
