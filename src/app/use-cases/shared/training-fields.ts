import type { FieldKit } from '../fields.ts';

/** How a training runs, and what becomes of it when its caller goes. */
export function trainingFields({ flag, inMemory }: FieldKit) {
  return {
    detach: flag('continue in the background'),
    queue: flag('wait until no other run is training; waiting runs start in their order'),
    inProcess: flag('train in this process, for debugging'),
    leave: inMemory<AbortSignal>('when aborted, the call returns and the run goes on in the background'),
  };
}
